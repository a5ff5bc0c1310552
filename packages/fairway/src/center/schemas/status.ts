import { z } from "zod";
import { components, hostName, uuid } from "./common.ts";

/** A host for which ports of others were bound since this center began. Each time that was taken back. */
const foreignBinding = z.strictObject({
  /** Null where the chassis is no host's, or nobody can tell. */
  host: z.string().nullable(),
  /** OVN's name of it; null where ports' options were changed, which names nobody. */
  chassis: z.string().nullable(),
  times: z.int(),
  last: z.iso.datetime(),
  /** With the last three ports, as the rest of a sentence that begins with the host. */
  what: z.string(),
});
export type ForeignBinding = z.infer<typeof foreignBinding>;

/** Something that is not well. */
const trouble = z.strictObject({
  /** `intent`: a row of it. */
  of: z.enum(["center", "host", "network", "endpoint", "intent"]),
  /** Of a host or network, the container of an endpoint; else what it is about. */
  name: z.string(),
  /** What does not work, in words. */
  what: z.string(),
});
export type Trouble = z.infer<typeof trouble>;

const statusOfHost = z.strictObject({
  name: hostName,
  state: z.enum(["up", "down"]),
  /** By the center's clock; null where it never changed. */
  stateSince: z.iso.datetime().nullable(),
  /** Of its Fairway; null until it has said so. */
  version: z.string().nullable(),
  endpoints: z.int(),
});

export const status = z.strictObject({
  /** Whether nothing is not well. */
  well: z.boolean(),
  /** What is not well: the center first, then hosts, networks, endpoints; 100 at most. */
  troubles: z.array(trouble),
  /** How many there are in all. */
  troubleCount: z.int(),
  hosts: z.array(statusOfHost),
  version: z.string(),
  /** The version of OVN's northd; null until it has said so. */
  ovn: z.string().nullable(),
  /** Who took the lead last. `self`: it is the center that answers, and leads. */
  leader: z.strictObject({ name: z.string(), epoch: z.int(), self: z.boolean() }),
  stores: z.strictObject({
    intent: z.enum(["connected", "disconnected"]),
    northbound: z.enum(["connected", "disconnected", "unwritable"]),
  }),
  counts: z.strictObject({ hosts: z.int(), networks: z.int(), endpoints: z.int(), addresses: z.int() }),
  /** Rows of the intent that have neither an owner nor an expiry, 20 at most: there should be none. */
  unowned: z.array(z.strictObject({ table: z.string(), uuid, why: z.string() })),
  /** Whose key did it the center cannot see: any host's may write so in another one's name. */
  foreignBindings: z.array(foreignBinding),
  /** Work that control has not applied yet. */
  pending: z.int(),
});
export type Status = z.infer<typeof status>;
components.add(status, { id: "Status" });
