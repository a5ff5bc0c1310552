import { v7 } from "uuid";
import type { CallOptions } from "../../src/api/transport.ts";
import type {
  AddressRequest,
  Claim,
  DockerEndpoint,
  DockerEndpointFacts,
  DockerEndpointRequest,
  DockerNetworkFacts,
  DockerNetworkRequest,
  Endpoint,
  EngineEndpointKey,
  ForeignNetworks,
  MirrorReport,
  Network,
  PoolRequest,
  PublishedPorts,
} from "../../src/api/types.ts";
import type { DockerEdgeOptions } from "../../src/docker/start.ts";
import { FairwayError } from "../../src/errors.ts";

type Api = DockerEdgeOptions["api"];

/** One call that reached the center: method, arguments, and the request id that it came under. */
export interface Told {
  readonly method: keyof Api;
  readonly arguments: readonly unknown[];
  readonly request: string | undefined;
  /** How long it would have waited for a center that is away. */
  readonly waitMs: number | undefined;
}

/** The center as the docker edge sees it: it remembers what it was told and answers from a few maps. */
export class StubCenter implements Api {
  readonly told: Told[] = [];
  /** Errors to throw instead of answering, by method; each once. */
  readonly failures = new Map<keyof Api, FairwayError>();
  gateway: string | undefined = "10.1.0.1";
  interfaceName: string | undefined;
  engineGateway = false;
  routes: DockerEndpoint["routes"] = [];
  readonly #endpoints = new Map<string, { readonly key: EngineEndpointKey; readonly made: DockerEndpoint }>();
  #nextHost = 2;

  /** The arguments of all calls of one method. */
  calls(method: keyof Api): readonly (readonly unknown[])[] {
    return this.told.filter((each) => each.method === method).map((each) => each.arguments);
  }

  requestOf(method: keyof Api): string | undefined {
    return this.told.findLast((each) => each.method === method)?.request;
  }

  async requestPool(host: string, request: PoolRequest, options?: CallOptions) {
    this.#note("requestPool", options, host, request);
    return { pool: v7(), cidr: request.cidr ?? "10.1.0.0/24" };
  }

  async releasePool(host: string, pool: string, options?: CallOptions) {
    this.#note("releasePool", options, host, pool);
  }

  async requestAddress(host: string, pool: string, request: AddressRequest, options?: CallOptions) {
    this.#note("requestAddress", options, host, pool, request);
    return { address: `${request.ip ?? `10.1.0.${this.#nextHost++}`}/24` };
  }

  async releaseAddress(host: string, pool: string, ip: string, options?: CallOptions) {
    this.#note("releaseAddress", options, host, pool, ip);
  }

  async tellForeignNetworks(host: string, told: ForeignNetworks, options?: CallOptions) {
    this.#note("tellForeignNetworks", options, host, told);
  }

  async tellMirrors(host: string, report: MirrorReport, options?: CallOptions) {
    this.#note("tellMirrors", options, host, report);
  }

  async createDockerNetwork(host: string, id: string, request: DockerNetworkRequest, options?: CallOptions) {
    this.#note("createDockerNetwork", options, host, id, request);
    return network(id);
  }

  async describeDockerNetwork(host: string, id: string, facts: DockerNetworkFacts, options?: CallOptions) {
    this.#note("describeDockerNetwork", options, host, id, facts);
    return network(id);
  }

  async deleteDockerNetwork(host: string, id: string, options?: CallOptions) {
    this.#note("deleteDockerNetwork", options, host, id);
  }

  async claimDockerNetwork(host: string, id: string, claim: Claim, options?: CallOptions) {
    this.#note("claimDockerNetwork", options, host, id, claim);
    return { troubles: [] };
  }

  async createDockerEndpoint(key: EngineEndpointKey, request: DockerEndpointRequest, options?: CallOptions) {
    this.#note("createDockerEndpoint", options, key, request);
    const made: DockerEndpoint = {
      endpoint: v7(),
      network: v7(),
      mac: request.mac ?? "0a:00:00:00:00:01",
      mtu: 1442,
      addresses: request.addresses.map((address) => `${address}/24`),
      ...(this.gateway !== undefined && { gateway: this.gateway }),
      ...(this.interfaceName !== undefined && { interfaceName: this.interfaceName }),
      engineGateway: this.engineGateway,
      routes: this.routes,
      hasLeg: this.gateway !== undefined,
      hasPeers: false,
      isGuarded: true,
    };
    this.#endpoints.set(key.endpointId, { key, made });
    return made;
  }

  async showDockerEndpoint(key: EngineEndpointKey, options?: CallOptions) {
    this.#note("showDockerEndpoint", options, key);
    const known = this.#endpoints.get(key.endpointId);
    if (known === undefined) throw new FairwayError("not_found", "There is no such endpoint");
    return known.made;
  }

  async publishDockerEndpoint(key: EngineEndpointKey, ports: PublishedPorts, options?: CallOptions) {
    this.#note("publishDockerEndpoint", options, key, ports);
  }

  async describeDockerEndpoint(key: EngineEndpointKey, facts: DockerEndpointFacts, options?: CallOptions) {
    this.#note("describeDockerEndpoint", options, key, facts);
    return endpoint(key);
  }

  async deleteDockerEndpoint(key: EngineEndpointKey, options?: CallOptions) {
    this.#note("deleteDockerEndpoint", options, key);
    this.#endpoints.delete(key.endpointId);
  }

  async forgetDockerEndpoint(key: EngineEndpointKey, options?: CallOptions) {
    this.#note("forgetDockerEndpoint", options, key);
    this.#endpoints.delete(key.endpointId);
  }

  #note(method: keyof Api, options: CallOptions | undefined, ...all: unknown[]): void {
    this.told.push({
      method,
      arguments: all,
      request: options?.request,
      waitMs: options?.waitUntilAvailableMs,
    });
    const failure = this.failures.get(method);
    this.failures.delete(method);
    if (failure !== undefined) throw failure;
  }
}

function network(id: string): Network {
  return {
    uuid: v7(),
    name: id,
    claimed: true,
    mode: "nat",
    internal: false,
    mtu: { asked: null, effective: 1442 },
    options: {},
    labels: {},
    origin: "docker",
    originHost: "host",
    scope: "cluster",
    subnets: [],
    endpoints: 0,
    hostReach: null,
    engines: [],
    status: {},
  };
}

function endpoint({ host, networkId, endpointId }: EngineEndpointKey): Endpoint {
  return {
    uuid: v7(),
    network: { uuid: v7(), name: networkId },
    mac: "0a:00:00:00:00:01",
    addresses: [],
    host,
    names: [],
    labels: {},
    options: {},
    published: [],
    ports: [],
    engine: { networkId, endpointId, containerId: null, containerName: null },
    request: "",
    status: {},
  };
}
