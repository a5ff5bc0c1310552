import type { Tables } from "./generated/fairway.ts";
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

/** How rows are found other than by UUID. A row without a key is left out. */
export const indexes = {
  Central: {},
  Host: {
    byName: (row) => row.name,
    bySystemId: (row) => row.system_id,
    byAdmittedKey: (row) => row.admitted_key ?? undefined,
  },
  Token: { bySecretHash: (row) => row.secret_hash },
  Network: { byName: (row) => row.name },
  Subnet: {
    byNetwork: (row) => row.network ?? undefined,
    bySpace: (row) => (row.network === null ? row.space : undefined),
    byRegion: (row) => (row.network === null ? undefined : regionOf(row.cidr)),
    withinRegion: (row) => (row.network === null ? undefined : regionsAround(row.cidr)),
    bySameAs: (row) => row.same_as ?? undefined,
    byUnboundHost: (row) => (row.network === null ? row.space.split("/", 1)[0] : undefined),
  },
  Address: {
    bySubnet: (row) => row.subnet,
    bySubnetIp: (row) => keyOf(row.subnet, row.ip),
    byEndpoint: (row) => row.endpoint ?? undefined,
    auxiliaryOfSubnet: (row) => (row.purpose === "auxiliary" ? row.subnet : undefined),
    gatewayOfSubnet: (row) => (row.purpose === "gateway" ? row.subnet : undefined),
    expiring: (row) => (row.expires === null ? undefined : ""),
  },
  Endpoint: {
    byNetwork: (row) => row.network,
    byNetworkMac: (row) => keyOf(row.network, row.mac),
    byNetworkName: (row) => row.names.map((name) => keyOf(row.network, name.toLowerCase())),
    byHost: (row) => row.host ?? undefined,
    byHostLost: (row) => (row.lost.length === 0 ? undefined : (row.host ?? undefined)),
    byNetworkHost: (row) => (row.host === null ? undefined : keyOf(row.network, row.host)),
    byNetworkLost: (row) => row.lost.map((each) => keyOf(row.network, each)),
  },
  Docker_Network: {
    byEngineId: (row) => keyOf(row.host, row.engine_id),
    byNetwork: (row) => row.network,
    byName: (row) => row.name ?? undefined,
    madeOfNetwork: (row) => (row.handle === "made" ? row.network : undefined),
    byHost: (row) => row.host,
    byNetworkHost: (row) => keyOf(row.network, row.host),
    askedOfNetwork: (row) => (row.asked_until === null ? undefined : row.network),
    asked: (row) => (row.asked_until === null ? undefined : ""),
  },
  Docker_Endpoint: {
    byEngineId: (row) => keyOf(row.host, row.engine_id),
    byEndpoint: (row) => row.endpoint,
    byDockerNetwork: (row) => row.docker_network,
    byContainer: (row) => (row.container_id === null ? undefined : keyOf(row.host, row.container_id)),
  },
} as const satisfies IndexesOf<Tables>;

type Indexes = typeof indexes;
export type TableName = keyof Tables & string;
export type IndexName<T extends TableName> = keyof Indexes[T] & string;
