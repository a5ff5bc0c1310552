import { FairwayError } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import { canonicalGroupRules, type GroupPeer, groupRuleForm, parseGroupTraffic } from "../../group-rules.ts";
import { groupRulesOf, isDenialByName, peerRowOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelAbove, levelsOf } from "../../level-names.ts";
import { rulesIn } from "../../rules.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { mergedMap } from "../merged-map.ts";
import type { SecurityGroup, SecurityGroupPatch } from "../schemas/security-group.ts";

/** A group, or a policy. */
type Row = Pick<IntentRow<"Security_Group">, "name" | "rules">;
type Rules = Readonly<Record<string, string>>;
type NamedPeer = Extract<GroupPeer, { readonly name: string }>;

/** The rules of a group or policy as the API shows them. */
export function rulesView(row: Row): SecurityGroup["rules"] {
  return Object.fromEntries(groupRulesOf(row).map(({ text, action }) => [text, action]));
}

/** Rules in the one way in which they are kept. Throws `invalid` naming what is none. Whom they name may come after them. */
export function soundGroupRules(rules: Rules): Record<string, string> {
  const wrong = Object.keys(rules).find((text) => parseGroupTraffic(text) === undefined);
  if (wrong !== undefined) throw noRules(`rules takes ${groupRuleForm}; one is ${shorten(wrong, 60)}`);
  const denial = rulesIn(rules, parseGroupTraffic).find(isDenialByName);
  if (denial === undefined) return canonicalGroupRules(rules);
  throw noRules(
    `a rule that names a DNS name allows: say what is denied by addresses; one is ${shorten(denial.text, 60)}: ${denial.action}`,
  );
}

function noRules(detail: string): FairwayError {
  return new FairwayError("invalid", detail, { fields: [{ field: "rules", detail }] });
}

/** The rules of a group or policy with a patch. Throws `invalid` as `soundGroupRules`, and `not_found` where a new rule names what is not there. */
export function mergedGroupRules(
  view: View,
  row: Row,
  patch: SecurityGroupPatch["rules"],
): Record<string, string> {
  const canonical = patch == null ? patch : canonicalGroupRules(patch);
  const rules = soundGroupRules(mergedMap("rules", row.rules, canonical));
  for (const { text, peer } of groupRulesOf({ rules }))
    if (!(text in row.rules) && "name" in peer && peerRowOf(view, row, peer) === undefined)
      throw missing(view, row, peer);
  return rules;
}

/** Which rules of a group or policy do nothing at the moment, and why. */
export function ruleTroubles(view: View, row: Row): readonly (readonly [string, string])[] {
  return groupRulesOf(row).flatMap(({ text, peer }) =>
    "name" in peer && peerRowOf(view, row, peer) === undefined
      ? [[`rule ${text}`, `there is no ${peer.kind} ${peer.name}${withinOf(row)}`] as const]
      : [],
  );
}

function missing(view: View, row: Row, { kind, name }: NamedPeer): FairwayError {
  const table = { group: "Security_Group", zone: "Zone", network: "Network" } as const;
  const names = Array.from(view.rows(table[kind]), (each) => each.name);
  const own = levelAbove(row.name);
  const near = nearestName(
    name,
    own === undefined ? names : names.filter((each) => levelsOf(each)[0] === own),
  );
  const hint = near === undefined ? `\`fairway ${kind} ls\` lists what there is` : `did you mean "${near}"?`;
  return new FairwayError("not_found", `no ${kind} "${name}"${withinOf(row)}; ${hint}`);
}

/** An organization's rules name what is its own. */
function withinOf({ name }: Row): string {
  const organization = levelAbove(name);
  return organization === undefined ? "" : ` in ${organization}`;
}
