import { type Cidr, subnetOf } from "../../ip.ts";

/**
 * The prefix length with which a subnet's gateway stands on its router's port, bits. OVN's routers drop what comes from the last
 * address of a port's IPv4 network, its broadcast address; in a /31 that is a host (RFC 3021). There the port gets the next wider
 * network in which it is not the last one.
 */
export function gatewayPrefix({ family, prefix, first, last }: Cidr): number {
  if (family === 6 || prefix !== 31) return prefix;
  let wider = prefix - 1;
  while (wider > 1 && subnetOf(family, first, wider).last === last) wider--;
  return wider;
}
