import { z } from "zod";
import { components, ipAddress } from "./common.ts";

/** A name as one asks for it: without a dot at its end, in printable ASCII. */
export const askedName = z
  .string()
  .max(255)
  .regex(/^[\x21-\x7e]+$/, "must be a name of printable ASCII characters, e.g. web or web.blue");

/** The container that wants to know something: by its host, and by its address on one of its networks. */
export interface Asker {
  readonly host: string;
  readonly network: string;
  readonly address: string;
}

/** Who bears a name. */
export const nameAnswer = z.strictObject({
  /** Whether a container that the asker can see bears it. */
  known: z.boolean(),
  /** Of both families; on the network where the asker meets them. */
  addresses: z.array(ipAddress),
});
export type NameAnswer = z.infer<typeof nameAnswer>;
components.add(nameAnswer, { id: "NameAnswer" });

/** Who has an address. */
export const addressAnswer = z.strictObject({
  /** Whether it lies in a network of the asker's: then nobody else can know it. */
  known: z.boolean(),
  /** `container.network` first; empty where nobody has the address. */
  names: z.array(z.string()),
});
export type AddressAnswer = z.infer<typeof addressAnswer>;
components.add(addressAnswer, { id: "AddressAnswer" });

/** The names on a network, for a time without the center. */
export const networkNames = z.strictObject({
  /** How the network is called: by the host's engine, and in the cluster. */
  called: z.array(z.string()),
  /** Its endpoints that bear names, the container's own name first; at most 4,096. */
  bearers: z.array(z.strictObject({ names: z.array(z.string()), addresses: z.array(ipAddress) })),
});
export type NetworkNames = z.infer<typeof networkNames>;
components.add(networkNames, { id: "NetworkNames" });
