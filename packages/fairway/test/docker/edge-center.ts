import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostState } from "../../src/agent/state/host-state.ts";
import type { CallOptions } from "../../src/api/client.ts";
import { ApiClient } from "../../src/api/client.ts";
import { createApi } from "../../src/api/server.ts";
import type { Center } from "../../src/center/center.ts";
import type { HostItem } from "../../src/center/schemas/host-state.ts";
import type { Network } from "../../src/center/schemas/network.ts";
import type { DockerEdgeOptions } from "../../src/docker/start.ts";
import type { FairwayError } from "../../src/errors.ts";
import { silent } from "../../src/logger.ts";
import { root, TestCenter } from "../center.ts";

type Api = DockerEdgeOptions["api"] & Pick<ApiClient, "followHostState">;

/** One call that the edge made: method, arguments, and the request id that it came under. */
interface SeenCall {
  readonly method: keyof Api;
  readonly arguments: readonly unknown[];
  readonly request: string | undefined;
  /** How long it would have waited for a center that is away. */
  readonly waitMs: number | undefined;
}

/** The name of the edge's host. */
export const hostName = "host";

/**
 * A whole center behind the API's client, as the docker edge sees it: what the edge asked for is seen here, and a failure that a test put
 * here comes instead of the center's answer.
 */
export class EdgeCenter implements AsyncDisposable {
  readonly center: TestCenter;
  readonly api: Api;
  readonly seen: SeenCall[] = [];
  /** Errors to throw before the center is asked, by method; each once. */
  readonly failures = new Map<keyof Api, FairwayError>();
  readonly #stack: AsyncDisposableStack;
  #lastNetwork = 0;

  private constructor(center: TestCenter, client: ApiClient, stack: AsyncDisposableStack) {
    this.center = center;
    this.#stack = stack;
    this.api = new Proxy(client, {
      get: (target, method: keyof Api) => {
        const call = target[method].bind(target) as (...all: unknown[]) => unknown;
        return (...all: unknown[]) => this.#pass(method, call, all);
      },
    });
  }

  /** A center that leads and knows the host. */
  static async start(): Promise<EdgeCenter> {
    await using stack = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), "fairway-edge-center-"));
    stack.defer(() => rm(directory, { recursive: true }));
    const center = stack.use(await TestCenter.start());
    const path = join(directory, "api.sock");
    stack.use(
      await createApi({ center: center.service, logger: silent, listeners: [{ kind: "unix", path }] }),
    );
    const client = stack.use(new ApiClient({ target: `unix:${path}` }));
    await client.registerHost({ host: hostName }, { systemId: "chassis" });
    return new EdgeCenter(center, client, stack.move());
  }

  get service(): Center {
    return this.center.service;
  }

  /** A network of the host's engine, with a pool of its own: 10.N.0.0/24. */
  async network(engineId: string, n = ++this.#lastNetwork): Promise<Network> {
    const [space, cidr] = [`space-${n}`, `10.${n}.0.0/24`];
    await this.service.pools.request(hostName, { space, family: 4, cidr, options: {} }, root);
    const subnets = [{ space, cidr, gateway: `10.${n}.0.1` }];
    return this.service.dockerNetworks.create(hostName, engineId, { subnets, internal: false }, root);
  }

  /** What this host must have, as its agent follows it. It is fresh. */
  async followState(): Promise<FollowedState> {
    const onUnknownHost = async () => undefined;
    const state = this.#stack.use(new HostState({ api: this.api, hostName, logger: silent, onUnknownHost }));
    await state.fresh(AbortSignal.timeout(10_000));
    return new FollowedState(state);
  }

  /** The arguments of all calls of one method. */
  calls(method: keyof Api): readonly (readonly unknown[])[] {
    return this.seen.filter((each) => each.method === method).map((each) => each.arguments);
  }

  requestOf(method: keyof Api): string | undefined {
    return this.seen.findLast((each) => each.method === method)?.request;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #pass(method: keyof Api, call: (...all: unknown[]) => unknown, all: readonly unknown[]): unknown {
    // The edge gives options with every call.
    const { request, waitUntilAvailableMs: waitMs } = all.at(-1) as CallOptions;
    this.seen.push({ method, arguments: all.slice(0, -1), request, waitMs });
    const failure = this.failures.get(method);
    this.failures.delete(method);
    return failure === undefined ? call(...all) : Promise.reject(failure);
  }
}

/** A host's state of which a test may say that it is old. */
export class FollowedState {
  readonly #state: HostState;
  /** The center is taken for silent. */
  isStale = false;
  /** By the engine's id of a network: what the center said of its removal, before it learned more. */
  readonly removals = new Map<string, "asked" | "now">();

  constructor(state: HostState) {
    this.#state = state;
  }

  /** As of `HostState`. */
  onChange(listener: (keys?: readonly string[]) => void): void {
    this.#state.onChange("follow the host's state", listener);
  }

  get isFresh(): boolean {
    return this.#state.isFresh && !this.isStale;
  }

  get items(): ReadonlyMap<string, HostItem> {
    if (this.removals.size === 0) return this.#state.items;
    return new Map(
      Array.from(this.#state.items, ([key, item]) => {
        const removal = item.kind === "network" ? this.removals.get(item.engineId) : undefined;
        return [key, item.kind === "network" && removal !== undefined ? { ...item, removal } : item];
      }),
    );
  }

  /** Whether this host's engine is to have the network. */
  hasNetwork(engineId: string, name?: string): boolean {
    return [...this.#state.items.values()].some(
      (item) =>
        item.kind === "network" &&
        item.engineId === engineId &&
        (name === undefined || item.engineName === name),
    );
  }
  hasEndpoint(engineId: string): boolean {
    return [...this.#state.items.values()].some(
      (item) => item.kind === "endpoint" && item.engine?.endpointId === engineId,
    );
  }
}
