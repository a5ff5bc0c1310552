import { z } from "zod";
import { driverNames } from "../../driver-names.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { cidr, components, engineId, ipAddress, macAddress, stringMap, text, uuid } from "./common.ts";
import { reachedPort } from "./endpoint.ts";
import { organizationName } from "./level-name.ts";

const definedSubnet = subnetSpec.extend({
  /** The engine knows it by this id. */
  uuid,
  /** Whether nobody named it: it was chosen. */
  automatic: z.boolean(),
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
  /** The names of the organizations with which it is shared. */
  sharedWith: z.array(organizationName).max(1024).default([]),
  /** Its physical network, by name, and its VLAN or VNI there; absent: it is on none. */
  placement: z
    .strictObject({ physicalNetwork: text(63, 1), segment: z.int().min(1).max(16_777_215).nullable() })
    .optional(),
  subnets: z.array(definedSubnet).max(64),
  /** What the host's engine told of it. */
  engine: z.strictObject({
    /** The name under which it was made; absent: `fairway`. */
    driver: z.enum(driverNames).optional(),
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
export type ClaimedNetwork = z.input<typeof claimedNetwork>;

const claimedEndpoint = z.strictObject({
  endpointId: engineId,
  /** Bare. */
  addresses: z.array(ipAddress).max(2),
  mac: macAddress,
  options: stringMap.default({}),
  /** Ports of the host that lead to it. */
  ports: z.array(reachedPort).max(65_536).default([]),
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
components.add(claim, { id: "Claim" });

/** Endpoints that are known again, and down: another has their address by now. */
export const claimAnswer = z.strictObject({
  troubles: z.array(z.strictObject({ endpointId: engineId, trouble: z.string() })),
});
export type ClaimAnswer = z.infer<typeof claimAnswer>;
components.add(claimAnswer, { id: "ClaimAnswer" });
