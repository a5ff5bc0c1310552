import { FairwayError } from "../../errors.ts";
import { type Cidr, containsCidr, formatCidr, overlaps, parseCidr } from "../../ip.ts";

interface Reserved {
  readonly cidr: Cidr;
  /** For what, to stand behind "which is". */
  readonly use: string;
}

/** Addresses that no network of containers may have: to lead them somewhere would take them from their owners (IANA's registries, RFC 6890). */
const reserved: readonly Reserved[] = (
  [
    ["0.0.0.0/8", '"this network" (RFC 791)'],
    ["127.0.0.0/8", "every machine's own (RFC 1122)"],
    ["169.254.0.0/16", "link-local: cloud metadata and Fairway's own links (RFC 3927)"],
    ["224.0.0.0/4", "multicast (RFC 5771)"],
    ["240.0.0.0/4", "reserved (RFC 1112)"],
    ["::/127", "the unspecified and the loopback address (RFC 4291)"],
    ["::ffff:0:0/96", "IPv4 in IPv6 (RFC 4291)"],
    ["fd66:6169:7277:6179::/64", "Fairway's own"],
    ["fdfa::/64", "Fairway's own links"],
    ["fe80::/10", "link-local (RFC 4291)"],
    ["ff00::/8", "multicast (RFC 4291)"],
  ] as const
).map(([cidr, use]) => ({ cidr: parseCidr(cidr), use }));

/** For what all of a subnet is reserved, to stand behind "which is"; undefined where it is not. */
export function reservedUse(cidr: string): string | undefined {
  const subnet = parseCidr(cidr);
  return reserved.find((each) => containsCidr(each.cidr, subnet))?.use;
}

/** Throws `invalid` for a subnet that no network of containers may have. */
export function checkNotReserved(cidr: string): void {
  const subnet = parseCidr(cidr);
  const example = subnet.family === 4 ? "10.1.0.0/24" : "fd00:1::/64";
  if (subnet.prefix === 0)
    throw new FairwayError(
      "invalid",
      `subnet ${cidr} is every address there is, Fairway's own links and the hosts' networks among them; choose another one, e.g. ${example}`,
    );
  const taken = reservedIn(subnet);
  if (taken !== undefined)
    throw new FairwayError(
      "invalid",
      `subnet ${cidr} overlaps ${taken}; choose another one, e.g. ${example}`,
    );
}

/** What of a subnet is reserved and for what, to stand behind "overlaps"; undefined where nothing is. */
export function reservedIn(subnet: Cidr): string | undefined {
  const taken = reserved.find(({ cidr }) => overlaps(cidr, subnet));
  return taken && `${formatCidr(taken.cidr)}, which is ${taken.use}`;
}
