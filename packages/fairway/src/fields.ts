/** Fields that the configuration and the API's bodies have in common, as zod schemas. */

import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { isStorable } from "./free-text.ts";
import { canonicalCidr, canonicalIp, parseCidr, parseIp } from "./ip.ts";

/** Whether something can be read from a text: what reads it throws where it cannot. */
export const parses = (check: () => unknown): boolean => {
  try {
    return check() !== undefined;
  } catch {
    return false;
  }
};

/** Free text of at most so many UTF-16 units: whatever of it passes here, the databases can hold. */
export function text(most: number, least = 0) {
  const bounded = z.string().max(most);
  return (least === 0 ? bounded : bounded.min(least)).refine(
    isStorable,
    "must be text without NUL and without halves of surrogate pairs",
  );
}

/** A host's name: one DNS label (RFC 1123 §2.1), so that it can stand in `blue@host`. */
export const hostName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/, "must be one DNS label, e.g. node-1");

/** Kept as its canonical text (RFC 5952). Without a zone: what is an address on one machine's link alone means nothing to others. */
export const ipAddress = z
  .string()
  .max(45)
  .refine((text) => !/[/%]/.test(text) && (Address4.isValid(text) || Address6.isValid(text)), {
    error: "must be an IP address, e.g. 10.1.0.7 or fd00::7",
    abort: true,
  })
  .overwrite(canonicalIp);

export const cidr = z
  .string()
  .max(49)
  .refine(
    (text) =>
      text.includes("/") &&
      !text.includes("%") &&
      parses(() => (text.includes(":") ? new Address6(text) : new Address4(text))),
    "must be a subnet in CIDR notation, e.g. 10.1.0.0/24 or fd00:1::/64",
  );

/** From where something may be reached: an address alone is the subnet that has it alone. */
const source = z
  .string()
  .max(49)
  .refine(
    (text) =>
      !text.includes("%") && parses(() => (text.includes(":") ? new Address6(text) : new Address4(text))),
    { error: "must be a subnet or an address, e.g. 10.0.0.0/8 or 2001:db8::7", abort: true },
  )
  .refine((text) => parseCidr(text).first === parseIp(text).value, {
    error: ({ input }) =>
      `must be ${canonicalCidr(String(input))}, or a longer prefix: bits behind it are set`,
    abort: true,
  })
  .overwrite(canonicalCidr);

/** Who may reach something, by the client's address. */
export const sources = z.array(source).min(1).max(64);

/** What an endpoint may send, from the least to the most: see docs/network-options.md. */
export const portSecurityLevels = ["strict", "mac", "off"] as const;
