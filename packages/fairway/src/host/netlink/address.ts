import { type Family, formatIp, parseIp } from "../../ip.ts";

/** `AF_INET` and `AF_INET6` (address_families(7)), as netlink's headers name a family. */
export const addressFamily = { 4: 2, 6: 10 } as const satisfies Record<Family, number>;

/** An address in network byte order. */
export function ipBytes(text: string): Buffer {
  const { family, value } = parseIp(text);
  const length = family === 4 ? 4 : 16;
  return Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
}

/** The text of an address in network byte order: four bytes, or sixteen. */
export function ipText(bytes: Buffer): string {
  return formatIp(bytes.length === 4 ? 4 : 6, BigInt(`0x${bytes.toString("hex")}`));
}
