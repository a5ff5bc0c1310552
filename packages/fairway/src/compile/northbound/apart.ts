import { derive } from "../../identity.ts";
import { isApart, isPromiscuous } from "../../intent/apart.ts";
import { hasPort } from "../../intent/endpoint-port.ts";
import { membershipOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { DesiredRow, Reference } from "./desired.ts";
import { matchName } from "./rule-match.ts";
import type { UnitKind } from "./unit-kind.ts";

/** Below the guards, which say more of what they drop; above whatever people will say of a network: nobody may allow it (ovn-nb(5), ACL). */
const priority = 31_000;

/**
 * What keeps the members of a network apart: see docs/adr/0033. Their ports are in a group, into which each endpoint's unit puts its own; their MAC
 * addresses are in a set. Two rules drop what one of them sends to another, and say nothing of anybody else, so that other rules decide of the rest.
 */
export const apartUnits = {
  name: "apart",
  table: "Network",
  statusPart: "northbound (icc)",
  compile: compileApart,
} as const satisfies UnitKind;

/** From where the port of an endpoint is referred to that is kept apart from other members of its network. */
export function apartReferences(
  network: IntentRow<"Network">,
  endpoint: IntentRow<"Endpoint">,
): readonly Reference[] {
  if (!isApart(network) || isPromiscuous(endpoint)) return [];
  const { _uuid } = network;
  return [{ table: "Port_Group", column: "ports", uuid: portGroup(_uuid), unit: `apart/${_uuid}` }];
}

function compileApart(view: View, uuid: string): readonly DesiredRow[] {
  const network = view.get("Network", uuid);
  if (network === undefined || !isApart(network)) return [];
  const group = portGroup(uuid);
  // OVN makes the sets of the ports' addresses by itself, by these names.
  const name = matchName("apart", uuid);
  const [ip4, ip6, macs] = [`${name}_ip4`, `${name}_ip6`, `${name}_macs`];
  const named = { "fairway-name": network.name };
  const drop = (direction: "from-lport" | "to-lport", match: string): DesiredRow => ({
    table: "ACL",
    uuid: derive("apart", uuid, direction),
    references: [{ table: "Port_Group", column: "acls", uuid: group }],
    columns: { direction, priority, match, action: "drop", external_ids: { "fairway-guard": "icc" } },
  });
  const members = view
    .find("Endpoint", "byNetwork", uuid)
    .filter((endpoint) => hasPort(endpoint, membershipOf(view, endpoint)) && !isPromiscuous(endpoint));
  const addresses = [...new Set(members.map(({ mac }) => mac))].sort();
  return [
    { table: "Port_Group", uuid: group, references: [], columns: { name, external_ids: named } },
    {
      table: "Address_Set",
      uuid: derive("apart", uuid, "macs"),
      references: [],
      columns: { name: macs, addresses, external_ids: named },
    },
    // By whichever way it goes, also by the gateway and back, which is another MAC address.
    drop("from-lport", `inport == @${name} && (ip4.dst == $${ip4} || ip6.dst == $${ip6})`),
    // Whatever it is: ARP, what is sent to everybody, addresses that OVN does not know. By which port it came a tunnel need not say.
    drop("to-lport", `outport == @${name} && eth.src == $${macs}`),
  ];
}

function portGroup(network: string): string {
  return derive("apart", network, "group");
}
