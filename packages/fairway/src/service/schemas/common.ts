import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { isStorable, longestKey, longestValue, mostEntries } from "../../free-text.ts";

/** Whether something can be read from a text: what reads it throws where it cannot. */
export const parses = (check: () => unknown): boolean => {
  try {
    return check() !== undefined;
  } catch {
    return false;
  }
};

export const uuid = z.uuid();

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

/** Docker's ids of networks, endpoints and containers: 64 hexadecimal digits. */
export const engineId = z.string().regex(/^[0-9a-f]{64}$/, "must be an engine's id of 64 hexadecimal digits");

/** Without a zone: what is an address on one machine's link alone means nothing to others. */
export const ipAddress = z
  .string()
  .max(45)
  .refine(
    (text) => !/[/%]/.test(text) && (Address4.isValid(text) || Address6.isValid(text)),
    "must be an IP address, e.g. 10.1.0.7 or fd00::7",
  );

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

/** Of one NIC: the kernel refuses a group's (its first byte is odd, IEEE 802) and the one of zeros. */
export const macAddress = z
  .string()
  .max(17)
  .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, "must be a MAC address, e.g. 02:42:ac:11:00:02")
  .refine(
    (mac) => /^.[02468ace]/i.test(mac) && !/^[0:]*$/.test(mac),
    "must be a single NIC's MAC address, whose first byte is even, e.g. 02:42:ac:11:00:02",
  );

/** Few entries: a body full of wrong ones must not be costly to refuse. */
export const stringMap = z
  .record(text(longestKey), text(longestValue))
  .refine((map) => Object.keys(map).length <= mostEntries, `must have at most ${mostEntries} entries`);

/** A port of TCP, UDP or SCTP. */
export const portNumber = z.int().min(1).max(65_535);

/** IP family, as Docker's `V6` says. */
export const family = z.union([z.literal(4), z.literal(6)]);
