import { z } from "zod";
import { uuid } from "./common.ts";

export const status = z.strictObject({
  version: z.string(),
  /** The version of OVN's northd; null until it has said so. */
  ovn: z.string().nullable(),
  leader: z.strictObject({ name: z.string(), epoch: z.int(), self: z.boolean() }),
  stores: z.strictObject({
    intent: z.enum(["connected", "disconnected"]),
    northbound: z.enum(["connected", "disconnected", "unwritable"]),
  }),
  counts: z.strictObject({ hosts: z.int(), networks: z.int(), endpoints: z.int(), addresses: z.int() }),
  /** Rows of the intent that have neither an owner nor an expiry, 20 at most: there should be none. */
  unowned: z.array(z.strictObject({ table: z.string(), uuid, why: z.string() })),
  /** Work that control has not applied yet. */
  pending: z.int(),
});
export type Status = z.infer<typeof status>;
