import type { GroupDirection, GroupPeer, GroupTraffic } from "../../group-rules.ts";
import { derive } from "../../identity.ts";
import { networkCidrs } from "../../intent/network-cidrs.ts";
import { peerRowOf } from "../../intent/security-groups.ts";
import type { View } from "../../intent/view.ts";
import { zoneCidrs } from "../../intent/zone-policy.ts";
import { type Family, familyOf } from "../../ip.ts";
import { nameServiceAddress } from "../../name-service-address.ts";
import type { RuleAction } from "../../rules.ts";
import type { DesiredRow } from "./desired.ts";
import { hostAccessLink, uplinkAddress } from "./egress.ts";
import { nameMatch } from "./name-sets.ts";
import { aclActions, matchName, trafficMatch } from "./rule-match.ts";

/** Above whatever people say, and below the guards: what every endpoint needs to be on its network at all. OVN takes 0 to 32767 (ovn-nb(5), ACL). */
const priorityOfNeeds = 31_000;

/** How OVN calls an endpoint, and its other side, in each direction. */
const terms = {
  ingress: { direction: "to-lport", port: "outport", peer: "src" },
  egress: { direction: "from-lport", port: "inport", peer: "dst" },
} as const satisfies Record<GroupDirection, unknown>;

/** What has rules of what endpoints get and send: a port group of OVN, into which their ports put themselves. */
export interface Filter {
  readonly uuid: string;
  /** As a trace names it: the kind, then the name. */
  readonly kind: "group" | "policy";
  readonly name: string;
}

/** A rule of a port group. */
export interface FilterRule {
  /** What tells it from others of the same port group. */
  readonly of: string;
  readonly direction: GroupDirection;
  readonly priority: number;
  readonly match: string;
  readonly action: RuleAction;
  /** What a trace says of it. */
  readonly words?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** The port group of a filter, with its rules. OVN keeps the sets of its ports' addresses, so that one endpoint more changes no rule. */
export function filterRows(
  { uuid, kind, name }: Filter,
  unit: string,
  rules: readonly FilterRule[],
): readonly DesiredRow[] {
  const group = matchName(kind, uuid);
  return [
    {
      table: "Port_Group",
      uuid,
      references: [],
      columns: { name: group, external_ids: { "fairway-name": name } },
    },
    ...rules.map(
      ({ of, direction, priority, match, action, words, options }): DesiredRow => ({
        table: "ACL",
        uuid: derive(unit, uuid, of),
        references: [{ table: "Port_Group", column: "acls", uuid }],
        columns: {
          direction: terms[direction].direction,
          priority,
          // Within parentheses none is the beginning of another.
          match: `(${terms[direction].port} == @${group} && ${match})`,
          action: aclActions[action],
          ...(options !== undefined && { options }),
          external_ids: words === undefined ? {} : { "fairway-rule": `${kind} ${name}: ${words}` },
        },
      }),
    ),
  ];
}

/**
 * What is let through in each direction whatever the rules say. Answers of DHCP have another address than the questions went to; containers may give none (`guards.ts`). This
 * is also what makes a switch track, so that answers pass.
 */
export const needed = {
  ingress: {
    of: "ingress needed",
    direction: "ingress",
    priority: priorityOfNeeds,
    match: "udp && udp.dst == {68, 546}",
    action: "allow",
  },
  egress: {
    of: "egress needed",
    direction: "egress",
    priority: priorityOfNeeds,
    match: `((udp && udp.dst == {67, 547}) || (ip4.dst == ${nameServiceAddress} && (udp.dst == 53 || tcp.dst == 53)))`,
    action: "allow",
  },
} as const satisfies Record<GroupDirection, FilterRule>;

/** What a rule of a filter matches; undefined where nobody is on the other side. */
export function filterMatch(
  view: View,
  filter: Filter,
  { direction, protocol, ports, peer }: GroupTraffic,
): string | undefined {
  const side = peerMatch(view, filter, peer, terms[direction].peer);
  if (side === undefined) return undefined;
  return ["ip", ...side, ...trafficMatch(protocol, ports)].join(" && ");
}

/** What matches the other side; none: whoever it is. Undefined: nobody. */
function peerMatch(
  view: View,
  filter: Filter,
  peer: GroupPeer,
  end: "src" | "dst",
): readonly string[] | undefined {
  if (peer.kind === "any") return [];
  if (peer.kind === "dns") return [nameMatch(filter.uuid, peer.pattern)];
  const addresses = addressesOf(view, filter, peer);
  const families = ([4, 6] as const).filter((family) => addresses[family].length > 0);
  const match = families.map((family) => `ip${family}.${end} == {${addresses[family].join(", ")}}`);
  return match.length === 0 ? undefined : [`(${match.join(" || ")})`];
}

type Addresses = Readonly<Record<Family, readonly string[]>>;

function addressesOf(
  view: View,
  filter: Filter,
  peer: Exclude<GroupPeer, { kind: "any" | "dns" }>,
): Addresses {
  if (peer.kind === "hosts") return { 4: hostAddresses(4), 6: hostAddresses(6) };
  if (peer.kind === "cidr") {
    const own = (family: Family) => (familyOf(peer.cidr) === family ? [peer.cidr] : []);
    return { 4: own(4), 6: own(6) };
  }
  const row = peerRowOf(view, filter, peer);
  switch (row?.kind) {
    case "group": {
      const set = matchName("group", row.group._uuid);
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
