import type { Claim, ClaimAnswer } from "./schemas/claim.ts";
import type {
  AwaitedStage,
  DockerEndpoint,
  DockerEndpointFacts,
  DockerEndpointRequest,
  Endpoint,
  EndpointProgress,
  PublishedPorts,
} from "./schemas/endpoint.ts";
import type { Host, HostFacts } from "./schemas/host.ts";
import type {
  JoinRequest,
  Membership,
  NewToken,
  Renewal,
  RenewalRequest,
  Token,
  TokenRequest,
} from "./schemas/member.ts";
import type { MirrorReport } from "./schemas/mirror.ts";
import type { AddressAnswer, NameAnswer, NetworkNames } from "./schemas/name.ts";
import type { DockerNetworkFacts, DockerNetworkRequest, Network } from "./schemas/network.ts";
import type { AddressGrant, AddressRequest, ForeignNetworks, Pool, PoolRequest } from "./schemas/pool.ts";
import type { Status } from "./schemas/status.ts";
import type { TroubleReport } from "./schemas/trouble.ts";

/** On whose behalf a use case runs. The edge establishes it; the service decides what it may. */
export type Caller =
  | { readonly kind: "root" }
  /** `hasExpired`: it showed a certificate that is not valid any more, with which it may get a new one alone. */
  | { readonly kind: "host"; readonly name: string; readonly hasExpired?: true }
  /** Nobody whom the cluster has admitted. */
  | { readonly kind: "stranger"; readonly reason: string };

export interface Context {
  readonly caller: Caller;
  /** Follows the request through every log line that it causes. */
  readonly request: string;
  /** Ends waiting, never a commit that is under way. */
  readonly signal: AbortSignal;
}

/** A network or an endpoint as an engine knows it. */
export interface EngineEndpointKey {
  readonly host: string;
  readonly networkId: string;
  readonly endpointId: string;
}

/** How a host goes. */
export interface HostRemoval {
  /** It will not come back: what it had goes with it. */
  readonly dead: boolean;
}

/** The container that wants to know something: by its host, and by its address on one of its networks. */
export interface Asker {
  readonly host: string;
  readonly network: string;
  readonly address: string;
}

/**
 * Every use case of the center. Each is idempotent: the same request twice gives the same answer and one object.
 * Each throws `FairwayError` and then has changed nothing. What is released or deleted twice succeeds.
 */
export interface Service {
  status(): Status;

  registerHost(name: string, facts: HostFacts, context: Context): Promise<Host>;
  listHosts(context: Context): readonly Host[];
  showHost(name: string, context: Context): Host;
  /** A host's sign of life. */
  beat(name: string, context: Context): void;
  /**
   * Takes a host out of the cluster. Throws `in_use` while it has endpoints; where it is `dead` they go with it, and
   * `conflict` is thrown while it is up.
   */
  removeHost(name: string, options: HostRemoval, context: Context): Promise<void>;

  createToken(request: TokenRequest, context: Context): Promise<NewToken>;
  listTokens(context: Context): readonly Token[];
  /** @param reference its UUID or the start of one. */
  removeToken(reference: string, context: Context): Promise<void>;
  /** A machine becomes a host by a token; who it is otherwise is of no matter. */
  join(request: JoinRequest, context: Context): Promise<Membership>;
  renewCertificate(name: string, request: RenewalRequest, context: Context): Promise<Renewal>;

  requestPool(host: string, request: PoolRequest, context: Context): Promise<Pool>;
  releasePool(host: string, pool: string, context: Context): Promise<void>;
  requestAddress(
    host: string,
    pool: string,
    request: AddressRequest,
    context: Context,
  ): Promise<AddressGrant>;
  releaseAddress(host: string, pool: string, ip: string, context: Context): Promise<void>;
  /** Which pools networks of other drivers use; what none has used for a while is freed. */
  tellForeignNetworks(host: string, told: ForeignNetworks, context: Context): Promise<void>;

  /** Which networks of the cluster an engine cannot have, and which of those that are being removed it uses. */
  tellMirrors(host: string, report: MirrorReport, context: Context): Promise<void>;
  /** A host says which of its networks and endpoints do not work there. */
  tellTroubles(host: string, report: TroubleReport, context: Context): Promise<void>;

  createDockerNetwork(
    host: string,
    id: string,
    request: DockerNetworkRequest,
    context: Context,
  ): Promise<Network>;
  describeDockerNetwork(
    host: string,
    id: string,
    facts: DockerNetworkFacts,
    context: Context,
  ): Promise<Network>;
  /** For a host without a container on the network: it reaches those of other hosts for ten minutes from now. */
  askForDockerNetwork(host: string, id: string, context: Context): Promise<void>;
  deleteDockerNetwork(host: string, id: string, context: Context): Promise<void>;
  /**
   * A host has this network, or runs these endpoints on it, and the center does not know them (any more): it does from then on. Answers
   * which of them must be down, because another has their address.
   */
  claimDockerNetwork(host: string, id: string, claim: Claim, context: Context): Promise<ClaimAnswer>;

  createDockerEndpoint(
    key: EngineEndpointKey,
    request: DockerEndpointRequest,
    context: Context,
  ): Promise<DockerEndpoint>;
  showDockerEndpoint(key: EngineEndpointKey, context: Context): DockerEndpoint;
  describeDockerEndpoint(
    key: EngineEndpointKey,
    facts: DockerEndpointFacts,
    context: Context,
  ): Promise<Endpoint>;
  publishDockerEndpoint(key: EngineEndpointKey, ports: PublishedPorts, context: Context): Promise<void>;
  deleteDockerEndpoint(key: EngineEndpointKey, context: Context): Promise<void>;
  /** The engine has the endpoint no longer, and will not release its addresses either: they go, too. */
  forgetDockerEndpoint(key: EngineEndpointKey, context: Context): Promise<void>;

  /** Throws `not_found` where the asker is no container of that host on that network. */
  resolveName(asker: Asker, name: string, context: Context): NameAnswer;
  /** As `resolveName`, the other way round. */
  whoHasAddress(asker: Asker, address: string, context: Context): AddressAnswer;
  /** All names on a network of the host's. Throws `not_found` where the host has no container on it. */
  listNames(host: string, network: string, context: Context): NetworkNames;

  listNetworks(context: Context): readonly Network[];
  /** @param reference a name, `name@host`, a UUID, or an engine's id or an unambiguous start of one. */
  showNetwork(reference: string, context: Context): Network;
  /** Removes the network everywhere once no engine has a container on it; until then it goes on. Answers as it is now. */
  removeNetwork(reference: string, context: Context): Promise<Network>;
  listEndpoints(
    filter: { readonly network?: string; readonly host?: string },
    context: Context,
  ): readonly Endpoint[];
  /** @param reference a container's name, a UUID, an address, or an engine's id or an unambiguous start of one. */
  showEndpoint(reference: string, context: Context): Endpoint;
  /** @param until a stage to wait for, 10 s at most; undefined: how far it is now. */
  endpointProgress(
    uuid: string,
    until: AwaitedStage | undefined,
    context: Context,
  ): Promise<EndpointProgress>;
}
