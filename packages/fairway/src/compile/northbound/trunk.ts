import { derive } from "../../identity.ts";
import type { PortSecurity } from "../../intent/port-security.ts";
import { trunkOf } from "../../intent/trunk.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { localnetPort } from "./physical.ts";

/**
 * What lets tagged frames pass between an endpoint and the wire of its network: for each VLAN a switch with a way to the wire, and a port of the
 * endpoint's own interface with that tag (ovn-nb(5), Logical_Switch_Port `parent_name`). Two such endpoints meet on the wire, or in the bridge
 * that leads to it.
 */
export function compileTrunk(
  view: View,
  endpoint: IntentRow<"Endpoint">,
  network: IntentRow<"Network">,
  security: PortSecurity,
): readonly DesiredRow[] {
  const carrier = view.get("Physical_Network", network.physical_network ?? "");
  if (carrier?.type !== "vlan") return [];
  const { _uuid: uuid, mac } = endpoint;
  return trunkOf(endpoint).flatMap((vlan) => {
    const part = (what: string) => derive("trunk", uuid, String(vlan), what);
    const logicalSwitch = part("switch");
    const port = part("port");
    return [
      {
        table: "Logical_Switch",
        uuid: logicalSwitch,
        references: [],
        columns: { name: logicalSwitch, external_ids: { "fairway-name": `${network.name} VLAN ${vlan}` } },
      },
      localnetPort({ name: part("wire"), switch: logicalSwitch, carrier: carrier._uuid, vlan }),
      {
        table: "Logical_Switch_Port",
        uuid: port,
        references: [inSwitch(logicalSwitch, "ports")],
        columns: {
          name: port,
          parent_name: uuid,
          tag: vlan,
          // Which addresses it has in the VLAN is nobody's of ours to know.
          addresses: security === "off" ? [mac, "unknown"] : [mac],
          port_security: security === "off" ? [] : [mac],
        },
      },
    ] satisfies DesiredRow[];
  });
}
