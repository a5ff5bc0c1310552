import type { GroupDirection, GroupPeer, GroupTraffic } from "../../group-rules.ts";
import { derive } from "../../identity.ts";
import { networkCidrs } from "../../intent/network-cidrs.ts";
import { groupRulesOf, peerRowOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { zoneCidrs } from "../../intent/zone-policy.ts";
import { type Family, familyOf } from "../../ip.ts";
import { nameServiceAddress } from "../../name-service-address.ts";
import type { RuleAction } from "../../rules.ts";
import type { DesiredRow } from "./desired.ts";
import { hostAccessLink, uplinkAddress } from "./egress.ts";
import { nameMatch, nameSets } from "./name-sets.ts";
import { aclActions, matchName, trafficMatch } from "./rule-match.ts";
import type { UnitKind } from "./unit-kind.ts";

/**
 * What each of a group's rules comes to, and what remains: a rule that denies counts more than one that allows, whichever of a member's groups they are of. What every
 * member needs to be on its network at all is above whatever is said of groups, and below the guards. OVN takes 0 to 32767 (ovn-nb(5), ACL).
 */
const priorities = { rest: 1_000, allow: 1_100, deny: 1_200, needed: 31_000 } as const;

/** How OVN calls a member, and its other side, in each direction. */
const terms = {
  ingress: { direction: "to-lport", port: "outport", peer: "src" },
  egress: { direction: "from-lport", port: "inport", peer: "dst" },
} as const satisfies Record<GroupDirection, unknown>;

/**
 * A security group: a port group with rules. Members' ports put themselves into it, and OVN keeps the sets of their addresses, so that one member more changes no rule.
 * Which rules count is said by priorities alone, so that those of several groups of one member need not know each other.
 */
export const securityGroupUnits = {
  name: "security-group",
  table: "Security_Group",
  statusPart: "northbound",
  compile: compileSecurityGroup,
} as const satisfies UnitKind;

interface Rule {
  /** What tells it from others of the group. */
  readonly of: string;
  readonly direction: GroupDirection;
  readonly priority: number;
  readonly match: string;
  readonly action: RuleAction;
  /** What a trace says of it. */
  readonly words?: string;
}

function compileSecurityGroup(view: View, uuid: string): readonly DesiredRow[] {
  const group = view.get("Security_Group", uuid);
  if (group === undefined) return [];
  const { name } = group;
  return [
    {
      table: "Port_Group",
      uuid,
      references: [],
      columns: { name: portGroup(uuid), external_ids: { "fairway-name": name } },
    },
    ...nameSets(group),
    ...rulesOf(view, group).map(
      ({ of, direction, priority, match, action, words }): DesiredRow => ({
        table: "ACL",
        uuid: derive("security-group", uuid, of),
        references: [{ table: "Port_Group", column: "acls", uuid }],
        columns: {
          direction: terms[direction].direction,
          priority,
          // Within parentheses none is the beginning of another.
          match: `(${terms[direction].port} == @${portGroup(uuid)} && ${match})`,
          action: aclActions[action],
          external_ids: words === undefined ? {} : { "fairway-rule": `group ${name}: ${words}` },
        },
      }),
    ),
  ];
}

/** The reference by which an endpoint's port is a member of a group. */
export function inSecurityGroup(uuid: string) {
  return { table: "Port_Group", column: "ports", uuid, unit: `security-group/${uuid}` } as const;
}

/** What members get is filtered in any case, what they send where a rule allows some of it. */
function rulesOf(view: View, group: IntentRow<"Security_Group">): readonly Rule[] {
  const said = groupRulesOf(group);
  const rules = said.flatMap(({ text, action, ...traffic }): readonly Rule[] => {
    const match = matchOf(view, group, traffic);
    if (match === undefined) return [];
    const priority = action === "allow" ? priorities.allow : priorities.deny;
    return [{ of: text, direction: traffic.direction, priority, match, action, words: `${text}: ${action}` }];
  });
  const isLimited = said.some(({ direction, action }) => direction === "egress" && action === "allow");
  const namesNames = said.some(({ peer }) => peer.kind === "dns");
  return [
    ...neededIngress,
    ...(isLimited ? limitedEgress : []),
    ...(namesNames ? [namesElsewhere] : []),
    ...rules,
  ];
}

/** Answers of DHCP have another address than the questions went to; containers may give none (`guards.ts`). This is also what makes a switch track, so that answers pass. */
const neededIngress: readonly Rule[] = [
  {
    of: "ingress needed",
    direction: "ingress",
    priority: priorities.needed,
    match: "udp && udp.dst == {68, 546}",
    action: "allow",
  },
  {
    of: "ingress rest",
    direction: "ingress",
    priority: priorities.rest,
    match: "ip",
    action: "drop",
    words: "no rule allows that its members get this",
  },
];

const limitedEgress: readonly Rule[] = [
  {
    of: "egress needed",
    direction: "egress",
    priority: priorities.needed,
    match: `((udp && udp.dst == {67, 547}) || (ip4.dst == ${nameServiceAddress} && (udp.dst == 53 || tcp.dst == 53)))`,
    action: "allow",
  },
  {
    of: "egress rest",
    direction: "egress",
    priority: priorities.rest,
    match: "ip",
    action: "reject",
    words: "no rule allows that its members send this",
  },
];

/** What a name stands for elsewhere says nothing here. DNS over UDP, TCP and TLS (RFC 1035, RFC 7858, RFC 9250). */
const namesElsewhere: Rule = {
  of: "egress names",
  direction: "egress",
  priority: priorities.deny,
  match: "(udp.dst == {53, 853} || tcp.dst == {53, 853})",
  action: "reject",
  words: `who may send by names asks ${nameServiceAddress} for them, and nobody else`,
};

/** Undefined where nobody is on the other side. */
function matchOf(
  view: View,
  group: IntentRow<"Security_Group">,
  { direction, protocol, ports, peer }: GroupTraffic,
): string | undefined {
  const side = peerMatch(view, group, peer, terms[direction].peer);
  if (side === undefined) return undefined;
  return ["ip", ...side, ...trafficMatch(protocol, ports)].join(" && ");
}

/** What matches the other side; none: whoever it is. Undefined: nobody. */
function peerMatch(
  view: View,
  group: IntentRow<"Security_Group">,
  peer: GroupPeer,
  end: "src" | "dst",
): readonly string[] | undefined {
  if (peer.kind === "any") return [];
  if (peer.kind === "dns") return [nameMatch(group._uuid, peer.pattern)];
  const addresses = addressesOf(view, group, peer);
  const families = ([4, 6] as const).filter((family) => addresses[family].length > 0);
  const match = families.map((family) => `ip${family}.${end} == {${addresses[family].join(", ")}}`);
  return match.length === 0 ? undefined : [`(${match.join(" || ")})`];
}

type Addresses = Readonly<Record<Family, readonly string[]>>;

function addressesOf(
  view: View,
  group: IntentRow<"Security_Group">,
  peer: Exclude<GroupPeer, { kind: "any" | "dns" }>,
): Addresses {
  if (peer.kind === "hosts") return { 4: hostAddresses(4), 6: hostAddresses(6) };
  if (peer.kind === "cidr") {
    const own = (family: Family) => (familyOf(peer.cidr) === family ? [peer.cidr] : []);
    return { 4: own(4), 6: own(6) };
  }
  const row = peerRowOf(view, group, peer);
  switch (row?.kind) {
    case "group": {
      const set = portGroup(row.group._uuid);
      return { 4: [`$${set}_ip4`], 6: [`$${set}_ip6`] };
    }
    case "zone":
      return zoneCidrs(view, row.zone._uuid);
    case "network":
      return networkCidrs(view, row.network._uuid);
    case undefined:
      return { 4: [], 6: [] };
  }
}

/** Under what hosts reach containers: their own uplink's address where those run on them, else an address by their number. */
function hostAddresses(family: Family): readonly string[] {
  const { subnet, prefix } = hostAccessLink[family];
  return [uplinkAddress(family), `${subnet}/${prefix}`];
}

function portGroup(uuid: string): string {
  return matchName("group", uuid);
}
