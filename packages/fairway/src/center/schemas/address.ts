import { z } from "zod";
import { cidr, components, hostName, ipAddress, uuid } from "./common.ts";

/** An address in use. */
export const address = z.strictObject({
  uuid,
  /** Bare. */
  ip: ipAddress,
  /** `auxiliary`: what a network keeps for something that is no container. */
  purpose: z.enum(["endpoint", "gateway", "auxiliary"]),
  subnet: z.strictObject({ uuid, cidr }),
  /** Null where no network has bound the subnet. */
  network: z.strictObject({ uuid, name: z.string() }).nullable(),
  /** The endpoint that has it; null where it has none, or none yet. */
  endpoint: uuid.nullable(),
  /** The host that took it; null where none did. */
  host: hostName.nullable(),
  /** When it is free again unless an endpoint takes it; null where it stays. */
  expires: z.iso.datetime().nullable(),
});
export type Address = z.infer<typeof address>;
components.add(address, { id: "Address" });
