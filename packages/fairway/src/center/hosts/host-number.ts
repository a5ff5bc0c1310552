import type { View } from "../../intent/view.ts";

/** The schema's bounds: a number is what is left of an address in a subnet of 12 bits, whose first is the router's. */
const numbers = { first: 2, last: 4094 } as const;

/**
 * A number that no host has, by which hosts tell themselves apart on links that they share. null where 4,093 hosts have
 * them all: a host without one works, but reaches no containers of other hosts.
 */
export function freeHostNumber(view: View): number | null {
  const used = new Set(Array.from(view.rows("Host"), ({ number }) => number));
  for (let number: number = numbers.first; number <= numbers.last; number++)
    if (!used.has(number)) return number;
  return null;
}
