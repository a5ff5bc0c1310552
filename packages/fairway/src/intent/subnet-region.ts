import { type Cidr, type Family, formatCidr, subnetOf } from "../ip.ts";

/** Prefix lengths of regions, bits: few subnets are in the same one of the smallest. */
const levels = { 4: [0, 8, 12, 16, 20], 6: [0, 32, 40, 48, 56] } as const satisfies Record<
  Family,
  readonly number[]
>;

/** The smallest region that a subnet lies in. Of two that overlap, one's is the other's or one around it. */
export function regionOf(subnet: Cidr): string {
  return formatCidr(regionAt(subnet, Math.max(...levelsOf(subnet))));
}

/** The larger regions around that one. */
export function regionsAround(subnet: Cidr): readonly string[] {
  return levelsOf(subnet)
    .slice(0, -1)
    .map((level) => formatCidr(regionAt(subnet, level)));
}

function levelsOf({ family, prefix }: Cidr): readonly number[] {
  return levels[family].filter((level) => level <= prefix);
}

function regionAt({ family, first }: Cidr, level: number): Cidr {
  return subnetOf(family, first, level);
}
