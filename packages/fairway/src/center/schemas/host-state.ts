import { z } from "zod";
import { networkDefinition } from "./claim.ts";
import { cidr, components, engineId, ipAddress, macAddress, stringMap, uuid } from "./common.ts";
import { leaseWire, reachedPort } from "./endpoint.ts";

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
  /** Where the DHCP server is asked that gives its address of IPv4; absent where Fairway gives it. */
  lease: leaseWire.optional(),
  /** Why its port must be down; absent where it must not. */
  down: z.string().optional(),
  /** Set where router advertisements are kept from its container. */
  isGuarded: z.literal(true).optional(),
  /** DNS names, or all below one (`*.`), by which its container may send: what they stand for is in force before it is told. */
  egressNames: z.array(z.string()).optional(),
  request: z.string(),
});

/** A port that no engine made and that is plugged on this host, or may be on no other. */
const portItem = z.strictObject({
  key: z.string(),
  kind: z.literal("port"),
  endpoint: uuid,
  name: z.string(),
  network: uuid,
  mac: macAddress,
  /** Bytes. */
  mtu: z.int(),
  request: z.string(),
});

const networkItem = z.strictObject({
  key: z.string(),
  kind: z.literal("network"),
  network: uuid,
  name: z.string(),
  engineId,
  /** What the engine calls it; null until its event has told. */
  engineName: z.string().nullable(),
  handle: z.enum(["made", "joined", "mirrored"]),
  /** `asked`: the engine is to say whether a container is on it; `now`: to remove it, unless one is. */
  removal: z.enum(["asked", "now"]).nullable(),
  /** For a center that has forgotten the network; absent in a state that an older Fairway kept. */
  definition: networkDefinition.optional(),
});

/** A network of the cluster that the engine is to have, too. */
const mirrorItem = z.strictObject({
  key: z.string(),
  kind: z.literal("mirror"),
  network: uuid,
  name: z.string(),
  /** The driver's name under which the original was made; absent: `fairway`, and in a state that an older Fairway kept. */
  driver: z.string().optional(),
  internal: z.boolean(),
  attachable: z.boolean(),
  labels: stringMap,
  /** All `-o`. */
  options: stringMap,
  /** All `--ipam-opt`. */
  ipamOptions: stringMap,
  subnets: z.array(z.strictObject({ cidr, gateway: ipAddress.nullable(), range: cidr.nullable() })),
});

const uplinkFields = z.strictObject({
  key: z.string(),
  network: uuid,
  name: z.string(),
  /** Of its port in Open vSwitch. */
  ifaceId: uuid,
  mac: macAddress,
  addresses: z.array(cidr),
  /** What is reached by it. */
  cidrs: z.array(cidr),
  /** Bytes. */
  mtu: z.int(),
});

/** Somebody on a link. */
const neighbour = z.strictObject({ mac: macAddress, addresses: z.array(ipAddress) });

/** The interface by which a network's containers on this host reach the world, or those on a wire this host alone. */
const uplinkItem = uplinkFields.extend({
  kind: z.literal("uplink"),
  /** `wire`: the network's containers leave by a wire, and only they and this host meet by the uplink. */
  mode: z.enum(["nat", "routed", "wire"]),
  /** Absent where the containers themselves are on the link. */
  router: neighbour.optional(),
  /** Those on the link. */
  containers: z.array(neighbour).optional(),
  /** Set where this host itself is not to reach the containers by it. */
  closedToHost: z.literal(true).optional(),
  /** Set where containers send elsewhere what is for the world: they answer the uplink's own addresses alone. */
  leavesElsewhere: z.literal(true).optional(),
  /** Set where questions for names to other servers flow past the agent. */
  namesFlowPast: z.literal(true).optional(),
});

/** The interface by which this host itself reaches a network's containers on other hosts. */
const hostAccessItem = uplinkFields.extend({
  kind: z.literal("host-access"),
  mode: z.enum(["nat", "routed"]),
  router: neighbour,
});

/** A network on which this host has no container: it asks for its uplink when somebody wants to reach one. */
const dormantNetworkItem = z.strictObject({
  key: z.string(),
  kind: z.literal("dormant-network"),
  network: uuid,
  engineId,
  addresses: z.array(cidr),
  cidrs: z.array(cidr),
});

/** Ports of this host that lead to one of its endpoints. */
const publishedItem = z.strictObject({
  key: z.string(),
  kind: z.literal("published"),
  endpoint: uuid,
  /** What a person published beside the engine: its host tells whether it holds the port. */
  publication: uuid.optional(),
  network: uuid,
  /** The endpoint's, without prefix lengths. */
  addresses: z.array(ipAddress),
  ports: z.array(reachedPort),
});

/** A bridge by which a physical network's frames leave this host and come to it. */
const providerBridgeItem = z.strictObject({
  key: z.string(),
  kind: z.literal("provider-bridge"),
  physicalNetwork: uuid,
  name: z.string(),
  /** The interface of this host that is on the wire. */
  interface: z.string(),
  /** Whether the host's addresses on it are moved to the bridge; absent: no. */
  takeAddress: z.literal(true).optional(),
  /** The VLANs that it carries; absent where frames have no tag, and in a state that an older Fairway kept. */
  vlans: z.array(z.int()).optional(),
});

/** A bridge by which a network's frames leave a host in VXLAN. */
const vxlanBridgeItem = z.strictObject({
  key: z.string(),
  kind: z.literal("vxlan-bridge"),
  network: uuid,
  physicalNetwork: uuid,
  name: z.string(),
  vni: z.int(),
  /** The UDP port of all ends. */
  port: z.int(),
  /** The other ends. */
  peers: z.array(ipAddress),
});

/** A router of which this host may be the way out: it looks whether it can be, and tells. */
const routerGatewayItem = z.strictObject({
  key: z.string(),
  kind: z.literal("router-gateway"),
  router: uuid,
  /** Whose interface of this host leads to the external network. */
  physicalNetwork: uuid,
  /** The VLAN of the external network; null: frames have no tag. */
  vlan: z.int().nullable(),
  /** Who leads on from there, one for each family at most. */
  nextHops: z.array(ipAddress),
});

export const hostItem = z.discriminatedUnion("kind", [
  endpointItem,
  portItem,
  networkItem,
  mirrorItem,
  uplinkItem,
  hostAccessItem,
  dormantNetworkItem,
  publishedItem,
  providerBridgeItem,
  vxlanBridgeItem,
  routerGatewayItem,
]);
export type HostItem = z.infer<typeof hostItem>;
export type HostEndpointItem = z.infer<typeof endpointItem>;
export type HostPortItem = z.infer<typeof portItem>;
export type HostNetworkItem = z.infer<typeof networkItem>;
export type HostMirrorItem = z.infer<typeof mirrorItem>;
export type HostUplinkItem = z.infer<typeof uplinkItem>;
export type HostAccessItem = z.infer<typeof hostAccessItem>;
export type HostPublishedItem = z.infer<typeof publishedItem>;
export type HostProviderBridgeItem = z.infer<typeof providerBridgeItem>;
export type HostVxlanBridgeItem = z.infer<typeof vxlanBridgeItem>;
export type HostRouterGatewayItem = z.infer<typeof routerGatewayItem>;
export type HostDormantNetworkItem = z.infer<typeof dormantNetworkItem>;

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
components.add(hostStateMessage, { id: "HostStateMessage" });
