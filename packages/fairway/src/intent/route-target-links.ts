import { derive } from "../identity.ts";
import { carrierOf, membersOf } from "./route-targets.ts";
import { fact } from "./view.ts";

/** How many places there are on a route target's link: 169.254.96.0/19 has as many addresses beside its first and its last one. */
export const placesOnLink = 8_190;

/** A network's router on the link of a route target. */
interface LinkPort {
  readonly network: string;
  /** From 0 on: its addresses follow from it. */
  readonly place: number;
}

/** The networks whose routers meet on the link of a route target, the oldest first: those that it leads from, or to. */
export const linkOf = fact((view, target: string): readonly LinkPort[] => {
  const members = membersOf(view, target);
  const meeting = members.filter((one) =>
    members.some((other) => carrierOf(one, other) === target || carrierOf(other, one) === target),
  );
  const networks = meeting.map(({ network }) => network);
  const places = placesFor(networks, preferredPlace, placesOnLink);
  return networks.map((network, at) => ({ network, place: places[at] ?? 0 }));
});

/** The oldest of them, which has what the link itself is made of; undefined where none meet. */
export const keeperOf = fact((view, target: string): string | undefined => linkOf(view, target)[0]?.network);

/**
 * A place for each of some, without anything that is remembered: the one that it prefers, or the next one that is free. Who comes first chooses first.
 * @param size how many places there are: no fewer than keys.
 */
export function placesFor(
  keys: readonly string[],
  preferred: (key: string) => number,
  size: number,
): readonly number[] {
  const taken = new Set<number>();
  return keys.map((key) => {
    let place = preferred(key) % size;
    while (taken.has(place)) place = (place + 1) % size;
    taken.add(place);
    return place;
  });
}

function preferredPlace(network: string): number {
  return Number.parseInt(derive("route-target-place", network).slice(0, 8), 16);
}
