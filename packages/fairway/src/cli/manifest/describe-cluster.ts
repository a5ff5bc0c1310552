import type { ApiClient } from "../../api/client.ts";
import type { Network } from "../../center/schemas/network.ts";
import type { PhysicalNetwork } from "../../center/schemas/physical-network.ts";
import type { Port } from "../../center/schemas/port.ts";
import { FairwayError } from "../../errors.ts";
import { bareAddress } from "../../ip.ts";
import type { Content, Kind } from "./kinds.ts";
import { presentOrganization, presentZone } from "./plan-levels.ts";
import { presentPolicy } from "./plan-policies.ts";
import { presentRouter } from "./plan-routers.ts";
import { presentSecurityGroup } from "./plan-security-groups.ts";
import { presentVip } from "./plan-vips.ts";

/** An object of the cluster, as a document says it. */
export interface Present<K extends Kind = Kind> {
  readonly content: Content<K>;
  /** By which the API knows it; empty where its name does. */
  readonly uuid: string;
  readonly revision: string;
  /** Whether an engine made it. */
  readonly isEngines: boolean;
  /** Whether it is to go as soon as nothing uses it. */
  readonly isBeingRemoved: boolean;
  /** How many containers and ports use it. */
  readonly users: number;
}

export interface ClusterDescription {
  readonly objects: readonly Present[];
  /** What the caller may not see, e.g. `principals`. */
  readonly hidden: readonly string[];
}

type Client = Pick<ApiClient, "each">;

const known = { uuid: "", revision: "", isEngines: false, isBeingRemoved: false, users: 0 } as const;

/**
 * All that the API can make, as it is: physical networks and ports, organizations, zones, networks of the cluster with their subnets, routers, security groups, policies, reservations, ports, VIPs, principals. What belongs
 * to one host alone is left out.
 */
export async function describeCluster(client: Client): Promise<ClusterDescription> {
  const physicalNetworks = await Array.fromAsync(client.each("listPhysicalNetworks"));
  const networks = await Array.fromAsync(client.each("listNetworks"));
  const shared = networks.filter(({ scope, claimed }) => scope === "cluster" && claimed);
  const isShared = (uuid: string | undefined) => shared.some((each) => each.uuid === uuid);
  const reserved = await Array.fromAsync(client.each("listAddresses", { purpose: "reserved" }));
  const organizations = await Array.fromAsync(client.each("listOrganizations"));
  const zones = await Array.fromAsync(client.each("listZones"));
  const routers = await Array.fromAsync(client.each("listRouters"));
  const domains = routers.filter(({ organization }) => organization !== null);
  const others = routers.filter(({ organization }) => organization === null);
  const groups = await Array.fromAsync(client.each("listSecurityGroups"));
  const policies = await Array.fromAsync(client.each("listPolicies"));
  const vips = await Array.fromAsync(client.each("listVips"));
  const ports = await Array.fromAsync(client.each("listPorts"));
  const principals = await unlessForbidden(Array.fromAsync(client.each("listPrincipals")));
  return {
    objects: [
      ...physicalNetworks.map(physicalNetworkOf),
      ...physicalNetworks.flatMap(physicalPortsOf),
      ...organizations.map(presentOrganization),
      ...domains.map(presentRouter),
      ...zones.map(presentZone),
      ...shared.filter(isOwn).map(networkOf),
      ...others.map(presentRouter),
      ...groups.map(presentSecurityGroup),
      ...policies.map(presentPolicy),
      ...reserved
        .filter(({ network }) => isShared(network?.uuid))
        .map(({ uuid, revision, network, ip, note, labels, expires }) => ({
          ...known,
          content: { kind: "Reservation" as const, network: network?.name ?? "", ip, note, labels, expires },
          uuid,
          revision,
        })),
      ...ports.filter(({ network }) => isShared(network.uuid)).map(portOf),
      ...vips.filter(({ network }) => isShared(network.uuid)).map(presentVip),
      // One whose token has expired is nobody any more.
      ...(principals ?? [])
        .filter(({ state }) => state === "valid")
        .map(({ name, role, organization, expires, revision }) => ({
          ...known,
          content: { kind: "Principal" as const, name, role, organization, expires },
          revision,
        })),
    ],
    hidden: principals === undefined ? ["principals"] : [],
  };
}

/** What another organization shares with the caller's is that one's to describe. */
function isOwn({ organization, zone }: Network): boolean {
  return organization === null || zone !== null;
}

function physicalNetworkOf({
  name,
  type,
  ranges,
  peers,
  tunnelPort,
  mtu,
  options,
  revision,
  networks,
}: PhysicalNetwork): Present {
  const content = {
    kind: "PhysicalNetwork" as const,
    name,
    type,
    ranges: [...ranges].sort(),
    peers,
    tunnelPort,
    mtu,
    options,
  };
  return { ...known, content, revision, users: networks.length };
}

function physicalPortsOf({ name, ports, networks }: PhysicalNetwork): readonly Present[] {
  return ports.map(({ revision, ...port }) => ({
    ...known,
    content: { kind: "PhysicalPort" as const, physicalNetwork: name, ...port },
    revision,
    users: networks.length,
  }));
}

/** Of these options the document has fields. */
const fieldOptions = ["mode", "scope", "mtu", "com.docker.network.driver.mtu"];

/** A network as a document says it, and how it is. */
export function networkOf(network: Network): Present<"Network"> {
  const { uuid, revision, name, mode, internal, attachable, mtu, options, labels, origin, sharedWith } =
    network;
  const free = Object.entries(options).filter(([option]) => !fieldOptions.includes(option));
  const subnets = network.subnets.map(({ uuid: _id, used: _used, ...subnet }) => subnet);
  return {
    content: {
      kind: "Network",
      name,
      mode,
      internal,
      attachable,
      mtu: mtu.asked,
      options: Object.fromEntries(free),
      labels,
      subnets,
      ...(sharedWith.length > 0 && { sharedWith }),
    },
    uuid,
    revision,
    isEngines: origin === "docker",
    isBeingRemoved: network.status["removal"] !== undefined,
    users: network.endpoints,
  };
}

function portOf(port: Port): Present<"Port"> {
  const { uuid: id, name, network, organization, mac, addresses, host, pinned, labels, options } = port;
  return {
    ...known,
    content: {
      kind: "Port",
      name,
      id,
      network: network.name,
      ...(organization !== null && { organization }),
      mac,
      addresses: addresses.map(bareAddress),
      ...(pinned && host !== null && { host }),
      labels,
      options,
    },
    uuid: id,
    revision: port.revision,
    users: port.plugged ? 1 : 0,
  };
}

async function unlessForbidden<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FairwayError && error.code === "forbidden") return undefined;
    throw error;
  }
}
