import type { Draft } from "../intent/draft.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { contains, formatIp, parseCidr, parseIp, type Span, usable } from "../ip.ts";
import { Allocator } from "./allocator.ts";

/**
 * An allocator for every subnet that is asked for addresses, kept equal to the intent's rows. A plan takes addresses
 * here before they are committed, and gives them back when it comes to nothing.
 */
export class Addresses {
  readonly #allocators = new Map<string, Allocator>();
  readonly #view: View;
  readonly #now: () => number;

  /** @param now the time in ms. */
  constructor(store: Store, now: () => number) {
    this.#view = store.view;
    this.#now = now;
    store.replica.on("change", (changes) => {
      for (const change of changes) {
        if (change.table === "Address") this.#follow(change.old, change.new);
        else if (change.table === "Subnet") this.#forget(change.uuid, change.old, change.new);
      }
    });
    store.replica.on("synced", () => this.#allocators.clear());
  }

  /** The next free address, in canonical text, or undefined where the subnet is full. */
  next(draft: Draft, subnet: IntentRow<"Subnet">): string | undefined {
    const allocator = this.#of(subnet);
    const value = allocator.next(this.#now());
    if (value === undefined) return undefined;
    draft.onAbandon(() => allocator.undo(value));
    return formatIp(parseCidr(subnet.cidr).family, value);
  }

  /** Marks an address that somebody chose. @returns false where it is in use. */
  take(draft: Draft, subnet: IntentRow<"Subnet">, ip: string): boolean {
    const allocator = this.#of(subnet);
    const { value } = parseIp(ip);
    const free = allocator.take(value);
    if (free) draft.onAbandon(() => allocator.undo(value));
    return free;
  }

  #of(subnet: IntentRow<"Subnet">): Allocator {
    const known = this.#allocators.get(subnet._uuid);
    if (known !== undefined) return known;
    const allocator = new Allocator(rangesOf(subnet));
    for (const address of this.#view.find("Address", "bySubnet", subnet._uuid))
      allocator.take(parseIp(address.ip).value);
    this.#allocators.set(subnet._uuid, allocator);
    return allocator;
  }

  #follow(old: IntentRow<"Address"> | undefined, now: IntentRow<"Address"> | undefined): void {
    if (now === undefined && old !== undefined)
      this.#allocators.get(old.subnet)?.release(parseIp(old.ip).value, this.#now());
    else if (old === undefined && now !== undefined)
      this.#allocators.get(now.subnet)?.take(parseIp(now.ip).value);
  }

  #forget(uuid: string, old: IntentRow<"Subnet"> | undefined, now: IntentRow<"Subnet"> | undefined): void {
    if (now === undefined || old?.ranges.join() !== now.ranges.join()) this.#allocators.delete(uuid);
  }
}

/** What a subnet's automatic addresses are taken from: its ranges, or else all that a host may have. */
function rangesOf(subnet: IntentRow<"Subnet">): readonly Span[] {
  const whole = usable(parseCidr(subnet.cidr));
  if (subnet.ranges.length === 0) return [whole];
  return subnet.ranges
    .map(parseCidr)
    .map(({ first, last }) => ({
      first: first > whole.first ? first : whole.first,
      last: last < whole.last ? last : whole.last,
    }))
    .filter(({ first, last }) => first <= last)
    .sort((one, other) => (one.first < other.first ? -1 : 1));
}

/** May a host have this address there? The network's and the broadcast address are nobody's. */
export function isUsable(cidr: string, ip: string): boolean {
  const subnet = parseCidr(cidr);
  const address = parseIp(ip);
  const { first, last } = usable(subnet);
  return contains(subnet, address) && address.value >= first && address.value <= last;
}
