import { levelAbove } from "../level-names.ts";
import { furtherOption } from "./further-addresses.ts";
import type { Tables } from "./generated/fairway.ts";
import { cidrOf } from "./parsed-rows.ts";
import { saidRouteTargets, targetsOf } from "./route-target-text.ts";
import { regionOf, regionsAround } from "./subnet-region.ts";

type IndexesOf<T> = {
  readonly [Table in keyof T]: Readonly<
    Record<string, (row: T[Table]) => string | readonly string[] | undefined>
  >;
};

/** Joins the parts of an index's key; no part but the last one can contain the separator. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join("|");
}

/** What may be the parts of a key but the last one: all that stands before a separator. */
export function beginningsOf(key: string): readonly string[] {
  return [...key.matchAll(/\|/g)].map(({ index }) => key.slice(0, index));
}

/** The tier of policies above those of organizations, whose name is theirs. */
export const clusterTier = "";

/** How rows are found other than by UUID. A row without a key is left out. */
export const indexes = {
  Central: {},
  Host: {
    byName: (row) => row.name,
    bySystemId: (row) => row.system_id,
    byAdmittedKey: (row) => row.admitted_key ?? undefined,
  },
  Token: { bySecretHash: (row) => row.secret_hash },
  Principal: { byName: (row) => row.name, bySecretHash: (row) => row.secret_hash },
  Network: {
    byName: (row) => row.name,
    byPhysicalNetwork: (row) => row.physical_network ?? undefined,
    byZone: (row) => row.zone ?? undefined,
    bySharedWith: (row) => row.shared_with,
    byRouteTarget: (row) => targetsOf(saidRouteTargets(row)),
  },
  Organization: { byName: (row) => row.name },
  Zone: { byName: (row) => row.name, byRouter: (row) => row.router },
  Physical_Network: { byName: (row) => row.name },
  Physical_Port: {
    byPhysicalNetwork: (row) => row.physical_network,
    byHost: (row) => row.host ?? undefined,
  },
  Subnet: {
    byNetwork: (row) => row.network ?? undefined,
    byRegion: (row) => (row.network === null ? undefined : regionOf(cidrOf(row))),
    withinRegion: (row) => (row.network === null ? undefined : regionsAround(cidrOf(row))),
  },
  Address: {
    bySubnet: (row) => row.subnet,
    bySubnetIp: (row) => keyOf(row.subnet, row.ip),
    // Its own, by which it is known.
    byEndpoint: ({ purpose, endpoint }) => (purpose === "further" ? undefined : (endpoint ?? undefined)),
    furtherOfEndpoint: ({ purpose, endpoint }) =>
      purpose === "further" ? (endpoint ?? undefined) : undefined,
    byOrganization: (row) => row.organization ?? undefined,
    // What endpoints, VIPs and reservations have of it, and neither the network itself nor those with whom it is shared.
    givenOfSubnet: ({ purpose, subnet, organization }) =>
      organization === null && ["endpoint", "further", "reserved", "vip"].includes(purpose)
        ? subnet
        : undefined,
    auxiliaryOfSubnet: (row) => (row.purpose === "auxiliary" ? row.subnet : undefined),
    gatewayOfSubnet: (row) => (row.purpose === "gateway" ? row.subnet : undefined),
    reserved: (row) => (row.purpose === "reserved" ? "" : undefined),
    expiring: (row) => (row.expires === null ? undefined : ""),
  },
  Address_Use: { byNetworkIp: (row) => keyOf(row.network, row.ip) },
  Endpoint: {
    byNetwork: (row) => row.network,
    byOrganization: (row) => row.organization ?? undefined,
    // Those of whose the network is.
    ownOfNetwork: (row) => (row.organization === null ? row.network : undefined),
    byNetworkWithFurther: (row) => (row.options[furtherOption] === undefined ? undefined : row.network),
    byNetworkMac: (row) => keyOf(row.network, row.mac),
    byPortName: (row) => row.name ?? undefined,
    portsOfNetwork: (row) => (row.name === null ? undefined : row.network),
    byNetworkName: (row) => row.names.map((name) => keyOf(row.network, name.toLowerCase())),
    byHost: (row) => row.host ?? undefined,
    byHostLost: (row) => (row.lost.length === 0 ? undefined : (row.host ?? undefined)),
    byNetworkHost: (row) => (row.host === null ? undefined : keyOf(row.network, row.host)),
    byNetworkLost: (row) => row.lost.map((each) => keyOf(row.network, each)),
    byGroup: (row) => [...row.groups, ...row.label_groups],
    groupedOfNetwork: (row) => (row.groups.length + row.label_groups.length === 0 ? undefined : row.network),
  },
  Vip: {
    byNetwork: (row) => row.network,
    byNetworkIp: (row) => keyOf(row.network, row.ip),
    byMember: (row) => row.members.map((name) => keyOf(row.network, name)),
  },
  Security_Group: { byName: (row) => row.name, byOrganization: (row) => row.organization ?? undefined },
  // The cluster's have no organization's name.
  Policy: { byName: (row) => row.name, byTier: (row) => levelAbove(row.name) ?? clusterTier },
  Router: { byName: (row) => row.name, byOrganization: (row) => row.organization ?? undefined },
  Router_Interface: {
    byRouter: (row) => row.router,
    byNetwork: (row) => row.network,
    byClaim: (row) => Object.keys(row.claims),
  },
  Router_Gateway: {
    byRouter: (row) => row.router,
    byNetwork: (row) => row.network,
    byHost: (row) => Object.values(row.hosts),
  },
  Host_Access: {
    byNetwork: (row) => row.network,
    byHost: (row) => row.host,
    byNetworkHost: (row) => keyOf(row.network, row.host),
  },
  Docker_Pool: {
    byEngineId: (row) => row.engine_id,
    bySubnet: (row) => row.subnet,
    byHost: (row) => row.host,
    byUnboundHost: (row) => (row.address_space === null ? undefined : row.host),
    byAddressSpace: (row) =>
      row.address_space === null || row.foreign_network !== null
        ? undefined
        : keyOf(row.host, row.address_space),
    byRemadeNetwork: (row) => row.remade_network ?? undefined,
  },
  Docker_Network: {
    byEngineId: (row) => keyOf(row.host, row.engine_id),
    byNetwork: (row) => row.network,
    byOrganization: (row) => row.organization ?? undefined,
    byName: (row) => row.name ?? undefined,
    madeOfNetwork: (row) => (row.handle === "made" ? row.network : undefined),
    byHost: (row) => row.host,
    byNetworkHost: (row) => keyOf(row.network, row.host),
  },
  Docker_Endpoint: {
    byEngineId: (row) => keyOf(row.host, row.engine_id),
    byEndpoint: (row) => row.endpoint,
    byDockerNetwork: (row) => row.docker_network,
    byContainerName: (row) => row.container_name ?? undefined,
    byContainer: (row) => (row.container_id === null ? undefined : keyOf(row.host, row.container_id)),
  },
  Container_Port: {
    byHost: (row) => row.host,
    byContainer: (row) => (row.container_id === null ? undefined : keyOf(row.host, row.container_id)),
    byEndpoint: (row) => row.endpoint ?? undefined,
  },
  Container_Groups: {
    byHost: (row) => row.host,
    byContainer: (row) => keyOf(row.host, row.container_id),
    byNetwork: (row) => row.network ?? undefined,
    byGroup: (row) => row.groups,
  },
  Publication: {
    byHost: (row) => row.host,
    byContainer: (row) => keyOf(row.host, row.container_id),
    byNetwork: (row) => row.network ?? undefined,
  },
} as const satisfies IndexesOf<Tables>;

type Indexes = typeof indexes;
export type TableName = keyof Tables & string;
export type IndexName<T extends TableName> = keyof Indexes[T] & string;

/** The keys under which an index has a row, each once; none of a row that the index cannot read, because it is damaged. */
export function keysIn<T extends TableName>(
  table: T,
  index: IndexName<T>,
  row: Tables[T],
): readonly string[] {
  const keysOf = indexes[table][index] as (row: Tables[T]) => string | readonly string[] | undefined;
  try {
    const keys = keysOf(row);
    return typeof keys === "string" ? [keys] : [...new Set(keys)];
  } catch {
    return [];
  }
}
