import { z } from "zod";
import { groupsOption, readGroups } from "../../group-names.ts";
import { promiscuousOption } from "../../intent/apart.ts";
import { furtherOption, readFurther } from "../../intent/further-addresses.ts";
import { rateBounds, rateOption, readRate } from "../../intent/rate.ts";
import { readTrunk, trunkOption } from "../../intent/trunk.ts";
import type { IntentRow } from "../../intent/view.ts";
import { publishFromOption, readSources } from "../../publish-from.ts";
import { option } from "../option-text.ts";
import { ipAddress, macAddress, sources, stringMap, text } from "../schemas/common.ts";
import { groupName, mostGroups } from "../schemas/security-group.ts";

/** Of an interface's name in the kernel, in bytes, without the NUL at its end (IFNAMSIZ). */
const longestName = 15;

/** Each is a switch of OVN's of its own. */
const mostVlans = 64;

/** Each is a rule of OVN's of its own. */
const mostFurther = 32;

/** The kernel's own rule (linux net/core/dev.c, dev_valid_name). */
const interfaceName = z
  .string()
  .regex(/^[^\s/:]+$/)
  .refine((name) => Buffer.byteLength(name) <= longestName && name !== "." && name !== "..");

/** What an endpoint is to be. What text says of it (`--driver-opt`) is read from the same fields. */
export const endpointSpec = z.strictObject({
  /** Bare addresses of its network, one of each family at most. */
  addresses: z.array(ipAddress).max(2).default([]),
  /** Absent: one is made up. */
  mac: macAddress.optional(),
  /** What the interface is called in the container; absent: as Docker numbers it. The name of the option is Docker's (moby `netlabel.Ifname`). */
  interfaceName: option(interfaceName.optional(), {
    names: ["com.docker.network.endpoint.ifname"],
    takes: `the name of an interface, e.g. lan0: at most ${longestName} characters, without "/", ":" or spaces`,
  }),
  /** VLANs of its network's wire whose frames it has with their tags (IEEE 802.1Q), beside those of its network. */
  trunk: option(z.array(z.int().min(1).max(4_094)).max(mostVlans).default([]), {
    names: [trunkOption],
    takes: `up to ${mostVlans} VLANs, e.g. 10,20`,
    read: readTrunk,
  }),
  /** Whether it and all members of its network reach each other, also where these are kept apart. */
  promiscuous: option(z.boolean().optional(), { names: [promiscuousOption] }),
  /** What it may send, and what it may receive, kbit/s each; absent: whatever it can. */
  rate: option(z.int().min(rateBounds.least).max(rateBounds.most).optional(), {
    names: [rateOption],
    takes: "a rate from 64kbit to 100gbit, e.g. 10mbit",
    read: readRate,
  }),
  /** Who may reach its published ports; absent: anybody. */
  publishFrom: option(sources.optional(), {
    names: [publishFromOption],
    takes:
      "subnets and addresses of clients, e.g. 10.0.0.0/8,2001:db8::/32 without bits behind the prefix, or any",
    read: readSources,
  }),
  /** In which security groups it is; none: nothing is filtered. */
  groups: option(z.array(groupName).min(1).max(mostGroups).default([]), {
    names: [groupsOption],
    takes: `up to ${mostGroups} names of security groups, e.g. web,db`,
    read: readGroups,
  }),
  /** What it may send from and is reached at, beside its own addresses: addresses, and subnets outside of its network's. */
  further: option(sources.max(mostFurther).default([]), {
    names: [furtherOption],
    takes: `up to ${mostFurther} addresses and subnets without bits behind the prefix, e.g. 10.1.0.50,10.9.0.0/24`,
    read: readFurther,
  }),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
  /** The id under which the logs tell how it was made. */
  request: text(64).default(""),
});
export type EndpointSpec = z.output<typeof endpointSpec>;

/** Where an endpoint is. */
export interface EndpointPlace {
  readonly network: IntentRow<"Network">;
  readonly host: IntentRow<"Host">;
  /** For which other organization than the network's it is: its UUID. */
  readonly organization: string | null;
}
