import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import { cidrOf, rangesOf, soundIp } from "../../intent/parsed-rows.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Cidr, contains, formatIp, parseIp, type Span, usable } from "../../ip.ts";
import { Allocator } from "./allocator.ts";

type Subnet = IntentRow<"Subnet">;

/** A subnet's allocator. Addresses are numbered from the end that automatic ones are taken from. */
interface Numbered {
  readonly allocator: Allocator;
  readonly cidr: Cidr;
  /** An address's number, and a number's address: the same both ways. */
  readonly number: (value: bigint) => bigint;
}

/**
 * An allocator for every subnet that is asked for addresses, kept equal to the intent's rows. A plan takes addresses
 * here before they are committed, and gives them back when it comes to nothing.
 */
export class Addresses {
  readonly #subnets = new Map<string, Numbered>();
  /** By network: addresses that rest, and until when, ms. */
  readonly #resting = new Map<string, { readonly ips: readonly string[]; readonly since: number }[]>();
  readonly #view: View;
  readonly #now: () => number;
  readonly #reservationMs: number;

  /**
   * @param now the time in ms.
   * @param reservationMs how long a pool that no network binds, or an address that no endpoint binds, is kept.
   */
  constructor(store: Store, now: () => number, reservationMs: number) {
    this.#view = store.view;
    this.#now = now;
    this.#reservationMs = reservationMs;
    store.replica.on("change", (changes) => {
      for (const change of changes) {
        if (change.table === "Address") this.#follow(change.old, change.new);
        else if (change.table === "Subnet") this.#forget(change.uuid, change.old, change.new);
      }
    });
    store.replica.on("synced", () => this.#subnets.clear());
  }

  /** Until when what is asked for now is kept without anybody binding it, ms. */
  get reservedUntil(): number {
    return this.#now() + this.#reservationMs;
  }

  /** The next free address, in canonical text, or undefined where the subnet is full. */
  next(draft: Draft, subnet: Subnet): string | undefined {
    const { allocator, cidr, number } = this.#of(draft, subnet);
    for (;;) {
      const value = allocator.next(this.#now());
      if (value === undefined) return undefined;
      draft.onAbandon(() => allocator.undo(value));
      const ip = formatIp(cidr.family, number(value));
      if (!isDrafted(draft, subnet, ip)) return ip;
    }
  }

  /** Marks an address that somebody chose. @returns false where it is in use. */
  take(draft: Draft, subnet: Subnet, ip: string): boolean {
    if (isDrafted(draft, subnet, ip)) return false;
    const { allocator, number } = this.#of(draft, subnet);
    const value = number(parseIp(ip).value);
    const free = allocator.take(value);
    if (free) draft.onAbandon(() => allocator.undo(value));
    return free;
  }

  /** OVN has an endpoint with these addresses that the intent does not know: they rest, so that its host can claim them. */
  rest(network: string, ips: readonly string[]): void {
    this.#resting.set(network, [...(this.#resting.get(network) ?? []), { ips, since: this.#now() }]);
    for (const subnet of this.#view.find("Subnet", "byNetwork", network)) {
      const known = this.#subnets.get(subnet._uuid);
      if (known !== undefined) this.#rest(known, network);
    }
  }

  /** The addresses that rest at the moment, and until when, ms. */
  resting(): readonly { readonly subnet: string; readonly ip: string; readonly until: number }[] {
    const now = this.#now();
    return Array.from(this.#subnets).flatMap(([subnet, { allocator, cidr, number }]) =>
      allocator
        .resting(now)
        .map(({ ip, until }) => ({ subnet, ip: formatIp(cidr.family, number(ip)), until })),
    );
  }

  #rest({ allocator, cidr, number }: Numbered, network: string): void {
    for (const { ips, since } of this.#resting.get(network) ?? [])
      for (const ip of ips) {
        const address = parseIp(ip);
        if (!contains(cidr, address)) continue;
        const value = number(address.value);
        if (allocator.take(value)) allocator.release(value, since);
      }
  }

  #of(draft: Draft, subnet: Subnet): Numbered {
    // One that the draft makes, or changes, may come to nothing: what is given of it is the draft's alone.
    if (!isSameSpace(this.#view.get("Subnet", subnet._uuid), subnet)) return allocatorOf(draft, subnet);
    const known = this.#subnets.get(subnet._uuid);
    if (known !== undefined) return known;
    const numbered = allocatorOf(this.#view, subnet);
    if (subnet.network !== null) this.#rest(numbered, subnet.network);
    this.#subnets.set(subnet._uuid, numbered);
    return numbered;
  }

  #follow(old: IntentRow<"Address"> | undefined, now: IntentRow<"Address"> | undefined): void {
    const row = now ?? old;
    const known = row && this.#subnets.get(row.subnet);
    const ip = row && soundIp(row);
    if (known === undefined || ip === undefined) return;
    const value = known.number(ip.value);
    if (now === undefined) known.allocator.release(value, this.#now());
    else if (old === undefined) known.allocator.take(value);
  }

  #forget(uuid: string, old: Subnet | undefined, now: Subnet | undefined): void {
    if (now === undefined || !isSameSpace(old, now)) this.#subnets.delete(uuid);
  }
}

/** Whether addresses are taken from the same ones, from the same end. */
function isSameSpace(one: Subnet | undefined, other: Subnet): boolean {
  return one?.ranges.join() === other.ranges.join() && one.managed === other.managed;
}

/** Whether a transaction of which the draft is a part has given the address already, as a subnet's gateway has it. */
function isDrafted(draft: Draft, { _uuid }: Subnet, ip: string): boolean {
  return draft.count("Address", "bySubnetIp", keyOf(_uuid, ip)) > 0;
}

/** An allocator without the addresses that somebody has. */
function allocatorOf(view: View, subnet: Subnet): Numbered {
  const numbered = numberedOf(subnet);
  for (const address of view.find("Address", "bySubnet", subnet._uuid)) {
    const ip = soundIp(address);
    if (ip !== undefined) numbered.allocator.take(numbered.number(ip.value));
  }
  return numbered;
}

/** What another IPAM driver hands out from the front, ours takes from the far end. */
function numberedOf(subnet: Subnet): Numbered {
  const cidr = cidrOf(subnet);
  const number = subnet.managed
    ? (value: bigint) => value
    : (value: bigint) => cidr.last - (value - cidr.first);
  const spans = spansOf(subnet, cidr).map(({ first, last }) =>
    subnet.managed ? { first, last } : { first: number(last), last: number(first) },
  );
  const ascending = spans.sort((one, other) => (one.first < other.first ? -1 : 1));
  return { allocator: new Allocator(ascending), cidr, number };
}

/** What a subnet's automatic addresses are taken from: its ranges, or else all that a host may have. */
function spansOf(subnet: Subnet, cidr: Cidr): readonly Span[] {
  const whole = usable(cidr);
  const ranges = rangesOf(subnet);
  if (ranges.length === 0) return [whole];
  return ranges
    .map(({ first, last }) => ({
      first: first > whole.first ? first : whole.first,
      last: last < whole.last ? last : whole.last,
    }))
    .filter(({ first, last }) => first <= last);
}

/** May a host have this address there? The network's and the broadcast address are nobody's. */
export function isUsable(subnet: Subnet, ip: string): boolean {
  const cidr = cidrOf(subnet);
  const address = parseIp(ip);
  const { first, last } = usable(cidr);
  return contains(cidr, address) && address.value >= first && address.value <= last;
}
