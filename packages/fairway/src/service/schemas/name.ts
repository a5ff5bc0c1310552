import { z } from "zod";
import { ipAddress } from "./common.ts";

/** A name as one asks for it: without a dot at its end, in printable ASCII. */
export const askedName = z
  .string()
  .max(255)
  .regex(/^[\x21-\x7e]+$/, "must be a name of printable ASCII characters, e.g. web or web.blue");

/** Who bears a name. */
export const nameAnswer = z.strictObject({
  /** Whether a container that the asker can see bears it. */
  known: z.boolean(),
  /** Of both families; on the network where the asker meets them. */
  addresses: z.array(ipAddress),
});
export type NameAnswer = z.infer<typeof nameAnswer>;

/** Who has an address. */
export const addressAnswer = z.strictObject({
  /** Whether it lies in a network of the asker's: then nobody else can know it. */
  known: z.boolean(),
  /** `container.network` first; empty where nobody has the address. */
  names: z.array(z.string()),
});
export type AddressAnswer = z.infer<typeof addressAnswer>;
