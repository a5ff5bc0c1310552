import { groupRulesOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { DesiredRow } from "./desired.ts";
import { type FilterRule, filterMatch, filterRows, needed } from "./filter-rules.ts";
import type { UnitKind } from "./unit-kind.ts";

/** What each of a group's rules comes to, and what remains: a rule that denies counts more than one that allows, whichever of a member's groups they are of. Policies are above. */
const priorities = { rest: 1_000, allow: 1_100, deny: 1_200 } as const;

/**
 * A security group: a port group with rules. Members' ports put themselves into it. Which rules count is said by priorities alone, so that those of several groups of one
 * member need not know each other.
 */
export const securityGroupUnits = {
  name: "security-group",
  table: "Security_Group",
  statusPart: "northbound",
  compile: compileSecurityGroup,
} as const satisfies UnitKind;

function compileSecurityGroup(view: View, uuid: string): readonly DesiredRow[] {
  const group = view.get("Security_Group", uuid);
  if (group === undefined) return [];
  return filterRows({ uuid, kind: "group", name: group.name }, "security-group", rulesOf(view, group));
}

/** The reference by which an endpoint's port is a member of a group. */
export function inSecurityGroup(uuid: string) {
  return { table: "Port_Group", column: "ports", uuid, unit: `security-group/${uuid}` } as const;
}

/** What members get is filtered in any case, what they send where a rule allows some of it. */
function rulesOf(view: View, group: IntentRow<"Security_Group">): readonly FilterRule[] {
  const said = groupRulesOf(group);
  const rules = said.flatMap(({ text, action, ...traffic }): readonly FilterRule[] => {
    const match = filterMatch(view, group, traffic);
    if (match === undefined) return [];
    const priority = action === "allow" ? priorities.allow : priorities.deny;
    return [{ of: text, direction: traffic.direction, priority, match, action, words: `${text}: ${action}` }];
  });
  const isLimited = said.some(({ direction, action }) => direction === "egress" && action === "allow");
  return [needed.ingress, rest.ingress, ...(isLimited ? [needed.egress, rest.egress] : []), ...rules];
}

const rest = {
  ingress: {
    of: "ingress rest",
    direction: "ingress",
    priority: priorities.rest,
    match: "ip",
    action: "drop",
    words: "no rule allows that its members get this",
  },
  egress: {
    of: "egress rest",
    direction: "egress",
    priority: priorities.rest,
    match: "ip",
    action: "reject",
    words: "no rule allows that its members send this",
  },
} as const satisfies Record<string, FilterRule>;
