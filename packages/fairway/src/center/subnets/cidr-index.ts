import { type Cidr, type Family, subnetOf } from "../../ip.ts";

/**
 * Things that have a CIDR, to be found by what overlaps it. Of two CIDRs that overlap one contains the other (RFC 4632 §3.1): so what overlaps
 * a CIDR begins in it, or is one of the few that contain it.
 */
export class CidrIndex<T extends { readonly cidr: Cidr }> {
  readonly #families: ReadonlyMap<Family, OfFamily<T>>;

  constructor(items: Iterable<T>) {
    this.#families = new Map(
      [...Map.groupBy(items, ({ cidr }) => cidr.family)].map(([family, those]) => [
        family,
        new OfFamily(those),
      ]),
    );
  }

  /** What overlaps a CIDR: those that contain it, the widest first, then those that it contains, by their first address. */
  overlapping(cidr: Cidr): readonly T[] {
    return this.#families.get(cidr.family)?.overlapping(cidr) ?? [];
  }
}

class OfFamily<T extends { readonly cidr: Cidr }> {
  /** By the first address. */
  readonly #sorted: readonly T[];
  /** By the prefix length, then by the first address. */
  readonly #byPrefix: ReadonlyMap<number, ReadonlyMap<bigint, readonly T[]>>;

  constructor(items: readonly T[]) {
    this.#sorted = items.toSorted((one, other) => compare(one.cidr.first, other.cidr.first));
    const byPrefix = Map.groupBy(items, ({ cidr }) => cidr.prefix);
    this.#byPrefix = new Map(
      [...byPrefix]
        .toSorted(([one], [other]) => one - other)
        .map(([prefix, those]) => [prefix, Map.groupBy(those, ({ cidr }) => cidr.first)]),
    );
  }

  overlapping(cidr: Cidr): readonly T[] {
    const { family, first, last, prefix } = cidr;
    const found: T[] = [];
    for (const [wider, those] of this.#byPrefix)
      if (wider < prefix) found.push(...(those.get(subnetOf(family, first, wider).first) ?? []));
    for (let at = this.#firstFrom(first); at < this.#sorted.length; at++) {
      const item = this.#sorted[at];
      if (item === undefined || item.cidr.first > last) break;
      if (item.cidr.prefix >= prefix) found.push(item);
    }
    return found;
  }

  /** Where the first one stands that begins at an address or behind it. */
  #firstFrom(address: bigint): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.cidr.first ?? address) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
