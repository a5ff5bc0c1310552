import { Address4, Address6 } from "ip-address";
import { z } from "zod";

const parses = (check: () => unknown): boolean => {
  try {
    return check() !== undefined;
  } catch {
    return false;
  }
};

export const uuid = z.uuid();

/** A host's name: one DNS label (RFC 1123 §2.1), so that it can stand in `blue@host`. */
export const hostName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/, "must be one DNS label, e.g. node-1");

/** Docker's ids of networks, endpoints and containers: 64 hexadecimal digits. */
export const engineId = z.string().regex(/^[0-9a-f]{64}$/, "must be an engine's id of 64 hexadecimal digits");

export const ipAddress = z
  .string()
  .max(45)
  .refine(
    (text) => !text.includes("/") && (Address4.isValid(text) || Address6.isValid(text)),
    "must be an IP address, e.g. 10.1.0.7 or fd00::7",
  );

export const cidr = z
  .string()
  .max(49)
  .refine(
    (text) =>
      text.includes("/") && parses(() => (text.includes(":") ? new Address6(text) : new Address4(text))),
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

/** At most 256 entries: a body full of wrong ones must not be costly to refuse. */
export const stringMap = z
  .record(z.string().max(255), z.string().max(4096))
  .refine((map) => Object.keys(map).length <= 256, "must have at most 256 entries");

/** A port of TCP, UDP or SCTP. */
export const portNumber = z.int().min(1).max(65_535);

/** IP family, as Docker's `V6` says. */
export const family = z.union([z.literal(4), z.literal(6)]);
