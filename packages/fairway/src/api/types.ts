/** What the API's callers hold in their hands: the answers and requests, without the service behind them. */

export type { Claim, ClaimAnswer } from "../service/schemas/claim.ts";
export type {
  AwaitedStage,
  DockerEndpoint,
  DockerEndpointFacts,
  DockerEndpointRequest,
  Endpoint,
  EndpointProgress,
  PublishedPort,
  PublishedPorts,
} from "../service/schemas/endpoint.ts";
export type { Host, HostFacts } from "../service/schemas/host.ts";
export type {
  HostAfarItem,
  HostEndpointItem,
  HostItem,
  HostLegItem,
  HostMirrorItem,
  HostNetworkItem,
  HostPublishedItem,
  HostReachItem,
  HostStateMessage,
} from "../service/schemas/host-state.ts";
export type {
  JoinRequest,
  Membership,
  NewToken,
  Renewal,
  RenewalRequest,
  Token,
  TokenRequest,
} from "../service/schemas/member.ts";
export type { MirrorReport } from "../service/schemas/mirror.ts";
export type { AddressAnswer, NameAnswer, NetworkNames } from "../service/schemas/name.ts";
export type { DockerNetworkFacts, DockerNetworkRequest, Network } from "../service/schemas/network.ts";
export type {
  AddressGrant,
  AddressRequest,
  ForeignNetworks,
  Pool,
  PoolRequest,
} from "../service/schemas/pool.ts";
export type { Status } from "../service/schemas/status.ts";
export type { TroubleReport } from "../service/schemas/trouble.ts";
export type { Asker, EngineEndpointKey, HostRemoval } from "../service/service.ts";
