import { groupRulesOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { nameServiceAddress } from "../../name-service-address.ts";
import type { DesiredRow } from "./desired.ts";
import { type Filter, type FilterRule, filterMatch, filterRows, needed } from "./filter-rules.ts";
import { nameSets } from "./name-sets.ts";
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
  const filter = { uuid, kind: "group", name: group.name } as const;
  return [...filterRows(filter, "security-group", rulesOf(view, filter, group)), ...nameSets(group)];
}

/** The reference by which an endpoint's port is a member of a group. */
export function inSecurityGroup(uuid: string) {
  return { table: "Port_Group", column: "ports", uuid, unit: `security-group/${uuid}` } as const;
}

/** What members get is filtered in any case, what they send where a rule allows some of it. */
function rulesOf(view: View, filter: Filter, group: IntentRow<"Security_Group">): readonly FilterRule[] {
  const said = groupRulesOf(group);
  const rules = said.flatMap(({ text, action, ...traffic }): readonly FilterRule[] => {
    const match = filterMatch(view, filter, traffic);
    if (match === undefined) return [];
    const priority = action === "allow" ? priorities.allow : priorities.deny;
    return [{ of: text, direction: traffic.direction, priority, match, action, words: `${text}: ${action}` }];
  });
  const isLimited = said.some(({ direction, action }) => direction === "egress" && action === "allow");
  const namesNames = said.some(({ peer }) => peer.kind === "dns");
  return [
    needed.ingress,
    rest.ingress,
    ...(isLimited ? [needed.egress, rest.egress] : []),
    ...(namesNames ? [namesElsewhere] : []),
    ...rules,
  ];
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

/** What a name stands for elsewhere says nothing here. DNS over UDP, TCP and TLS (RFC 1035, RFC 7858, RFC 9250). */
const namesElsewhere: FilterRule = {
  of: "egress names",
  direction: "egress",
  priority: priorities.deny,
  match: "(udp.dst == {53, 853} || tcp.dst == {53, 853})",
  action: "reject",
  words: `who may send by names asks ${nameServiceAddress} for them, and nobody else`,
};
