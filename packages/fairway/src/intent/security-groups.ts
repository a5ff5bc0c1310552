import { fullGroupName } from "../group-names.ts";
import { type GroupPeer, type GroupTraffic, parseGroupTraffic } from "../group-rules.ts";
import { levelAbove, levelsOf } from "../level-names.ts";
import { type RowRule, rulesIn } from "../rules.ts";
import { fact, type IntentRow, type View } from "./view.ts";

type Group = IntentRow<"Security_Group">;
type Network = Pick<IntentRow<"Network">, "name" | "zone">;
type Member = Pick<IntentRow<"Endpoint">, "network" | "organization" | "groups" | "label_groups">;

/** A rule of a group. */
type GroupRule = RowRule & GroupTraffic;

/** The rules of a group; what another hand has damaged is left out. */
export function groupRulesOf({ rules }: Pick<Group, "rules">): readonly GroupRule[] {
  return rulesIn(rules, parseGroupTraffic).filter((rule) => !isDenialByName(rule));
}

/** A name says only what is allowed: what bears it is not known before somebody asks. */
export function isDenialByName({ peer, action }: Pick<GroupRule, "peer" | "action">): boolean {
  return peer.kind === "dns" && action !== "allow";
}

/** The full names, each once, of groups that are named on a network: on one of an organization's a name of one level is of that. */
export function groupNamesOn(network: Network, names: readonly string[]): readonly string[] {
  const organization = organizationOfNetwork(network);
  return [...new Set(names.map((name) => fullGroupName(organization, name)))];
}

/** A group by its full name, as far as endpoints of a network may be in it: both are of one organization, or of none. */
export function groupOn(view: View, network: Network, name: string): Group | undefined {
  if (levelAbove(name) !== organizationOfNetwork(network)) return undefined;
  return view.find("Security_Group", "byName", name)[0];
}

/** In which groups an endpoint is. */
export interface Membership {
  /** Their UUIDs, each once. */
  readonly groups: readonly string[];
  /** Full names of groups in which it is to be, and which are not there: what it may do is not known. */
  readonly missing: readonly string[];
  /** Full names of groups that its container's label names in vain. */
  readonly refused: readonly string[];
}

/**
 * The groups of an endpoint: those that it was given, and of those that a label names the ones that let labels in. A label of another organization's
 * container, with which the network is shared, has no power.
 */
export function membershipOf(view: View, member: Member): Membership {
  if (member.groups.length + member.label_groups.length === 0) return noMembership;
  const network = view.get("Network", member.network);
  if (network === undefined) return noMembership;
  const given = member.groups.map((name) => ({ name, group: groupOn(view, network, name) }));
  const labelled = member.label_groups
    .map((name) => ({ name, group: groupOn(view, network, name) }))
    .map(({ name, group }) => ({ name, group: mayJoin(member, group) ? group : undefined }));
  const uuids = [...given, ...labelled].flatMap(({ group }) => group?._uuid ?? []);
  const without = (named: typeof given) =>
    named.flatMap(({ name, group }) => (group === undefined ? name : [])).sort();
  return { groups: [...new Set(uuids)].sort(), missing: without(given), refused: without(labelled) };
}

function mayJoin({ organization }: Member, group: Group | undefined): boolean {
  return organization === null && group?.joinable_by_label === true;
}

const noMembership: Membership = { groups: [], missing: [], refused: [] };

/** Whether any endpoint of a network is in a group: then its switch tracks connections. */
export const hasMembers = fact((view, network: string): boolean =>
  view
    .find("Endpoint", "groupedOfNetwork", network)
    .some((endpoint) => membershipOf(view, endpoint).groups.length > 0),
);

/** The endpoints that are in a group. */
export function membersOf(view: View, { _uuid, name }: Group): readonly IntentRow<"Endpoint">[] {
  return view
    .find("Endpoint", "byGroup", name)
    .filter((endpoint) => membershipOf(view, endpoint).groups.includes(_uuid));
}

/** What a rule of a group or policy names on its other side. */
export type PeerRow =
  | { readonly kind: "group"; readonly group: Group }
  | { readonly kind: "zone"; readonly zone: IntentRow<"Zone"> }
  | { readonly kind: "network"; readonly network: IntentRow<"Network"> };

type NamedPeer = Extract<GroupPeer, { readonly name: string }>;

/** The row that a peer names; undefined where it is not there. What is another organization's is not there for an organization's group or policy. */
export function peerRowOf(view: View, filter: Pick<Group, "name">, peer: NamedPeer): PeerRow | undefined {
  const own = levelAbove(filter.name);
  const isSeen = (organization: string | undefined) => own === undefined || organization === own;
  const { kind, name } = peer;
  if (kind === "group") {
    const [row] = view.find("Security_Group", "byName", name);
    return row !== undefined && isSeen(levelAbove(name)) ? { kind, group: row } : undefined;
  }
  if (kind === "zone") {
    const [row] = view.find("Zone", "byName", name);
    return row !== undefined && isSeen(levelsOf(name)[0]) ? { kind, zone: row } : undefined;
  }
  const [row] = view.find("Network", "byName", name);
  return row !== undefined && isSeen(organizationOfNetwork(row)) ? { kind, network: row } : undefined;
}

/** The name of the organization that a network belongs to, which its full name begins with; undefined: it is nobody's. */
export function organizationOfNetwork({ name, zone }: Network): string | undefined {
  return zone === null ? undefined : levelsOf(name)[0];
}
