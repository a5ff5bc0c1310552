import type { ApiClient } from "../api/client.ts";
import type { Endpoint } from "../api/types.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { EdgeAgent, LiveEndpoint } from "./edge.ts";
import type { Engine } from "./engine.ts";

/** How often the engine is asked whether it still has what the center has for it. */
const periodMs = 20_000;

const defaultGraceMs = 60_000;

export interface RecoveryParts {
  readonly api: Pick<ApiClient, "listEndpoints" | "deleteDockerEndpoint">;
  readonly agent: Pick<EdgeAgent, "unplug">;
  readonly engine: Engine;
  readonly hostName: string;
  readonly driver: string;
  readonly live: Map<string, LiveEndpoint>;
  readonly logger: Logger;
  /** How long an endpoint must have been unknown to the engine; 60 s by default, longer than any call of the engine's. */
  readonly graceMs?: number;
}

/**
 * Removes endpoints that their engine has forgotten: it repeats no call that it made while this plugin was down, or that ended with an
 * error (docker-contract: "what leaks is ours to collect"). Only what was seen missing twice goes, and nothing while the engine
 * does not answer.
 */
export class Recovery implements AsyncDisposable {
  readonly #parts: RecoveryParts;
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #missingSince: ReadonlyMap<string, number> = new Map();
  #running: Promise<void> | undefined;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#timer = setInterval(this.look, periodMs);
  }

  /** Compares now, unless it is being done. */
  readonly look = (): void => {
    this.#running ??= this.#compare()
      .catch((error: unknown) => {
        if (!this.#end.signal.aborted)
          this.#parts.logger.debug({ error: messageOf(error) }, "the engine's endpoints were not compared");
      })
      .finally(() => {
        this.#running = undefined;
      });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#end.abort();
    await this.#running;
  }

  async #compare(): Promise<void> {
    const { api, hostName, logger, graceMs = defaultGraceMs } = this.#parts;
    const { signal } = this.#end;
    const known = await api.listEndpoints({ host: hostName }, { signal });
    const engineHas = await this.#engineEndpoints(signal);
    const missing = known.filter(({ engine }) => engine !== null && !engineHas.has(engine.endpointId));
    const nowMs = performance.now();
    this.#missingSince = new Map(
      missing.map(({ uuid }) => [uuid, this.#missingSince.get(uuid) ?? nowMs] as const),
    );
    for (const endpoint of missing) {
      if (nowMs - (this.#missingSince.get(endpoint.uuid) ?? nowMs) < graceMs) continue;
      const { uuid, request } = endpoint;
      logger.warn(
        { endpoint: uuid, request, engine: endpoint.engine },
        "the engine has forgotten an endpoint; removing it",
      );
      await this.#remove(endpoint, signal);
    }
  }

  /** By the engine's own list of each network: it has half-made endpoints, too. */
  async #engineEndpoints(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { engine, driver } = this.#parts;
    const endpoints = new Set<string>();
    for (const { Id } of await engine.networks(driver, signal)) {
      const network = await engine.network(Id, signal).catch((error: unknown) => {
        if (error instanceof FairwayError && error.code === "not_found") return undefined;
        throw error;
      });
      for (const { EndpointID } of Object.values(network?.Containers ?? {})) endpoints.add(EndpointID);
    }
    return endpoints;
  }

  async #remove({ uuid, engine, request }: Endpoint, signal: AbortSignal): Promise<void> {
    const { api, agent, hostName, live } = this.#parts;
    if (engine === null) return;
    const { networkId, endpointId } = engine;
    await agent.unplug(uuid, request);
    await api.deleteDockerEndpoint({ host: hostName, networkId, endpointId }, { request, signal });
    live.delete(endpointId);
  }
}
