import { randomBytes } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { soundCidr } from "../../intent/parsed-rows.ts";
import { settingsOf, type View } from "../../intent/view.ts";
import { type Cidr, type Family, formatCidr, overlaps, parseCidr, type Span, subnetOf } from "../../ip.ts";
import { takenByHosts } from "./host-overlaps.ts";
import { KeptSubnets } from "./kept-subnets.ts";

/** A range that automatic subnets are cut from, and their prefix length. */
export interface AutomaticPool {
  readonly cidr: string;
  readonly size: number;
}

/** So many of those who leave no room are named. */
const namedAtMost = 3;

/** Something that automatic subnets keep clear of. */
interface Taken {
  readonly cidr: Cidr;
  /** Whose it is, as the beginning of a sentence that ends with the subnet. */
  readonly who: string;
}
/** What a subnet is chosen in: a draft that comes to nothing gives it back. */
type Choosing = View & Partial<Pick<Draft, "onAbandon">>;

/**
 * Subnets for networks that named none. Next-fit: an engine that refuses one and asks again gets another, and a subnet
 * that was just given up is not the next network's.
 */
export class AutomaticSubnets {
  readonly #configured: readonly AutomaticPool[];
  readonly #kept: KeptSubnets;
  /** By pool: behind the subnet that was given last. */
  readonly #cursors = new Map<string, bigint>();

  /** @param configured wins over what the cluster made for itself, family by family. @param kept what no network gets. */
  constructor(configured: readonly AutomaticPool[], kept: KeptSubnets = new KeptSubnets([])) {
    this.#configured = configured;
    this.#kept = kept;
  }

  /**
   * A subnet of the pools that overlaps none of the intent's, nothing that any host has beside Fairway, and nothing in `avoid`, which are the
   * routes of the host that asks. Throws `exhausted`, naming who leaves no room, or `unsupported` where the family has no pool.
   */
  choose(view: Choosing, family: Family, avoid: readonly string[]): string {
    const pools = this.#poolsOf(view, family);
    const taken = [...networksHave(view), ...this.#othersHave(view, avoid)].filter(
      ({ cidr }) => cidr.family === family,
    );
    const spans = taken.map(({ cidr }) => cidr).sort((one, other) => (one.first < other.first ? -1 : 1));
    for (const pool of pools) {
      const cursor = this.#cursors.get(pool.cidr);
      const subnet = this.#nextOf(pool, spans);
      view.onAbandon?.(() => this.#setCursor(pool.cidr, cursor));
      if (subnet !== undefined) return formatCidr(subnet);
    }
    throw usedUp(family, pools, taken);
  }

  /** Whether a subnet overlaps something that is no network's. @param avoid as for `choose`. */
  isElsewhere(view: View, subnet: Cidr, avoid: readonly string[]): boolean {
    return this.#othersHave(view, avoid).some(({ cidr }) => overlaps(cidr, subnet));
  }

  #othersHave(view: View, avoid: readonly string[]): readonly Taken[] {
    return [
      ...avoid.map((route) => ({ cidr: parseCidr(route), who: "this host has a route to" })),
      ...Array.from(takenByHosts(view), ({ cidr, host, kind }) => ({
        cidr,
        who: `host ${host} has ${kind}`,
      })),
      ...this.#kept.cidrs.map((cidr) => ({ cidr, who: "addresses.reserved has" })),
    ];
  }

  #setCursor(pool: string, cursor: bigint | undefined): void {
    if (cursor === undefined) this.#cursors.delete(pool);
    else this.#cursors.set(pool, cursor);
  }

  #poolsOf(view: View, family: Family): readonly AutomaticPool[] {
    const isOfFamily = ({ cidr }: AutomaticPool) => parseCidr(cidr).family === family;
    const configured = this.#configured.filter(isOfFamily);
    if (configured.length > 0) return configured;
    return (settingsOf(view)?.pools ?? []).map(readPool).filter(isOfFamily);
  }

  #nextOf({ cidr, size }: AutomaticPool, taken: readonly Cidr[]): Cidr | undefined {
    const { family, first, last } = parseCidr(cidr);
    const step = subnetOf(family, first, size).last - first + 1n;
    const cursor = this.#cursors.get(cidr) ?? first;
    const found =
      firstGap({ first: cursor, last }, step, taken) ?? firstGap({ first, last: cursor - 1n }, step, taken);
    if (found === undefined) return undefined;
    this.#cursors.set(cidr, found + step > last ? first : found + step);
    return subnetOf(family, found, size);
  }
}

/** A pool as the intent's `Central.pools` has it: `fd00::/48 64`. */
export function writePool({ cidr, size }: AutomaticPool): string {
  return `${cidr} ${size}`;
}

/** A /48 that no other site has: `fd` and 40 random bits (RFC 4193 §3.2). */
export function randomUniqueLocal(): string {
  const id = BigInt(`0x${randomBytes(5).toString("hex")}`);
  return formatCidr(subnetOf(6, (0xfdn << 120n) | (id << 80n), 48));
}

function readPool(text: string): AutomaticPool {
  const [cidr = "", size = ""] = text.split(" ");
  return { cidr, size: Number(size) };
}

/** The first multiple of `step` at which as many addresses lie in the span and in nothing of `taken`, sorted by `first`. */
function firstGap({ first, last }: Span, step: bigint, taken: readonly Span[]): bigint | undefined {
  let start = first;
  for (const span of taken) {
    if (span.first >= start + step) break;
    if (span.last >= start) start = ((span.last + step) / step) * step;
  }
  return start + step - 1n <= last ? start : undefined;
}

function networksHave(view: View): readonly Taken[] {
  return Array.from(view.rows("Subnet")).flatMap((row) => {
    const cidr = soundCidr(row);
    const network = row.network === null ? undefined : view.get("Network", row.network)?.name;
    const who = network === undefined ? "an engine holds" : `network ${network} has`;
    return cidr === undefined ? [] : { cidr, who };
  });
}

function usedUp(family: Family, pools: readonly AutomaticPool[], taken: readonly Taken[]): FairwayError {
  if (pools.length === 0)
    return new FairwayError(
      "unsupported",
      `no pool for automatic IPv${family} subnets is configured (addresses.pools); give --subnet`,
    );
  const names = pools.map(({ cidr }) => cidr).join(", ");
  const wide = taken
    .filter(({ cidr: one }) =>
      pools.some(({ cidr, size }) => one.prefix < size && overlaps(one, parseCidr(cidr))),
    )
    .sort((one, other) => one.cidr.prefix - other.cidr.prefix)
    .map(({ cidr, who }) => `${who} ${formatCidr(cidr)}`);
  const because = wide.length === 0 ? "" : `: ${[...new Set(wide)].slice(0, namedAtMost).join(", ")}`;
  return new FairwayError(
    "exhausted",
    `the pools for automatic IPv${family} subnets (${names}) are used up${because}; give --subnet, or another addresses.pools`,
  );
}
