import { derive } from "../../identity.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import {
  hasZonePolicy,
  type ZoneDecision,
  zoneCidrs,
  zoneDecisions,
  zonesOfDomain,
} from "../../intent/zone-policy.ts";
import type { Family } from "../../ip.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { aclActions, matchName, trafficMatch } from "./rule-match.ts";

/** Above what OVN does by itself and what leads to hosts, below the guards; above and below it is room for who has more or less to say. */
const lowest = 2_000;

/**
 * OVN looks at these rules in a stage of its own, behind the one of all others (ovn-nb(5), ACL `apply-after-lb`): what a security group lets its member send gets to another
 * zone where the domain lets it, too.
 */
const afterGroups = { "apply-after-lb": "true" } as const;

/** Where a rule stands that lets pass whatever the zones' policy says: it has the highest rank there (`intent/zone-policy.ts`). */
export const aboveZones = { priority: 4_000, options: afterGroups } as const;

/** Whether a network's zone is filtered, and so all that its switch carries is tracked. */
export function isFiltered(view: View, { zone }: IntentRow<"Network">): boolean {
  return zone !== null && zoneDecisions(view, zone).length > 0;
}

/**
 * What of a network's containers gets to other zones. It is decided where it is sent: on which switch somebody is he cannot forge, as he can an address; and what is not let through
 * is no load for tunnels. The first of these rules, which lets the zone's own traffic pass, makes a switch track also where nothing else is allowed: answers to other zones pass.
 */
export function compileZonePolicy(view: View, { _uuid, zone }: IntentRow<"Network">): readonly DesiredRow[] {
  if (zone === null) return [];
  const domain = view.get("Router", view.get("Zone", zone)?.router ?? "");
  return zoneDecisions(view, zone).map((decision) => ({
    table: "ACL",
    uuid: derive("zone-policy", _uuid, decision.rule ?? String(decision.rank)),
    references: [inSwitch(_uuid, "acls")],
    columns: {
      direction: "from-lport",
      priority: lowest + decision.rank,
      match: matchOf(decision),
      action: aclActions[decision.action],
      options: afterGroups,
      external_ids: wordsOf(decision, zone, domain?.name ?? ""),
    },
  }));
}

/** The addresses of a domain's zones, so that one network more in a zone changes no rule. */
export function compileZoneAddresses(view: View, domain: IntentRow<"Router">): readonly DesiredRow[] {
  if (!hasZonePolicy(domain)) return [];
  return zonesOfDomain(view, domain._uuid).flatMap(({ _uuid, name }) =>
    ([4, 6] as const).map((family) => ({
      table: "Address_Set" as const,
      uuid: derive("zone-addresses", _uuid, String(family)),
      references: [],
      columns: {
        name: addressSet(_uuid, family),
        addresses: [...zoneCidrs(view, _uuid)[family]],
        external_ids: { "fairway-name": name },
      },
    })),
  );
}

function addressSet(zone: string, family: Family): string {
  return `${matchName("zone", zone)}_${family}`;
}

function matchOf({ to, protocol, ports }: ZoneDecision): string {
  const sets = (family: Family) => to.map((zone) => `$${addressSet(zone, family)}`).join(", ");
  const destination = `(ip4.dst == {${sets(4)}} || ip6.dst == {${sets(6)}})`;
  return [destination, ...trafficMatch(protocol, ports)].join(" && ");
}

/** What a trace says of it; nothing of what is inside a zone. */
function wordsOf({ rule, to, action }: ZoneDecision, zone: string, domain: string): Record<string, string> {
  if (rule !== undefined) return { "fairway-rule": `${rule}: ${action} (zones of ${domain})` };
  if (to.includes(zone)) return {};
  return { "fairway-rule": `the zones' policy of ${domain}: ${action === "allow" ? "allow" : "deny"}` };
}
