import { Address4, Address6 } from "ip-address";
import { FairwayError } from "./errors.ts";

/** IP addresses and subnets as numbers: what the allocator and the compiler calculate with. */
export type Family = 4 | 6;

export interface Ip {
  readonly family: Family;
  readonly value: bigint;
}

export interface Cidr {
  readonly family: Family;
  /** Prefix length, bits. */
  readonly prefix: number;
  /** The first address of the subnet; host bits are zero. */
  readonly first: bigint;
  readonly last: bigint;
}

const bits = { 4: 32, 6: 128 } as const;

/** The family of an address or a subnet, by its notation alone. */
export function familyOf(text: string): Family {
  return text.includes(":") ? 6 : 4;
}

/** A dotted quad, perhaps with a prefix length: by far the most there is, and worth not going to the library with. */
const quad = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})(?:\/\d+)?$/;

/** A prefix length is ignored. @throws `invalid` where `text` is no IP address. */
export function parseIp(text: string): Ip {
  const bytes = quad.exec(text)?.slice(1).map(Number);
  if (bytes?.every((byte) => byte <= 255) === true)
    return { family: 4, value: BigInt(bytes.reduce((value, byte) => value * 256 + byte, 0)) };
  const family = familyOf(text);
  try {
    return { family, value: (family === 4 ? new Address4(text) : new Address6(text)).bigInt() };
  } catch (cause) {
    throw new FairwayError("invalid", `${JSON.stringify(text)} is no IP address`, { cause });
  }
}

/** The canonical text (RFC 5952 for IPv6). */
export function formatIp(family: Family, value: bigint): string {
  if (family === 6) return Address6.fromBigInt(value).correctForm();
  const word = Number(value);
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/**
 * An address as its canonical text (RFC 5952 for IPv6), without a prefix length. @throws `invalid` where it is none.
 */
export function canonicalIp(text: string): string {
  const { family, value } = parseIp(text);
  return formatIp(family, value);
}

/** Host bits are cleared: `10.1.0.7/24` is the subnet `10.1.0.0/24` (Docker 20.10 sends it like this). */
export function parseCidr(text: string): Cidr {
  const { family, value } = parseIp(text);
  const slash = text.indexOf("/");
  const prefix = slash === -1 ? bits[family] : Number(text.slice(slash + 1));
  return subnetOf(family, value, prefix);
}

/** The subnet of that prefix length, bits, in which an address lies. */
export function subnetOf(family: Family, value: bigint, prefix: number): Cidr {
  const hostBits = BigInt(bits[family] - prefix);
  const first = (value >> hostBits) << hostBits;
  return { family, prefix, first, last: first + (1n << hostBits) - 1n };
}

/** A subnet in CIDR notation (RFC 4632), canonical. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr.family, cidr.first)}/${cidr.prefix}`;
}

/** A subnet's text as its canonical one: host bits cleared. */
export function canonicalCidr(text: string): string {
  return formatCidr(parseCidr(text));
}

/** The address in `cidr`'s prefix length, e.g. `10.1.0.7/24`. */
export function withPrefix(ip: string, cidr: Cidr): string {
  return `${ip}/${cidr.prefix}`;
}

/** The address without a prefix length, where it has one: Docker writes addresses both ways. */
export function bareAddress(address: string): string {
  return address.split("/", 1)[0] ?? address;
}

/** An address as the subnet that has it alone. @throws `invalid` where `text` is no IP address. */
export function singleAddress(text: string): Cidr {
  const { family, value } = parseIp(text);
  return { family, prefix: bits[family], first: value, last: value };
}

/** Whether an address lies in a subnet. Those of different families never do. */
export function contains(cidr: Cidr, ip: Ip): boolean {
  return cidr.family === ip.family && ip.value >= cidr.first && ip.value <= cidr.last;
}

/** Whether a subnet lies in another one, or is the same. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && inner.first >= outer.first && inner.last <= outer.last;
}

/** Whether two subnets have an address in common. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** The fewest subnets that are together exactly that span, ascending. */
export function cidrsOf(family: Family, { first, last }: Span): Cidr[] {
  const cidrs: Cidr[] = [];
  for (let next = first; next <= last; ) {
    let prefix: number = bits[family];
    while (prefix > 0) {
      const larger = subnetOf(family, next, prefix - 1);
      if (larger.first !== next || larger.last > last) break;
      prefix--;
    }
    const cidr = subnetOf(family, next, prefix);
    cidrs.push(cidr);
    next = cidr.last + 1n;
  }
  return cidrs;
}

/**
 * The addresses of a subnet that a host may have: not the network's and broadcast's of IPv4 (RFC 1122 §3.2.1.3; both
 * are hosts in a /31, RFC 3021), not the subnet-router anycast address of IPv6 (RFC 4291 §2.6.1; in a /127 it is a
 * host, RFC 6164).
 */
export function usable(cidr: Cidr): Span {
  const { first, last } = cidr;
  const hostBits = bits[cidr.family] - cidr.prefix;
  if (hostBits <= 1) return { first, last };
  return cidr.family === 4 ? { first: first + 1n, last: last - 1n } : { first: first + 1n, last };
}
