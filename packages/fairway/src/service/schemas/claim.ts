import { z } from "zod";
import { cidr, engineId, ipAddress, macAddress, stringMap, text, uuid } from "./common.ts";
import { publishedPort } from "./endpoint.ts";

/** A destination, and behind a blank its next hop where it has one. */
const hostRoute = z
  .string()
  .max(128)
  .refine((route) => {
    const [destination, nextHop, ...rest] = route.split(" ");
    const isHop = nextHop === undefined || ipAddress.safeParse(nextHop).success;
    return cidr.safeParse(destination).success && isHop && rest.length === 0;
  }, "must be a route, e.g. 10.9.0.0/24 10.1.0.9");

const definedSubnet = z.strictObject({
  /** The engine knows it by this id. */
  uuid,
  cidr,
  gateway: ipAddress.nullable(),
  ranges: z.array(cidr).max(1024),
  /** As the intent writes them. */
  hostRoutes: z.array(hostRoute).max(256),
  dns: z.array(ipAddress).max(64),
  options: stringMap,
  managed: z.boolean(),
  automatic: z.boolean(),
  auxiliaries: z.array(ipAddress).max(1024),
});

/** All that makes a network: hosts keep it, so that a center that has lost the network gets it back. */
export const networkDefinition = z.strictObject({
  claimed: z.boolean(),
  mode: z.enum(["nat", "isolated", "routed", "flat"]),
  internal: z.boolean(),
  /** Bytes. */
  mtuAsked: z.int().min(68).max(65_535).nullable(),
  options: stringMap,
  labels: stringMap,
  origin: z.enum(["docker", "api"]),
  scope: z.enum(["host", "cluster"]),
  removal: z.enum(["mirrors", "everywhere"]).nullable(),
  subnets: z.array(definedSubnet).max(64),
  /** What the host's engine told of it. */
  engine: z.strictObject({
    options: stringMap,
    ipamOptions: stringMap,
    ranges: stringMap,
    gateways: z.array(cidr).max(64),
    attachable: z.boolean(),
  }),
});

const claimedNetwork = z.strictObject({
  uuid,
  name: text(512, 1),
  /** What the engine calls it; null until its event has told. */
  engineName: text(255, 1).nullable(),
  handle: z.enum(["made", "joined", "mirrored"]),
  definition: networkDefinition,
});
export type ClaimedNetwork = z.infer<typeof claimedNetwork>;

const claimedEndpoint = z.strictObject({
  endpointId: engineId,
  /** Bare. */
  addresses: z.array(ipAddress).max(2),
  mac: macAddress,
  options: stringMap.default({}),
  /** Ports of the host that lead to it. */
  ports: z.array(publishedPort).max(65_536).default([]),
  /** Follows this request through every log line that it causes. */
  request: text(64).default(""),
});
export type ClaimedEndpoint = z.input<typeof claimedEndpoint>;

/** What a host has of one engine's network, and the center does not know. */
export const claim = z.strictObject({
  /** Absent where the center knows the network. */
  network: claimedNetwork.optional(),
  endpoints: z.array(claimedEndpoint).max(65_536),
});
export type Claim = z.input<typeof claim>;

/** Endpoints that are known again, and down: another has their address by now. */
export const claimAnswer = z.strictObject({
  troubles: z.array(z.strictObject({ endpointId: engineId, trouble: z.string() })),
});
export type ClaimAnswer = z.infer<typeof claimAnswer>;
