import { type Family, formatCidr, parseCidr, subnetOf } from "../ip.ts";

/** Subnets larger than a region, in both families: they may overlap with those of many. */
export const wideSubnets = "wide";

/** Prefix lengths: few networks have their subnets in the same region. */
const regionPrefix = { 4: 20, 6: 56 } as const satisfies Record<Family, number>;

/** Where a subnet lies: two that overlap are in the same region, or one of them is wide. */
export function regionOf(cidr: string): string {
  const { family, prefix, first } = parseCidr(cidr);
  const wanted = regionPrefix[family];
  return prefix < wanted ? wideSubnets : formatCidr(subnetOf(family, first, wanted));
}
