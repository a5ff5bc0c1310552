import { z } from "zod";
import { cidr, family, ipAddress, stringMap, uuid } from "./common.ts";

/** What Docker's RequestPool asks for: a subnet that no network has bound yet. */
export const poolRequest = z.strictObject({
  /** Correlates the pool with the network that will bind it; one of its own for each request where the engine allows it. */
  space: z.string().min(1).max(255),
  family,
  /** Absent: the service picks a free one from the configured pools. */
  cidr: cidr.optional(),
  /** Docker's `--ip-range`: what containers get automatically lies inside. */
  range: cidr.optional(),
  options: stringMap.default({}),
});
export type PoolRequest = z.input<typeof poolRequest>;

export const pool = z.strictObject({ pool: uuid, cidr, gateway: ipAddress.optional() });
export type Pool = z.infer<typeof pool>;

export const addressRequest = z.strictObject({
  /** Absent: the next free one. */
  ip: ipAddress.optional(),
  purpose: z.enum(["gateway", "unspecified"]).default("unspecified"),
});
export type AddressRequest = z.input<typeof addressRequest>;

/** The address with the prefix length of its subnet, e.g. `10.1.0.7/24`. */
export const addressGrant = z.strictObject({ address: cidr });
export type AddressGrant = z.infer<typeof addressGrant>;
