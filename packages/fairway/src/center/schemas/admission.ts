import { z } from "zod";
import { mostAnswered } from "../../egress-names.ts";
import { components, ipAddress } from "./common.ts";
import { askedName } from "./name.ts";

/** What a name server answered one of a host's containers, which is about to be told it. */
export const nameToAdmit = z.strictObject({
  /** The address of the container that asks, on that network. */
  asker: ipAddress,
  name: askedName,
  addresses: z
    .array(z.strictObject({ address: ipAddress, /** Seconds. */ ttl: z.int().min(0).max(0xffff_ffff) }))
    .min(1)
    .max(mostAnswered),
});
export type NameToAdmit = z.infer<typeof nameToAdmit>;
components.add(nameToAdmit, { id: "NameToAdmit" });

/** When the container may be told. */
export const admission = z.strictObject({
  /** What OVN on the host must have come to (`ovn-nb-cfg` of its integration bridge, ovn-controller(8)); null: nothing is to be waited for. */
  sequence: z.int().nullable(),
});
export type Admission = z.infer<typeof admission>;
components.add(admission, { id: "Admission" });
