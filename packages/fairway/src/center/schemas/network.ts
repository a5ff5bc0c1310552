import { z } from "zod";
import { driverNames } from "../../driver-names.ts";
import { cidr, components, engineId, hostName, ipAddress, stringMap, text, uuid } from "./common.ts";

/** One subnet as an engine's CreateNetwork names it. It tells neither the pool's id nor its range. */
const dockerSubnet = z.strictObject({
  space: text(255),
  cidr,
  /** The gateway, a bare address; absent where Docker's IPAM driver `null` gave none. */
  gateway: ipAddress.optional(),
  auxiliaries: z.array(ipAddress).max(1024).default([]),
});

/** What an engine's CreateNetwork asks for. The name comes later, with the engine's event. */
export const dockerNetworkRequest = z.strictObject({
  /** The name of the driver under which it was asked for; absent: `fairway`. */
  driver: z.enum(driverNames).optional(),
  options: stringMap.default({}),
  internal: z.boolean().default(false),
  /** False where another IPAM driver gave the addresses. */
  managed: z.boolean().default(true),
  subnets: z.array(dockerSubnet).max(64),
});
export type DockerNetworkRequest = z.input<typeof dockerNetworkRequest>;
components.add(dockerNetworkRequest, { id: "DockerNetworkRequest" });

/** What the engine tells of a network afterwards. */
export const dockerNetworkFacts = z.strictObject({
  name: text(255, 1),
  labels: stringMap.default({}),
  /** All `-o`, as they were given. */
  options: stringMap.default({}),
  /** All `--ipam-opt`. */
  ipamOptions: stringMap.default({}),
  /** `--ip-range` by subnet. */
  ranges: z
    .array(z.strictObject({ cidr, range: cidr }))
    .max(64)
    .default([]),
  /** The subnets whose gateway its user named, or that the engine shows. */
  gateways: z.array(cidr).max(64).default([]),
  attachable: z.boolean().default(false),
});
export type DockerNetworkFacts = z.input<typeof dockerNetworkFacts>;
components.add(dockerNetworkFacts, { id: "DockerNetworkFacts" });

const subnetOfNetwork = z.strictObject({
  uuid,
  cidr,
  gateway: ipAddress.nullable(),
  ranges: z.array(cidr),
  /** Routes in every container's table: a destination, and behind a blank its next hop where it has one. */
  hostRoutes: z.array(z.string()),
  dns: z.array(ipAddress),
  /** Addresses that nobody gets automatically. */
  auxiliaries: z.array(ipAddress),
  options: stringMap,
  /** Addresses in use, the gateway and auxiliaries included. */
  used: z.int().min(0),
});

/** A subnet by itself. */
export const subnet = subnetOfNetwork.extend({
  network: z.strictObject({ uuid, name: z.string() }),
  /** Another one after each change of the subnet itself. */
  revision: z.string(),
});
export type Subnet = z.infer<typeof subnet>;
components.add(subnet, { id: "Subnet" });

/** Networks that another one reaches, or is reached from; 20 names at most. */
const otherNetworks = z.strictObject({ count: z.int().min(0), networks: z.array(z.string()) });

export const network = z.strictObject({
  uuid,
  name: z.string(),
  /** What people call it (`-o name=`); null where nobody said it. */
  displayName: z.string().nullable(),
  /** False: the name belongs to another network of the cluster; this one goes by `name@host`. */
  claimed: z.boolean(),
  mode: z.enum(["nat", "isolated", "routed", "flat"]),
  internal: z.boolean(),
  attachable: z.boolean(),
  /** Bytes. `asked` is null where nobody asked. */
  mtu: z.strictObject({ asked: z.int().nullable(), effective: z.int() }),
  options: stringMap,
  labels: stringMap,
  origin: z.enum(["docker", "api"]),
  originHost: hostName.nullable(),
  scope: z.enum(["host", "cluster"]),
  subnets: z.array(subnetOfNetwork),
  endpoints: z.int().min(0),
  /** The full name of the zone that it is in; null of one that is in none, and for an organization with which it is shared. */
  zone: z.string().nullable(),
  /** The name of the organization whose it is; null of one that is in no zone. */
  organization: z.string().nullable(),
  /** The names of the organizations that may have ports on it, too. Each of these sees itself alone among them. */
  sharedWith: z.array(z.string()),
  /** The name of the virtual router that it is attached to; null where it is attached to none. */
  router: z.string().nullable(),
  /** By which route targets it reaches other networks, and which those are: those that stand in both lists talk with it. Null where it has none. */
  routeTargets: z
    .strictObject({
      imports: z.array(z.string()),
      exports: z.array(z.string()),
      reaches: otherNetworks,
      reachedFrom: otherNetworks,
    })
    .nullable(),
  /** Containers that began before the network was changed: they have what it was then until they start again. Names of 20 at most. */
  outdated: z.strictObject({ count: z.int().min(0), containers: z.array(z.string()) }),
  /**
   * By which addresses hosts reach its containers wherever they are, and by which their own alone, because another network has them
   * too; null where no host reaches any.
   */
  hostAccess: z
    .strictObject({
      cidrs: z.array(cidr),
      overlaps: z.array(z.strictObject({ cidr, network: z.string() })),
    })
    .nullable(),
  /** Where an engine knows it under an id of its own. */
  engines: z.array(
    z.strictObject({
      host: hostName,
      engineId,
      name: z.string().nullable(),
      /** The name of the driver under which it was made there. */
      driver: z.string(),
      /** Options that do nothing under that name, each with the reason. */
      ignored: z.array(z.string()),
      /** Made there, made there as a handle of one that existed (`network=`), or put there by Fairway. */
      handle: z.enum(["made", "joined", "mirrored"]),
      /** Whether the engine shows the network as it was before a change. */
      outdated: z.boolean(),
    }),
  ),
  /** Another one after each change of what the network is to be. */
  revision: z.string(),
  /** What does not work at the moment, by part; empty when all is well. */
  status: stringMap,
});
export type Network = z.infer<typeof network>;
components.add(network, { id: "Network" });
