import type { Cidr } from "../ip.ts";

interface WithCidr {
  readonly cidr: Cidr;
}

/**
 * Of things that have subnets, which have addresses of one that comes before. One that is kept out stands in nobody's way.
 * @param items in the order in which they come. @returns those that are kept out, each with the first one that is in its way.
 */
export function latecomers<T extends WithCidr>(items: readonly T[]): ReadonlyMap<T, T> {
  const order = new Map(items.map((item, at) => [item, at]));
  const inTheWay = new Map<T, T>();
  for (const cluster of clustersOf(items)) {
    const inside: T[] = [];
    for (const item of cluster.toSorted((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0))) {
      const before = inside.find(({ cidr }) => cidr.first <= item.cidr.last && item.cidr.first <= cidr.last);
      if (before === undefined) inside.push(item);
      else inTheWay.set(item, before);
    }
  }
  return inTheWay;
}

/** Those whose addresses are apart from all others are by themselves: mostly all are, and none has to be compared with all. */
function clustersOf<T extends WithCidr>(items: readonly T[]): readonly (readonly T[])[] {
  const clusters: T[][] = [];
  let end: Cidr | undefined;
  for (const item of items.toSorted(byFirstAddress)) {
    const { cidr } = item;
    const overlaps = end !== undefined && end.family === cidr.family && cidr.first <= end.last;
    if (overlaps) clusters.at(-1)?.push(item);
    else clusters.push([item]);
    if (end === undefined || !overlaps || cidr.last > end.last) end = cidr;
  }
  return clusters;
}

function byFirstAddress({ cidr: one }: WithCidr, { cidr: other }: WithCidr): number {
  if (one.family !== other.family) return one.family - other.family;
  return one.first === other.first ? 0 : one.first < other.first ? -1 : 1;
}
