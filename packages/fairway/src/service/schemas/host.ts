import { z } from "zod";
import { hostName, ipAddress, stringMap, text, uuid } from "./common.ts";

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
});
export type HostFacts = z.input<typeof hostFacts>;

export const host = z.strictObject({
  uuid,
  name: hostName,
  systemId: z.string(),
  tunnelAddress: ipAddress.nullable(),
  /** Of the link that carries its tunnels, bytes. */
  underlayMtu: z.int().nullable(),
  versions: stringMap,
  /** Down: it was not heard for 15 s. */
  state: z.enum(["up", "down"]),
  /** By the center's clock; null where it never changed. */
  stateSince: z.iso.datetime().nullable(),
  /** By the center's clock; null where this center has not heard it since it began. */
  lastHeard: z.iso.datetime().nullable(),
  endpoints: z.int().min(0),
});
export type Host = z.infer<typeof host>;
