import type { Family } from "../ip.ts";
import { levelsOf } from "../level-names.ts";
import { type RowRule, type RuleAction, rulesIn } from "../rules.ts";
import { anyZone, parseZoneTraffic, type ZoneTraffic } from "../zone-rules.ts";
import { networkCidrs } from "./network-cidrs.ts";
import { fact, type IntentRow, type View } from "./view.ts";

type Router = Pick<IntentRow<"Router">, "zone_policy" | "zone_rules">;

/** A rule between zones of a domain. */
type ZoneRule = RowRule & ZoneTraffic;

/** What is decided of some of what a zone sends. */
export interface ZoneDecision extends Pick<ZoneTraffic, "protocol" | "ports"> {
  readonly action: RuleAction;
  /** The UUIDs of the zones to which it is sent. */
  readonly to: readonly string[];
  /** Which one decides where several fit: the largest. */
  readonly rank: number;
  /** The rule that says so; undefined: the domain's policy, or that a zone's own networks reach each other. */
  readonly rule: string | undefined;
}

/** Inside a zone nothing is filtered. */
const rankInside = 1_000;

/** The rules of a domain; what another hand has damaged is left out. */
export function zoneRulesOf({ zone_rules }: Router): readonly ZoneRule[] {
  return rulesIn(zone_rules, parseZoneTraffic);
}

/** The name of a zone in its domain. */
export function nameInDomain({ name }: Pick<IntentRow<"Zone">, "name">): string {
  return levelsOf(name).at(-1) ?? name;
}

/** The zones of a domain, by name. */
export function zonesOfDomain(view: View, domain: string): readonly IntentRow<"Zone">[] {
  return view.find("Zone", "byRouter", domain).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** What is decided of all that a zone sends to zones of its domain; nothing of one whose domain has no policy. */
export const zoneDecisions = fact((view, zone: string): readonly ZoneDecision[] => {
  const row = view.get("Zone", zone);
  const domain = row && view.get("Router", row.router);
  if (row === undefined || domain === undefined || !hasZonePolicy(domain)) return [];
  const others = zonesOfDomain(view, domain._uuid).filter(({ _uuid }) => _uuid !== zone);
  const all = { protocol: undefined, ports: [], rule: undefined } as const;
  const own = { ...all, action: "allow", to: [zone], rank: rankInside } as const;
  const rules = zoneRulesOf(domain)
    .filter(({ from }) => from === anyZone || from === nameInDomain(row))
    .map(({ text, action, protocol, ports, ...rule }) => {
      const to = others.filter((other) => rule.to === anyZone || rule.to === nameInDomain(other));
      const rank = rankOf({ action, protocol, ports, ...rule });
      return { action, protocol, ports, rule: text, to: to.map(({ _uuid }) => _uuid), rank };
    });
  const action = domain.zone_policy === "deny" ? "reject" : "allow";
  const rest = { ...all, action, to: others.map(({ _uuid }) => _uuid), rank: 0 } as const;
  return [own, ...rules, rest].filter(({ to }) => to.length > 0);
});

/** Whether anything is said of what zones of a domain send to each other. */
export function hasZonePolicy(domain: Router): boolean {
  return domain.zone_policy === "deny" || zoneRulesOf(domain).length > 0;
}

/** The subnets of a zone's networks, ascending. */
export const zoneCidrs = fact((view, zone: string): Readonly<Record<Family, readonly string[]>> => {
  const cidrs = view.find("Network", "byZone", zone).map(({ _uuid }) => networkCidrs(view, _uuid));
  return { 4: cidrs.flatMap((of) => of[4]).sort(), 6: cidrs.flatMap((of) => of[6]).sort() };
});

/** The more a rule says, the more it counts: whom it names, above all to whom; then ports, then the protocol. Of two that say as much, one that denies. */
function rankOf({ from, to, protocol, ports, action }: Omit<ZoneRule, "text">): number {
  const zones = (to === anyZone ? 0 : 2) + (from === anyZone ? 0 : 1);
  const traffic = (ports.length > 0 ? 1 : 0) + (protocol === undefined ? 0 : 1);
  return 10 + 100 * zones + 10 * traffic + (action === "allow" ? 0 : 1);
}
