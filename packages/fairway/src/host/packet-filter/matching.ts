import { contains, familyOf, parseCidr, parseIp } from "../../ip.ts";

/** Whether all hold: false where one does not, undefined where one cannot be told and none is false. */
export function all(parts: Iterable<boolean | undefined>): boolean | undefined {
  let result: boolean | undefined = true;
  for (const part of parts) {
    if (part === false) return false;
    if (part === undefined) result = undefined;
  }
  return result;
}

/** Whether one holds: true where one does, undefined where one cannot be told and none is true. */
export function any(parts: Iterable<boolean | undefined>): boolean | undefined {
  let result: boolean | undefined = false;
  for (const part of parts) {
    if (part === true) return true;
    if (part === undefined) result = undefined;
  }
  return result;
}

/** The opposite; what cannot be told stays so. */
export function not(part: boolean | undefined): boolean | undefined {
  return part === undefined ? undefined : !part;
}

/**
 * Whether an address is in `ADDRESS` or `ADDRESS/PREFIX`.
 * @param address absent: anybody's, so that it cannot be told; but everybody is in `/0`.
 */
export function isIn(address: string | undefined, cidr: string): boolean | undefined {
  try {
    const network = parseCidr(cidr.includes("/") ? cidr : `${cidr}/${familyOf(cidr) === 4 ? 32 : 128}`);
    if (address === undefined) return network.prefix === 0 ? true : undefined;
    return familyOf(address) === network.family && contains(network, parseIp(address));
  } catch {
    // A mask that is no prefix: iptables takes it.
    return undefined;
  }
}

/** Whether a name of an interface fits a pattern whose last letter may stand for any ending (`+` of iptables, `*` of nftables). */
export function fitsLink(link: string, pattern: string, wildcard: "+" | "*"): boolean {
  return pattern.endsWith(wildcard) ? link.startsWith(pattern.slice(0, -1)) : link === pattern;
}
