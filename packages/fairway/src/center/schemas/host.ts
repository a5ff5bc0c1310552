import { z } from "zod";
import { cidr, components, hostName, ipAddress, stringMap, text, uuid } from "./common.ts";
import { patched } from "./spec-shapes.ts";

/** How a host goes. */
export interface HostRemoval {
  /** It will not come back: what it had goes with it. */
  readonly dead?: boolean;
  /** It goes although it runs: its key is refused at once, and what it had goes with it. */
  readonly force?: boolean;
}

/** What a host has beside Fairway: to lead it to containers would take it from its owner. */
const taken = z.strictObject({
  cidr,
  kind: z.enum(["route", "address", "name server"]),
  /** By which interface a route leads. */
  device: z
    .string()
    .regex(/^[!-.0-~]{1,15}$/, "must be an interface's name, e.g. eth0")
    .optional(),
});
export type HostTaken = z.infer<typeof taken>;

/** What a host says of itself when it starts. */
export const hostFacts = z.strictObject({
  /** `external_ids:system-id` of its Open vSwitch (ovs-vswitchd.conf.db(5)); OVN's chassis name. */
  systemId: text(255, 1),
  /** `external_ids:ovn-encap-ip`. */
  tunnelAddress: ipAddress.optional(),
  /** MTU of the link that carries the tunnels, bytes. */
  underlayMtu: z.int().min(576).max(65535).optional(),
  /** What runs there: docker, openvswitch, ovn, kernel, fairway. */
  versions: stringMap.default({}),
  /** Its routes but the default ones, its addresses and its name servers; absent: as it said before. */
  taken: z.array(taken).max(1024).optional(),
});
export type HostFacts = z.input<typeof hostFacts>;
components.add(hostFacts, { id: "HostFacts" });

/** A change of a host (RFC 7396). What else it is it says of itself. */
export const hostPatch = z.strictObject(patched({ labels: stringMap }));
export type HostPatch = z.output<typeof hostPatch>;
components.add(hostPatch, { id: "HostPatch" });

export const host = z.strictObject({
  uuid,
  name: hostName,
  systemId: z.string(),
  tunnelAddress: ipAddress.nullable(),
  /** Of the link that carries its tunnels, bytes. */
  underlayMtu: z.int().nullable(),
  versions: stringMap,
  /** What a person notes of it. */
  labels: stringMap,
  /** Its routes but the default ones, its addresses and its name servers: automatic subnets keep clear of them. */
  taken: z.array(taken),
  /** Down: it was not heard for 15 s. */
  state: z.enum(["up", "down"]),
  /** By the center's clock; null where it never changed. */
  stateSince: z.iso.datetime().nullable(),
  /** By the center's clock; null where this center has not heard it since it began. */
  lastHeard: z.iso.datetime().nullable(),
  endpoints: z.int().min(0),
  /** Another one after each change of what a person says of it. */
  revision: z.string(),
  /** What is wrong with it, by its parts; empty where all is well. */
  status: stringMap,
});
export type Host = z.infer<typeof host>;
components.add(host, { id: "Host" });
