import { derive } from "../../identity.ts";
import { isOnWire } from "../../intent/egress.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";

type Network = IntentRow<"Network">;

/** What ovn-controller calls a physical network, or a network in VXLAN, in `ovn-bridge-mappings` (ovn-controller(8)): nobody else's mapping has the name. */
function mappingName(carrier: string): string {
  return `fairway-${carrier}`;
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
  // In VXLAN each network has a bridge of its own, and its frames have no tag.
  if (carrier.type === "vtep")
    return localnetPort({ name, switch: network._uuid, carrier: network._uuid, vlan: null });
  return localnetPort({ name, switch: network._uuid, carrier: carrier._uuid, vlan: network.segment });
}

/** A port that leads from a switch to a physical network, on each host by its provider bridge. @param vlan null: frames have no tag. */
export function localnetPort({
  name,
  switch: logicalSwitch,
  carrier,
  vlan,
}: {
  readonly name: string;
  readonly switch: string;
  readonly carrier: string;
  readonly vlan: number | null;
}): DesiredRow {
  return {
    table: "Logical_Switch_Port",
    uuid: name,
    references: [inSwitch(logicalSwitch, "ports")],
    columns: {
      name,
      type: "localnet",
      addresses: ["unknown"],
      tag: vlan,
      options: { network_name: mappingName(carrier) },
    },
  };
}

/** By which key tunnels tell a switch apart, where its user chose (ovn-nb(5), Logical_Switch `requested-tnl-key`). */
export function tunnelKey(view: View, { physical_network, segment }: Network): Record<string, string> {
  const carrier = view.get("Physical_Network", physical_network ?? "");
  if (carrier?.type !== "overlay" || segment === null) return {};
  return { "requested-tnl-key": String(segment) };
}
