import { z } from "zod";
import { ipAddress } from "../schemas/common.ts";

/** What an address of a subnet is to be. */
export const addressSpec = z.strictObject({
  /** Absent: the next free one. */
  ip: ipAddress.optional(),
  purpose: z.enum(["gateway", "unspecified"]).default("unspecified"),
});
