import type { RunningAgent } from "../agent/start.ts";
import type { ApiClient } from "../api/client.ts";
import type { DockerEndpoint } from "../api/types.ts";
import type { Failpoints } from "../failpoints.ts";
import type { Logger } from "../logger.ts";
import type { NetworkDefaults } from "./options.ts";
import type { RequestTrail } from "./request-trail.ts";

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
  | "forgetDockerEndpoint"
>;

/** And of its own machine. */
export type EdgeAgent = Pick<
  RunningAgent,
  "prepare" | "plug" | "unplug" | "legReady" | "publish" | "revoke" | "linkless" | "state"
>;

/** What is remembered between the calls of one endpoint's life; after a restart the API knows the rest. */
interface LiveEndpoint {
  readonly request: string;
  readonly endpoint: DockerEndpoint;
}

/** What all calls share. */
export interface Edge {
  readonly api: EdgeApi;
  readonly agent: EdgeAgent;
  readonly hostName: string;
  readonly logger: Logger;
  readonly trail: RequestTrail;
  readonly defaults: NetworkDefaults;
  /** By Docker's EndpointID. */
  readonly live: Map<string, LiveEndpoint>;
  /** What the engine is making at this moment and does not list itself yet: its ids of networks and endpoints. */
  readonly underway: Set<string>;
  readonly failpoints?: Failpoints | undefined;
}
