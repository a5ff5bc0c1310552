import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { nameInDomain, zoneRulesOf, zonesOfDomain } from "../../intent/zone-policy.ts";
import { levelAbove } from "../../level-names.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { anyZone, canonicalZoneRules, parseZoneTraffic } from "../../zone-rules.ts";
import { mergedMap } from "../merged-map.ts";
import type { NewRouter, Router, RouterPatch } from "../schemas/router.ts";

type Columns = Pick<IntentRow<"Router">, "zone_policy" | "zone_rules">;
type Row = IntentRow<"Router">;

/** What a domain's zones may say to each other, as the API shows it. */
export function zonePolicyView(row: Row): Pick<Router, "zonePolicy" | "zoneRules"> {
  return {
    zonePolicy: row.zone_policy ?? "allow",
    zoneRules: Object.fromEntries(zoneRulesOf(row).map(({ text, action }) => [text, action])),
  };
}

/** The same as a new router's row has it. Throws `invalid` where something is no rule, or the router no domain. Its zones come after it. */
export function zonePolicyRow({ name, zonePolicy, zoneRules = {} }: NewRouter): Columns {
  return soundPolicy(name, zonePolicy, zoneRules);
}

/** Whether a router has what is wished. Throws as `zonePolicyRow`. */
export function isZonePolicy({ zone_policy, zone_rules }: Columns, wish: NewRouter): boolean {
  const wanted = zonePolicyRow(wish);
  return zone_policy === wanted.zone_policy && isSame(zone_rules, wanted.zone_rules);
}

/** The same with a patch. Throws as `zonePolicyRow`, and `not_found` where a new rule names a zone that is not there. */
export function mergedZonePolicy(view: View, row: Row, { zonePolicy, zoneRules }: RouterPatch): Columns {
  const patch = zoneRules == null ? zoneRules : canonicalZoneRules(zoneRules);
  const policy = zonePolicy === undefined ? row.zone_policy : zonePolicy;
  const columns = soundPolicy(row.name, policy, mergedMap("zoneRules", row.zone_rules, patch));
  const known = zonesOfDomain(view, row._uuid).map(nameInDomain);
  for (const rule of zoneRulesOf(columns)) {
    const missing = rule.text in row.zone_rules ? undefined : missingZone(known, rule);
    if (missing === undefined) continue;
    const near = nearestName(missing, known);
    const hint = near === undefined ? "`fairway zone ls` lists what there is" : `did you mean "${near}"?`;
    throw new FairwayError("not_found", `no zone "${missing}" in ${row.name}; ${hint}`);
  }
  return columns;
}

/** How many rules a domain has. */
export function ruleCount({ zone_rules }: Pick<Columns, "zone_rules">): number {
  return Object.keys(zone_rules).length;
}

/** Which rules of a domain do nothing at the moment, and why. */
export function zoneTroubles(view: View, row: Row): readonly (readonly [string, string])[] {
  const known = zonesOfDomain(view, row._uuid).map(nameInDomain);
  return zoneRulesOf(row).flatMap((rule) => {
    const missing = missingZone(known, rule);
    return missing === undefined ? [] : [[`rule ${rule.text}`, `there is no zone ${missing}`] as const];
  });
}

function missingZone(
  known: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): string | undefined {
  return [from, to].find((zone) => zone !== anyZone && !known.includes(zone));
}

function soundPolicy(
  name: string,
  policy: Router["zonePolicy"] | null | undefined,
  rules: Readonly<Record<string, string>>,
): Columns {
  const sound = canonicalZoneRules(rules);
  for (const text of Object.keys(sound))
    if (parseZoneTraffic(text) === undefined)
      throw refusal(
        "zoneRules",
        'must say what one zone sends to another, FROM > TO, with /PROTOCOL (tcp, udp, icmp) and /PORTS where that is meant, e.g. {"Web > Db/tcp/5432": "allow"}; ' +
          `one is ${shorten(text, 60)}`,
      );
  const isDenied = policy === "deny";
  const asked = isDenied ? "zonePolicy" : Object.keys(sound).length > 0 ? "zoneRules" : undefined;
  if (asked !== undefined && levelAbove(name) === undefined)
    throw refusal(asked, `must be of a domain, ORGANIZATION/DOMAIN: router ${name} has no zones`);
  return { zone_policy: isDenied ? "deny" : null, zone_rules: sound };
}

function refusal(field: string, what: string): FairwayError {
  const detail = `${field} ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}
