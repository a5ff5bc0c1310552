import { FairwayError } from "../../errors.ts";
import { contains, formatCidr, overlaps, parseCidr, parseIp } from "../../ip.ts";
import { checkNotReserved } from "./reserved-subnets.ts";

/** Throws `invalid` where a subnet is reserved, two of a network's subnets overlap, or a gateway lies in another subnet. */
export function checkSubnets(
  subnets: readonly { readonly cidr: string; readonly gateway?: string | null | undefined }[],
): void {
  const cidrs = subnets.map(({ cidr }) => parseCidr(cidr));
  for (const cidr of cidrs) checkNotReserved(formatCidr(cidr));
  for (const [at, one] of cidrs.entries()) {
    const other = cidrs.slice(0, at).find((before) => overlaps(before, one));
    if (other === undefined) continue;
    const names = `${formatCidr(other)} and ${formatCidr(one)}`;
    throw new FairwayError("invalid", `subnets ${names} of one network overlap; they must lie apart`);
  }
  for (const [at, { gateway }] of subnets.entries()) {
    const subnet = cidrs[at];
    if (gateway == null || subnet === undefined || contains(subnet, parseIp(gateway))) continue;
    // Where a subnet is a single address or two, its gateway lies elsewhere.
    if (subnet.last - subnet.first <= 1n) continue;
    throw new FairwayError(
      "invalid",
      `gateway ${gateway} must be an address of its subnet ${formatCidr(subnet)}`,
    );
  }
}
