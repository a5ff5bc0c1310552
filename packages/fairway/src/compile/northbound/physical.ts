import { derive } from "../../identity.ts";
import { isOnWire } from "../../intent/egress.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";

type Network = IntentRow<"Network">;

/** What ovn-controller calls a physical network, in `ovn-bridge-mappings` (ovn-controller(8)): nobody else's mapping has the name. */
function mappingName(physicalNetwork: string): string {
  return `fairway-${physicalNetwork}`;
}

/** The name of the port by which a network's frames leave by a wire; undefined of one that has none. */
export function wirePortName(network: Network): string | undefined {
  return isOnWire(network) ? derive("wire-port", network._uuid) : undefined;
}

/** A port of a network's switch that leads to the wire, on each host by its provider bridge (ovn-nb(5), `localnet`). */
export function wirePort(view: View, network: Network): DesiredRow | undefined {
  const name = wirePortName(network);
  const carrier = view.get("Physical_Network", network.physical_network ?? "");
  if (name === undefined || carrier === undefined) return undefined;
  return {
    table: "Logical_Switch_Port",
    uuid: name,
    references: [inSwitch(network._uuid, "ports")],
    columns: {
      name,
      type: "localnet",
      addresses: ["unknown"],
      tag: network.segment,
      options: { network_name: mappingName(carrier._uuid) },
    },
  };
}

/** By which key tunnels tell a switch apart, where its user chose (ovn-nb(5), Logical_Switch `requested-tnl-key`). */
export function tunnelKey(view: View, { physical_network, segment }: Network): Record<string, string> {
  const carrier = view.get("Physical_Network", physical_network ?? "");
  if (carrier?.type !== "overlay" || segment === null) return {};
  return { "requested-tnl-key": String(segment) };
}
