import type { Context, Service } from "../service/service.ts";
import type { Target } from "./connection.ts";
import { readLines } from "./read-lines.ts";
import { type CallOptions, Transport } from "./transport.ts";
import type {
  AddressAnswer,
  AddressGrant,
  AddressRequest,
  Asker,
  AwaitedStage,
  Claim,
  ClaimAnswer,
  DockerEndpoint,
  DockerEndpointFacts,
  DockerEndpointRequest,
  DockerNetworkFacts,
  DockerNetworkRequest,
  Endpoint,
  EndpointProgress,
  EngineEndpointKey,
  ForeignNetworks,
  Host,
  HostFacts,
  HostRemoval,
  HostStateMessage,
  JoinRequest,
  Membership,
  MirrorReport,
  NameAnswer,
  Network,
  NetworkNames,
  NewToken,
  Pool,
  PoolRequest,
  PublishedPorts,
  Renewal,
  RenewalRequest,
  Status,
  Token,
  TokenRequest,
  TroubleReport,
} from "./types.ts";

/** Three heartbeats long. */
const silenceMs = 15_000;

type WithoutContext<Arguments extends unknown[]> = Arguments extends [...infer Rest, Context]
  ? Rest
  : Arguments;

/** The service from afar: the same methods, each answering later and taking `CallOptions` instead of a `Context`. */
type Remote<S> = {
  [Method in keyof S]: S[Method] extends (...args: infer Arguments) => infer Answer
    ? (...args: [...WithoutContext<Arguments>, options?: CallOptions]) => Promise<Awaited<Answer>>
    : never;
};

/**
 * Speaks to the center's API; the way in for the agent, the docker edge and the CLI. Methods throw `FairwayError` with
 * the code that the service gave, `unavailable` when nobody answers, `timeout` when the answer is late, and the
 * signal's reason when the caller gave up.
 */
export class ApiClient implements Remote<Service>, AsyncDisposable {
  readonly #http: Transport;

  /** Connects with the first call, not before. */
  constructor(target: Target) {
    this.#http = new Transport(target);
  }

  status(options?: CallOptions): Promise<Status> {
    return this.#http.call("GET", path`/v1/status`, undefined, options);
  }

  registerHost(name: string, facts: HostFacts, options?: CallOptions): Promise<Host> {
    return this.#http.call("PUT", path`/v1/hosts/${name}`, facts, options);
  }

  listHosts(options?: CallOptions): Promise<readonly Host[]> {
    return this.#http.call("GET", path`/v1/hosts`, undefined, options);
  }

  showHost(name: string, options?: CallOptions): Promise<Host> {
    return this.#http.call("GET", path`/v1/hosts/${name}`, undefined, options);
  }

  beat(name: string, options?: CallOptions): Promise<void> {
    return this.#http.call("PUT", path`/v1/hosts/${name}/heartbeat`, undefined, options);
  }

  removeHost(name: string, { dead }: HostRemoval, options?: CallOptions): Promise<void> {
    return this.#http.call(
      "DELETE",
      path`/v1/hosts/${name}` + (dead ? "?dead=true" : ""),
      undefined,
      options,
    );
  }

  createToken(request: TokenRequest, options?: CallOptions): Promise<NewToken> {
    return this.#http.call("POST", path`/v1/tokens`, request, options);
  }

  listTokens(options?: CallOptions): Promise<readonly Token[]> {
    return this.#http.call("GET", path`/v1/tokens`, undefined, options);
  }

  /** @param reference its UUID or the start of one. */
  removeToken(reference: string, options?: CallOptions): Promise<void> {
    return this.#http.call("DELETE", path`/v1/tokens/${reference}`, undefined, options);
  }

  join(request: JoinRequest, options?: CallOptions): Promise<Membership> {
    return this.#http.call("POST", path`/v1/join`, request, options);
  }

  renewCertificate(name: string, request: RenewalRequest, options?: CallOptions): Promise<Renewal> {
    return this.#http.call("PUT", path`/v1/hosts/${name}/certificate`, request, options);
  }

  requestPool(host: string, request: PoolRequest, options?: CallOptions): Promise<Pool> {
    return this.#http.call("POST", path`/v1/hosts/${host}/pools`, request, options);
  }

  releasePool(host: string, pool: string, options?: CallOptions): Promise<void> {
    return this.#http.call("DELETE", path`/v1/hosts/${host}/pools/${pool}`, undefined, options);
  }

  requestAddress(
    host: string,
    pool: string,
    request: AddressRequest,
    options?: CallOptions,
  ): Promise<AddressGrant> {
    return this.#http.call("POST", path`/v1/hosts/${host}/pools/${pool}/addresses`, request, options);
  }

  releaseAddress(host: string, pool: string, ip: string, options?: CallOptions): Promise<void> {
    return this.#http.call(
      "DELETE",
      path`/v1/hosts/${host}/pools/${pool}/addresses/${ip}`,
      undefined,
      options,
    );
  }

  tellForeignNetworks(host: string, told: ForeignNetworks, options?: CallOptions): Promise<void> {
    return this.#http.call("PUT", path`/v1/hosts/${host}/foreign-networks`, told, options);
  }

  tellTroubles(host: string, report: TroubleReport, options?: CallOptions): Promise<void> {
    return this.#http.call("PUT", path`/v1/hosts/${host}/troubles`, report, options);
  }

  tellMirrors(host: string, report: MirrorReport, options?: CallOptions): Promise<void> {
    return this.#http.call("PUT", path`/v1/hosts/${host}/mirrors`, report, options);
  }

  createDockerNetwork(
    host: string,
    id: string,
    request: DockerNetworkRequest,
    options?: CallOptions,
  ): Promise<Network> {
    return this.#http.call("PUT", path`/v1/hosts/${host}/docker-networks/${id}`, request, options);
  }

  describeDockerNetwork(
    host: string,
    id: string,
    facts: DockerNetworkFacts,
    options?: CallOptions,
  ): Promise<Network> {
    return this.#http.call("PATCH", path`/v1/hosts/${host}/docker-networks/${id}`, facts, options);
  }

  askForDockerNetwork(host: string, id: string, options?: CallOptions): Promise<void> {
    return this.#http.call("PUT", path`/v1/hosts/${host}/docker-networks/${id}/asked`, undefined, options);
  }

  deleteDockerNetwork(host: string, id: string, options?: CallOptions): Promise<void> {
    return this.#http.call("DELETE", path`/v1/hosts/${host}/docker-networks/${id}`, undefined, options);
  }

  claimDockerNetwork(host: string, id: string, claim: Claim, options?: CallOptions): Promise<ClaimAnswer> {
    return this.#http.call("PUT", path`/v1/hosts/${host}/docker-networks/${id}/claim`, claim, options);
  }

  createDockerEndpoint(
    key: EngineEndpointKey,
    request: DockerEndpointRequest,
    options?: CallOptions,
  ): Promise<DockerEndpoint> {
    return this.#http.call("PUT", engineEndpoint(key), request, options);
  }

  showDockerEndpoint(key: EngineEndpointKey, options?: CallOptions): Promise<DockerEndpoint> {
    return this.#http.call("GET", engineEndpoint(key), undefined, options);
  }

  describeDockerEndpoint(
    key: EngineEndpointKey,
    facts: DockerEndpointFacts,
    options?: CallOptions,
  ): Promise<Endpoint> {
    return this.#http.call("PATCH", engineEndpoint(key), facts, options);
  }

  publishDockerEndpoint(key: EngineEndpointKey, ports: PublishedPorts, options?: CallOptions): Promise<void> {
    return this.#http.call("PUT", `${engineEndpoint(key)}/ports`, ports, options);
  }

  deleteDockerEndpoint(key: EngineEndpointKey, options?: CallOptions): Promise<void> {
    return this.#http.call("DELETE", engineEndpoint(key), undefined, options);
  }

  resolveName({ host, network, address }: Asker, name: string, options?: CallOptions): Promise<NameAnswer> {
    const url =
      path`/v1/hosts/${host}/networks/${network}/names/${name}?asker=` + encodeURIComponent(address);
    return this.#http.call("GET", url, undefined, options);
  }

  whoHasAddress(
    { host, network, address: asker }: Asker,
    address: string,
    options?: CallOptions,
  ): Promise<AddressAnswer> {
    const url =
      path`/v1/hosts/${host}/networks/${network}/addresses/${address}?asker=` + encodeURIComponent(asker);
    return this.#http.call("GET", url, undefined, options);
  }

  listNames(host: string, network: string, options?: CallOptions): Promise<NetworkNames> {
    return this.#http.call("GET", path`/v1/hosts/${host}/networks/${network}/names`, undefined, options);
  }

  forgetDockerEndpoint(key: EngineEndpointKey, options?: CallOptions): Promise<void> {
    return this.#http.call("POST", `${engineEndpoint(key)}/forget`, undefined, options);
  }

  listNetworks(options?: CallOptions): Promise<readonly Network[]> {
    return this.#http.call("GET", path`/v1/networks`, undefined, options);
  }

  /** @param reference a name, `name@host`, a UUID, or an engine's id or an unambiguous start of one. */
  showNetwork(reference: string, options?: CallOptions): Promise<Network> {
    return this.#http.call("GET", path`/v1/networks/${reference}`, undefined, options);
  }

  removeNetwork(reference: string, options?: CallOptions): Promise<Network> {
    return this.#http.call("DELETE", path`/v1/networks/${reference}`, undefined, options);
  }

  listEndpoints(
    filter: { readonly network?: string; readonly host?: string },
    options?: CallOptions,
  ): Promise<readonly Endpoint[]> {
    const query = new URLSearchParams({ ...filter }).toString();
    return this.#http.call("GET", `/v1/endpoints${query && "?"}${query}`, undefined, options);
  }

  /** @param reference a container's name, a UUID, an address, or an engine's id or an unambiguous start of one. */
  showEndpoint(reference: string, options?: CallOptions): Promise<Endpoint> {
    return this.#http.call("GET", path`/v1/endpoints/${reference}`, undefined, options);
  }

  /** @param until a stage to wait for, 10 s at most; undefined: how far it is now. */
  endpointProgress(uuid: string, until?: AwaitedStage, options?: CallOptions): Promise<EndpointProgress> {
    const query = until === undefined ? "" : `?until=${until}`;
    return this.#http.call("GET", path`/v1/endpoints/${uuid}/progress` + query, undefined, options);
  }

  /**
   * What this host must have: a snapshot, or what changed since `revision` where that is still known; then changes and
   * heartbeats. Returns only when `signal` ends it; throws `unavailable` when the connection is lost or silent for 15 s.
   * The caller connects again, with the last revision that it holds.
   */
  async *followHostState(
    host: string,
    options: {
      readonly revision?: string | undefined;
      readonly request?: string;
      readonly signal: AbortSignal;
    },
  ): AsyncGenerator<HostStateMessage, void> {
    const query = options.revision === undefined ? "" : `?revision=${encodeURIComponent(options.revision)}`;
    const chunks = this.#http.stream(path`/v1/hosts/${host}/state` + query, {
      request: options.request,
      signal: options.signal,
      silenceMs,
    });
    for await (const line of readLines(chunks)) yield JSON.parse(line);
  }

  /** Closes idle connections and breaks the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close();
  }
}

const engineEndpoint = ({ host, networkId, endpointId }: EngineEndpointKey): string =>
  path`/v1/hosts/${host}/docker-networks/${networkId}/endpoints/${endpointId}`;

/** A path whose parts cannot reach beyond their segment. */
function path({ raw: text }: TemplateStringsArray, ...parts: readonly string[]): string {
  return String.raw({ raw: text }, ...parts.map((part) => encodeURIComponent(part)));
}
