import { randomBytes } from "node:crypto";
import { FairwayError } from "../errors.ts";
import { central, type View } from "../intent/view.ts";
import { type Cidr, type Family, formatCidr, overlaps, parseCidr, type Span, subnetOf } from "../ip.ts";

/** A range that automatic subnets are cut from, and their prefix length. */
export interface AutomaticPool {
  readonly cidr: string;
  readonly size: number;
}

/**
 * Subnets for networks that named none. Next-fit: an engine that refuses one and asks again gets another, and a subnet
 * that was just given up is not the next network's.
 */
export class AutomaticSubnets {
  readonly #configured: readonly AutomaticPool[];
  /** By pool: behind the subnet that was given last. */
  readonly #cursors = new Map<string, bigint>();

  /** @param configured wins over what the cluster made for itself, family by family. */
  constructor(configured: readonly AutomaticPool[]) {
    this.#configured = configured;
  }

  /**
   * A subnet of the pools that overlaps none of the intent's and nothing in `avoid`, which are the routes of the host
   * that asks. Throws `exhausted`, or `unsupported` where the family has no pool.
   */
  choose(view: View, family: Family, avoid: readonly string[]): string {
    const pools = this.#poolsOf(view, family);
    const routes = avoid.map(parseCidr).filter((route) => route.family === family);
    const taken = [...Array.from(view.rows("Subnet"), ({ cidr }) => parseCidr(cidr)), ...routes]
      .filter((cidr) => cidr.family === family)
      .sort((one, other) => (one.first < other.first ? -1 : 1));
    for (const pool of pools) {
      const subnet = this.#nextOf(pool, taken);
      if (subnet !== undefined) return formatCidr(subnet);
    }
    throw usedUp(family, pools, routes);
  }

  #poolsOf(view: View, family: Family): readonly AutomaticPool[] {
    const isOfFamily = ({ cidr }: AutomaticPool) => parseCidr(cidr).family === family;
    const configured = this.#configured.filter(isOfFamily);
    if (configured.length > 0) return configured;
    return (central(view)?.pools ?? []).map(readPool).filter(isOfFamily);
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

function usedUp(family: Family, pools: readonly AutomaticPool[], routes: readonly Cidr[]): FairwayError {
  if (pools.length === 0)
    return new FairwayError(
      "unsupported",
      `no pool for automatic IPv${family} subnets is configured (addresses.pools); give --subnet`,
    );
  const names = pools.map(({ cidr }) => cidr).join(", ");
  const wide = routes.filter((route) =>
    pools.some(({ cidr, size }) => route.prefix < size && overlaps(route, parseCidr(cidr))),
  );
  const because =
    wide.length === 0
      ? ""
      : ` or lie on routes of this host (${wide.slice(0, 3).map(formatCidr).join(", ")})`;
  return new FairwayError(
    "exhausted",
    `the pools for automatic IPv${family} subnets (${names}) are used up${because}; give --subnet, or another addresses.pools`,
  );
}
