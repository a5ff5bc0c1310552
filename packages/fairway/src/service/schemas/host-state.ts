import { z } from "zod";
import { cidr, engineId, ipAddress, macAddress, uuid } from "./common.ts";
import { publishedPort } from "./endpoint.ts";

/** One thing that a host must have. `key` is unique in the host's state: the kind, a slash, and a UUID. */
const endpointItem = z.strictObject({
  key: z.string(),
  kind: z.literal("endpoint"),
  endpoint: uuid,
  network: uuid,
  mac: macAddress,
  /** Bytes. */
  mtu: z.int(),
  addresses: z.array(cidr),
  engine: z.strictObject({ networkId: engineId, endpointId: engineId }).nullable(),
  /** Why its port must be down; absent where it must not. */
  down: z.string().optional(),
  request: z.string(),
});

const networkItem = z.strictObject({
  key: z.string(),
  kind: z.literal("network"),
  network: uuid,
  name: z.string(),
  engineId,
});

/** The interface by which a network's containers on this host reach the world. */
const legItem = z.strictObject({
  key: z.string(),
  kind: z.literal("leg"),
  network: uuid,
  name: z.string(),
  mode: z.enum(["nat", "routed"]),
  /** Of its port in Open vSwitch. */
  ifaceId: uuid,
  mac: macAddress,
  addresses: z.array(cidr),
  router: z.strictObject({ mac: macAddress, addresses: z.array(ipAddress) }),
  /** What is reached by it. */
  cidrs: z.array(cidr),
  /** Bytes. */
  mtu: z.int(),
});

/** The interface by which this host itself reaches a network's containers on other hosts. */
const reachItem = legItem.extend({ kind: z.literal("reach") });

/** Ports of this host that lead to one of its endpoints. */
const publishedItem = z.strictObject({
  key: z.string(),
  kind: z.literal("published"),
  endpoint: uuid,
  network: uuid,
  /** The endpoint's, without prefix lengths. */
  addresses: z.array(ipAddress),
  ports: z.array(publishedPort),
});

const hostItem = z.discriminatedUnion("kind", [endpointItem, networkItem, legItem, reachItem, publishedItem]);
export type HostItem = z.infer<typeof hostItem>;
export type HostEndpointItem = z.infer<typeof endpointItem>;
export type HostLegItem = z.infer<typeof legItem>;
export type HostReachItem = z.infer<typeof reachItem>;

/**
 * A line of `GET /v1/hosts/{host}/state` (newline-delimited JSON). The first is a snapshot, or, where the caller's
 * `revision` is still known, a change; changes follow, and a heartbeat when nothing else was said for a while.
 */
export const hostStateMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("snapshot"), revision: z.string(), items: z.array(hostItem) }),
  z.strictObject({
    type: z.literal("change"),
    revision: z.string(),
    set: z.array(hostItem),
    removed: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal("heartbeat"), revision: z.string() }),
]);
export type HostStateMessage = z.infer<typeof hostStateMessage>;
