import { groupRulesOf } from "../../intent/security-groups.ts";
import type { View } from "../../intent/view.ts";
import { levelAbove } from "../../level-names.ts";
import type { DesiredRow } from "./desired.ts";
import { type FilterRule, filterMatch, filterRows, needed } from "./filter-rules.ts";
import type { UnitKind } from "./unit-kind.ts";
import { aboveZones } from "./zone-policy.ts";

/**
 * Each tier is above the next one, and all above security groups. In a tier a rule that denies counts more than one that allows. What none of its rules is of falls through to the
 * next tier.
 */
const priorities = {
  cluster: { deny: 1_600, allow: 1_500 },
  organization: { deny: 1_400, allow: 1_300 },
} as const;

/** A policy: a port group with rules. The ports of all endpoints that obey it put themselves into it. */
export const policyUnits = {
  name: "policy",
  table: "Policy",
  statusPart: "northbound",
  compile: compilePolicy,
} as const satisfies UnitKind;

/** The reference by which an endpoint's port obeys a policy. */
export function underPolicy(uuid: string) {
  return { table: "Port_Group", column: "ports", uuid, unit: `policy/${uuid}` } as const;
}

function compilePolicy(view: View, uuid: string): readonly DesiredRow[] {
  const policy = view.get("Policy", uuid);
  if (policy === undefined || Object.keys(policy.rules).length === 0) return [];
  const own = priorities[levelAbove(policy.name) === undefined ? "cluster" : "organization"];
  const filter = { uuid, kind: "policy", name: policy.name } as const;
  // What names stand for is told to groups alone.
  const said = groupRulesOf(policy).filter(({ peer }) => peer.kind !== "dns");
  const rules = said.flatMap(({ text, action, ...traffic }): readonly FilterRule[] => {
    const match = filterMatch(view, filter, traffic);
    if (match === undefined) return [];
    const { direction } = traffic;
    const priority = action === "allow" ? own.allow : own.deny;
    const rule = { of: text, direction, priority, match, action, words: `${text}: ${action}` } as const;
    // What it lets an endpoint send, a domain does not stop: that is asked in a stage of its own.
    const isPassed = direction === "egress" && action === "allow";
    return isPassed ? [rule, { ...rule, of: `${text} above zones`, ...aboveZones }] : [rule];
  });
  const needs = (["ingress", "egress"] as const)
    .filter((each) => said.some(({ direction }) => direction === each))
    .map((direction) => needed[direction]);
  return filterRows(filter, "policy", [...needs, ...rules]);
}
