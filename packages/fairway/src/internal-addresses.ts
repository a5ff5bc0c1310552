import { contains, parseCidr, parseIp } from "./ip.ts";

/**
 * Where nothing of the Internet is: this host, links, private networks, and what embeds addresses of IPv4 in IPv6 (IANA's special-purpose address registries;
 * RFC 1122, 1918, 3927, 4291, 6598, 6052, 3056, 4193, 5771).
 */
const internal = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  "::/96",
  "::ffff:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2001::/32",
  "2002::/16",
  "fc00::/7",
  "fe80::/9",
  "ff00::/8",
].map(parseCidr);

/** Whether an address is of a range that only an inside has. @throws `invalid` where it is none. */
export function isInternalAddress(address: string): boolean {
  const ip = parseIp(address);
  return internal.some((cidr) => contains(cidr, ip));
}
