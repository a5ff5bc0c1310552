import { v5 } from "uuid";
import { formatIp } from "./ip.ts";

/** The namespace of all UUIDs that Fairway derives (RFC 9562 §5.5). Never change it: rows would be made twice. */
const NAMESPACE = "3f0f4c2e-6a53-5d0b-9c57-1b1d6c0f7a11";

/**
 * The UUID of something that is derived from others, e.g. `derive("router", network)`. Who makes it twice makes one
 * row: OVSDB refuses a second insert of a UUID.
 */
export function derive(purpose: string, ...from: readonly string[]): string {
  return v5([purpose, ...from].join("/"), NAMESPACE);
}

/** The link-local address of IPv6 that follows from a MAC address (RFC 4291, appendix A). */
export function linkLocalOf(mac: string): string {
  const [first = 0, ...rest] = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const bytes = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return formatIp(6, (0xfe80n << 112n) + value);
}

/** By which a network's router answers as its gateway. */
export function routerMac(network: string): string {
  return deriveMac("router", network);
}

/** A locally administered unicast MAC address (IEEE 802-2014 §8.2) that is always the same for the same parts. */
export function deriveMac(...from: readonly string[]): string {
  const digits = derive("mac", ...from).replaceAll("-", "");
  return ["0a", 0, 2, 4, 6, 8]
    .map((at) => (typeof at === "string" ? at : digits.slice(at, at + 2)))
    .join(":");
}
