import type { RunningAgent } from "../agent/start.ts";
import type { ApiClient } from "../api/client.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import type { Failpoints } from "../failpoints.ts";
import type { Logger } from "../logger.ts";
import type { NetworkDefaults } from "./options.ts";
import type { RequestCorrelator } from "./request-correlator.ts";
import type { SandboxRoutes } from "./sandbox-routes.ts";

/** What the calls of an engine need of the center. */
export type EdgeApi = Pick<
  ApiClient,
  | "requestPool"
  | "releasePool"
  | "requestAddress"
  | "releaseAddress"
  | "createDockerNetwork"
  | "deleteDockerNetwork"
  | "createDockerEndpoint"
  | "showDockerEndpoint"
  | "publishDockerEndpoint"
  | "deleteDockerEndpoint"
  | "purgeDockerEndpoint"
>;

/** And of its own machine. */
export type EdgeAgent = Pick<
  RunningAgent,
  | "prepare"
  | "plug"
  | "unplug"
  | "uplinkReady"
  | "wayToHost"
  | "holderOnWire"
  | "leases"
  | "physicalNetworkOn"
  | "publish"
  | "revoke"
  | "linkless"
  | "state"
>;

/** What is remembered between the calls of one endpoint's life; after a restart the API knows the rest. */
interface LiveEndpoint {
  readonly request: string;
  readonly endpoint: DockerEndpoint;
}

/** What the end of this process means to calls. */
export interface Stop {
  /** Aborted when it begins: the center is not asked again. */
  readonly begun: AbortSignal;
  /** Aborted when a center that works has answered what it was asked before. */
  readonly late: AbortSignal;
}

/** What all calls share. */
export interface Edge {
  readonly api: EdgeApi;
  readonly agent: EdgeAgent;
  readonly hostName: string;
  readonly logger: Logger;
  readonly correlator: RequestCorrelator;
  readonly defaults: NetworkDefaults;
  /** Who may reach published ports of containers that do not say it; absent: anybody. */
  readonly publishFrom?: readonly string[] | undefined;
  /** By Docker's EndpointID. */
  readonly live: Map<string, LiveEndpoint>;
  /** What the engine is making at this moment and does not list itself yet: its ids of networks and endpoints. */
  readonly underway: Set<string>;
  readonly sandboxRoutes: SandboxRoutes;
  /** By pool: the network of which a LAN's DHCP server gives the addresses. */
  readonly leasedPools: Map<string, string>;
  /** By address: the network of a leased one whose endpoint is gone, and which the engine will release. */
  readonly leasesToEnd: Map<string, string>;
  readonly stop: Stop;
  readonly failpoints?: Failpoints | undefined;
}
