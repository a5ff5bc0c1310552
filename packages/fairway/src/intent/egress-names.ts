import { matchesDnsPattern } from "../dns-pattern.ts";
import { groupRulesOf, membershipOf } from "./security-groups.ts";
import type { IntentRow, View } from "./view.ts";

type Group = IntentRow<"Security_Group">;

/** A DNS name, or all below one, that a group lets its members send to. */
export interface EgressName {
  /** The group's UUID. */
  readonly group: string;
  readonly pattern: string;
}

/** The patterns that a group's rules name, each once. */
export function patternsOf(group: Pick<Group, "rules">): readonly string[] {
  const patterns = groupRulesOf(group).flatMap(({ peer }) => (peer.kind === "dns" ? peer.pattern : []));
  return [...new Set(patterns)].sort();
}

/** What an endpoint's groups name. */
export function egressNamesOf(view: View, endpoint: IntentRow<"Endpoint">): readonly EgressName[] {
  return membershipOf(view, endpoint).groups.flatMap((uuid) => {
    const group = view.get("Security_Group", uuid);
    return group === undefined ? [] : patternsOf(group).map((pattern) => ({ group: uuid, pattern }));
  });
}

/** Of these the ones that a name is meant by. */
export function namesMeaning(names: readonly EgressName[], name: string): readonly EgressName[] {
  return names.filter(({ pattern }) => matchesDnsPattern(pattern, name));
}

/** Under what a group keeps an address that somebody was told for a name. */
export function resolvedKey(pattern: string, address: string): string {
  return `${pattern} ${address}`;
}

/** The addresses of a pattern among those. */
export function addressesOfPattern(
  kept: Readonly<Record<string, number>>,
  pattern: string,
): readonly string[] {
  const start = resolvedKey(pattern, "");
  return Object.keys(kept)
    .flatMap((key) => (key.startsWith(start) ? key.slice(start.length) : []))
    .sort();
}
