/**
 * What Docker sends to a NetworkDriver and reads from it.
 * Source: moby `libnetwork/drivers/remote/api/api.go` (29: `daemon/libnetwork/…`), confirmed on 20.10.24, 26.1.5 and 28.5.2.
 */
import * as z from "zod";
import { anyMap, identifier, list, struct, text, textMap } from "./decode.ts";

/** moby `driverapi.IPAMData`: the CIDR and gateway that IPAM chose. It does not name the PoolID. */
const ipamData = struct({ AddressSpace: text, Pool: text, Gateway: text, AuxAddresses: textMap });
export type IpamData = z.infer<typeof ipamData>;

export const createNetworkRequest = struct({
  NetworkID: identifier,
  Options: anyMap,
  IPv4Data: list(ipamData),
  IPv6Data: list(ipamData),
});
export type CreateNetworkRequest = z.infer<typeof createNetworkRequest>;

export const deleteNetworkRequest = struct({ NetworkID: identifier });
export type DeleteNetworkRequest = z.infer<typeof deleteNetworkRequest>;

const noInterface = { Address: "", AddressIPv6: "", MacAddress: "" };
const endpointInterface = struct({ Address: text, AddressIPv6: text, MacAddress: text });

export const createEndpointRequest = struct({
  NetworkID: identifier,
  EndpointID: identifier,
  Interface: endpointInterface.nullish().transform((value) => value ?? noInterface),
  Options: anyMap,
});
export type CreateEndpointRequest = z.infer<typeof createEndpointRequest>;

export interface CreateEndpointAnswer {
  /** Only what the request left empty: Docker refuses the endpoint if a field that it had set comes back. */
  readonly Interface?: {
    /** CIDR */
    readonly Address?: string;
    /** CIDR */
    readonly AddressIPv6?: string;
    readonly MacAddress?: string;
  } | null;
}

/** EndpointOperInfo, DeleteEndpoint, Leave and RevokeExternalConnectivity carry the two ids alone. */
export const endpointRequest = struct({ NetworkID: identifier, EndpointID: identifier });
export type EndpointRequest = z.infer<typeof endpointRequest>;

export interface EndpointOperInfoAnswer {
  /** Shown to nobody by Docker. */
  readonly Value?: Readonly<Record<string, unknown>>;
}

export const joinRequest = struct({
  NetworkID: identifier,
  EndpointID: identifier,
  SandboxKey: text,
  Options: anyMap,
});
export type JoinRequest = z.infer<typeof joinRequest>;

/** moby `types.NEXTHOP` and `types.CONNECTED`. */
export const ROUTE_TYPE = { nextHop: 0, connected: 1 } as const;

export interface StaticRoute {
  /** CIDR */
  readonly Destination: string;
  readonly RouteType: (typeof ROUTE_TYPE)[keyof typeof ROUTE_TYPE];
  /** Bare address; for ROUTE_TYPE.nextHop. */
  readonly NextHop?: string;
}

export interface JoinAnswer {
  /**
   * The device SrcName, now on the host, becomes DstName in the container, or DstPrefix followed by a number. Engines before 29.8 ignore DstName
   * (moby `drivers/remote/api`, `InterfaceName`).
   */
  readonly InterfaceName?: {
    readonly SrcName: string;
    readonly DstName?: string;
    readonly DstPrefix: string;
  };
  /** Bare address, of the endpoint's own subnet. */
  readonly Gateway?: string;
  /** Bare address, of the endpoint's own subnet. */
  readonly GatewayIPv6?: string;
  readonly StaticRoutes?: readonly StaticRoute[];
  /** Without a gateway Docker adds a NIC on docker_gwbridge, unless this is true. */
  readonly DisableGatewayService?: boolean;
}

export const programExternalConnectivityRequest = struct({
  NetworkID: identifier,
  EndpointID: identifier,
  Options: anyMap,
});
export type ProgramExternalConnectivityRequest = z.infer<typeof programExternalConnectivityRequest>;

/** moby `discoverapi.DiscoveryType`. */
export const DISCOVERY_TYPE = { node: 1, datastore: 2, encryptionKeys: 3, encryptionKeysUpdate: 4 } as const;

export const discoveryRequest = struct({ DiscoveryType: z.int(), DiscoveryData: z.unknown() });
export type DiscoveryRequest = z.infer<typeof discoveryRequest>;

/** Sent to a swarm manager's managed plugin only. */
export const allocateNetworkRequest = struct({
  NetworkID: identifier,
  Options: textMap,
  IPv4Data: list(ipamData),
  IPv6Data: list(ipamData),
});
export type AllocateNetworkRequest = z.infer<typeof allocateNetworkRequest>;

export interface AllocateNetworkAnswer {
  /** Handed to every node's CreateNetwork. */
  readonly Options?: Readonly<Record<string, string>>;
}

export const freeNetworkRequest = struct({ NetworkID: identifier });
export type FreeNetworkRequest = z.infer<typeof freeNetworkRequest>;

/** Docker 28 and later, where the capability GwAllocChecker is set. Options are those of CreateNetwork. */
export const gwAllocCheckRequest = struct({ Options: anyMap });
export type GwAllocCheckRequest = z.infer<typeof gwAllocCheckRequest>;

export interface GwAllocCheckAnswer {
  /** No gateway address is to be taken for this family; the first address goes to a container. */
  readonly SkipIPv4?: boolean;
  readonly SkipIPv6?: boolean;
}

export interface NetworkCapabilities {
  /** Docker knows exactly these two words; any other makes the driver unusable. */
  readonly Scope: "local" | "global";
  readonly ConnectivityScope?: "local" | "global";
  /** Docker 28 and later then asks GwAllocCheck before each network. */
  readonly GwAllocChecker?: boolean;
}
