import { z } from "zod";
import { cidr, engineId, macAddress, uuid } from "./common.ts";

/** One thing that a host must have. `key` is unique in the host's state. */
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
  request: z.string(),
});

const networkItem = z.strictObject({
  key: z.string(),
  kind: z.literal("network"),
  network: uuid,
  name: z.string(),
  engineId,
});

const hostItem = z.discriminatedUnion("kind", [endpointItem, networkItem]);
export type HostItem = z.infer<typeof hostItem>;
export type HostEndpointItem = z.infer<typeof endpointItem>;

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
