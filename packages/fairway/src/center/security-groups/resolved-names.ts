import { longestTtlS, namesGraceMs, namesSlackMs } from "../../egress-names.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { type EgressName, egressNamesOf, namesMeaning, resolvedKey } from "../../intent/egress-names.ts";
import { soundCidr } from "../../intent/parsed-rows.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { isInternalAddress } from "../../internal-addresses.ts";
import { canonicalIp, contains, parseIp } from "../../ip.ts";
import type { Context } from "../context.ts";
import { endpointAsking } from "../names/asker.ts";
import type { Progress } from "../progress.ts";
import type { Admission, NameToAdmit } from "../schemas/admission.ts";

type Kept = IntentRow<"Security_Group">["resolved"];

/** A group has so many addresses of names in force, and as many that have just expired. */
export const mostResolved = 1_024;

/** How long connections to an expired address go on, ms. */
const lingerMs = 86_400_000;

/** What a group lets its members send to by names: addresses that they were told, in force before they are told. */
export class ResolvedNames {
  readonly #store: Pick<Store, "view" | "change">;
  readonly #progress: Pick<Progress, "inForce" | "isReached">;
  readonly #now: () => number;
  /** By group, by key: what OVN must have come to where an address is in force. */
  readonly #sequences = new Map<string, Map<string, number>>();

  constructor(
    store: Pick<Store, "view" | "change">,
    progress: Pick<Progress, "inForce" | "isReached">,
    now: () => number,
  ) {
    this.#store = store;
    this.#progress = progress;
    this.#now = now;
  }

  /**
   * Lets the members of the asker's groups send to the addresses of an answer, as far as a rule names the name that was asked for. Addresses inside the cluster, and of ranges
   * that only an inside has, get nothing. Throws `not_found` for an unknown asker, `exhausted` where a group has too many, `unavailable` where OVN takes nothing.
   */
  async admit(
    place: { readonly host: string; readonly network: string },
    { asker, name, addresses }: NameToAdmit,
    context: Context,
  ): Promise<Admission> {
    const { endpoint } = endpointAsking(this.#store.view, { ...place, address: asker }, context);
    const names = namesMeaning(egressNamesOf(this.#store.view, endpoint), name);
    const answered = addresses
      .map(({ address, ttl }) => ({
        address: canonicalIp(address),
        lastsMs: Math.min(ttl, longestTtlS) * 1_000 + namesGraceMs,
      }))
      // Of one that is there twice the longer time counts, which comes last.
      .toSorted((one, other) => one.lastsMs - other.lastsMs);
    const powerful = answered.filter(({ address }) => isOutside(this.#store.view, address));
    if (names.length === 0 || powerful.length === 0) return { sequence: null };
    await this.#store.change((draft) => {
      for (const each of names)
        for (const key of open(draft, each, powerful, this.#now()))
          this.#sequences.get(each.group)?.delete(key);
    });
    const keys = names.flatMap(({ group, pattern }) =>
      powerful.map(({ address }) => ({ group, key: resolvedKey(pattern, address) })),
    );
    return { sequence: await this.#sequenceOf(keys, context.signal) };
  }

  async #sequenceOf(
    keys: readonly { readonly group: string; readonly key: string }[],
    signal: AbortSignal,
  ): Promise<number> {
    const known = keys.map(({ group, key }) => this.#sequences.get(group)?.get(key) ?? Number.NaN);
    const last = Math.max(...known);
    if (this.#progress.isReached(last)) return last;
    const groups = [...new Set(keys.map(({ group }) => group))];
    const sequence = await this.#progress.inForce(
      groups.map((group) => `security-group/${group}` as const),
      signal,
    );
    for (const { group, key } of keys) this.#kept(group).set(key, sequence);
    return sequence;
  }

  /** Those of a group, of what it still has. */
  #kept(group: string): Map<string, number> {
    const { view } = this.#store;
    for (const uuid of this.#sequences.keys())
      if (view.get("Security_Group", uuid) === undefined) this.#sequences.delete(uuid);
    const kept = this.#sequences.get(group) ?? new Map<string, number>();
    this.#sequences.set(group, kept);
    const resolved = view.get("Security_Group", group)?.resolved ?? {};
    for (const key of kept.keys()) if (!(key in resolved)) kept.delete(key);
    return kept;
  }
}

/** Whether a group has no room for more addresses. */
export function isFullOfNames({ resolved }: Pick<IntentRow<"Security_Group">, "resolved">): boolean {
  return Object.keys(resolved).length >= mostResolved;
}

/** Whether the time of any address of a group's names is over. */
export function hasOverdueNames({ resolved, expired }: IntentRow<"Security_Group">, now: number): boolean {
  return [resolved, expired].some((kept) => Object.values(kept).some((until) => until <= now));
}

/** Closes what nobody was told for so long: from then on its connections alone go on, for a while. */
export function closeNames(draft: Draft, uuid: string, now: number): void {
  const row = draft.get("Security_Group", uuid);
  if (row === undefined) return;
  const isOpen = ([, until]: readonly [string, number]) => until > now;
  const all = Object.entries(row.resolved);
  const closed = all.filter((entry) => !isOpen(entry)).map(([key]) => [key, now + lingerMs] as const);
  const lingering = Object.entries(row.expired).filter(isOpen);
  const newest = [...lingering, ...closed].sort(([, one], [, other]) => other - one).slice(0, mostResolved);
  draft.update("Security_Group", uuid, {
    resolved: Object.fromEntries(all.filter(isOpen)),
    expired: Object.fromEntries(newest),
  });
}

interface Answered {
  readonly address: string;
  readonly lastsMs: number;
}

/** Opens a group to addresses, and keeps open what is. @returns the keys of what was not open. */
function open(
  draft: Draft,
  { group, pattern }: EgressName,
  answered: readonly Answered[],
  now: number,
): readonly string[] {
  const row = draft.get("Security_Group", group);
  if (row === undefined) return [];
  const wanted = answered.map(({ address, lastsMs }) => ({
    key: resolvedKey(pattern, address),
    until: now + lastsMs,
  }));
  const due = wanted.filter(({ key, until }) => (row.resolved[key] ?? 0) < until);
  if (due.length === 0) return [];
  const resolved: Kept = {
    ...row.resolved,
    ...Object.fromEntries(due.map(({ key, until }) => [key, until + namesSlackMs])),
  };
  if (Object.keys(resolved).length > mostResolved)
    throw new FairwayError(
      "exhausted",
      `group ${row.name} has ${mostResolved} addresses of names, and takes no more`,
    );
  const expired = Object.fromEntries(Object.entries(row.expired).filter(([key]) => !(key in resolved)));
  draft.update("Security_Group", group, { resolved, expired });
  return due.flatMap(({ key }) => (key in row.resolved ? [] : key));
}

/** Whether a name outside may stand for an address: not for one of a container's, of a host's, or of an inside (DNS rebinding). */
function isOutside(view: View, address: string): boolean {
  if (isInternalAddress(address)) return false;
  const ip = parseIp(address);
  const isOf = (subnet: IntentRow<"Subnet">) => {
    const cidr = soundCidr(subnet);
    return cidr !== undefined && contains(cidr, ip);
  };
  return (
    !Array.from(view.rows("Host")).some(({ tunnel_address }) => tunnel_address === address) &&
    !Array.from(view.rows("Subnet")).some(isOf)
  );
}
