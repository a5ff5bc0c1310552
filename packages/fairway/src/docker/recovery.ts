import type { RunningAgent } from "../agent/start.ts";
import type { HostState } from "../agent/state/host-state.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { newRequestId } from "./call.ts";
import type { EngineDrivers } from "./driver-names.ts";
import type { Edge } from "./edge.ts";
import type { Engine } from "./engine.ts";
import { type EngineLists, findStaleObjects, type Purge, purge, type StaleObject } from "./stale-objects.ts";
import {
  claimEndpoint,
  describeEndpoint,
  type EndpointClaim,
  findUnknownEndpoints,
  type UnknownEndpoint,
} from "./unknown-endpoints.ts";

/** How often the engine is asked whether it still has what the center has for it. */
const periodMs = 30_000;

/** How long it must have been without something. The comparison that removes it comes a little later. */
const defaultGraceMs = 10_000;
const marginMs = 100;

/** What is not fresh says nothing. */
const nothingKnown = { claimable: [], isNone: false } as const;

export interface RecoveryParts {
  readonly api: Purge["api"] & EndpointClaim["api"];
  readonly agent: Purge["agent"] & Pick<RunningAgent, "engineCompared" | "undescribed">;
  readonly engine: EngineLists & EndpointClaim["engine"] & Pick<Engine, "allNetworks">;
  readonly hostName: string;
  readonly drivers: Pick<EngineDrivers, "networks">;
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly edge: Pick<Edge, "live" | "underway">;
  readonly logger: Logger;
  /** 10 s by default. */
  readonly graceMs?: number;
}

/**
 * Makes the center and its engine agree: networks and endpoints that the engine has not any more are removed, endpoints of containers that
 * run and that the center does not know are made again. Only what was missing in two comparisons counts, and nothing happens while the
 * engine or the center does not answer, or while a call of the engine's is making it.
 */
export class Recovery implements AsyncDisposable {
  readonly #parts: RecoveryParts;
  readonly #graceMs: number;
  readonly #loop: Loop;
  #missingSince: ReadonlyMap<string, number> = new Map();
  /** Claims that the center refuses, each logged once. */
  readonly #refused = new Map<string, string>();

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#graceMs = parts.graceMs ?? defaultGraceMs;
    this.#loop = new Loop({
      name: "compare with the engine",
      work: (signal) => this.#compareOrBeginAnew(signal),
      periodMs,
      logger: parts.logger,
    });
  }

  /** Compares now, or once more after the comparison under way: what that saw may be older. */
  readonly compareSoon = (): void => this.#loop.soon();

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  /** What a comparison that fails half way has seen does not count. */
  async #compareOrBeginAnew(signal: AbortSignal): Promise<void> {
    try {
      await this.#compare(signal);
    } catch (error) {
      this.#missingSince = new Map();
      throw error;
    }
    const nowMs = performance.now();
    for (const sinceMs of this.#missingSince.values()) {
      const leftMs = sinceMs + this.#graceMs - nowMs;
      // What is overdue failed, or waits for a call of the engine's.
      this.#loop.after((leftMs > 0 ? leftMs : this.#graceMs) + marginMs);
    }
  }

  async #compare(signal: AbortSignal): Promise<void> {
    const { engine, agent, state, edge, drivers } = this.#parts;
    const begunMs = performance.now();
    const underway = new Set(edge.underway);
    const isUnderway = ({ engineId }: { readonly engineId: string }) => underway.has(engineId);
    const { isFresh } = state;
    const stale = isFresh ? await findStaleObjects(state.items.values(), engine, signal) : [];
    const { claimable: unknown, isNone } = isFresh
      ? await findUnknownEndpoints(state.items.values(), engine, drivers, signal)
      : nothingKnown;
    const nowMs = performance.now();
    const since = (key: string) => this.#missingSince.get(key) ?? nowMs;
    const isDue = ({ key }: { readonly key: string }) => nowMs - since(key) >= this.#graceMs;
    const missing = [...stale, ...unknown].filter((each) => !isUnderway(each));
    this.#missingSince = new Map(missing.map(({ key }) => [key, since(key)] as const));
    for (const key of this.#refused.keys()) if (!this.#missingSince.has(key)) this.#refused.delete(key);
    for (const gone of stale) if (!isUnderway(gone) && isDue(gone)) await this.#remove(gone);
    for (const lost of unknown) if (!isUnderway(lost) && isDue(lost)) await this.#claim(lost);
    await this.#describeClaimed(signal);
    // Whose endpoint a port is that the center does not know nobody can tell: while a container runs on one, none goes.
    if (isNone) agent.engineCompared(begunMs);
  }

  /** Reports whose the endpoints are that were claimed. Those of no container any more need no report. */
  async #describeClaimed(signal: AbortSignal): Promise<void> {
    const { api, agent, engine, hostName: host, logger } = this.#parts;
    if (agent.undescribed.size === 0) return;
    const gone = new Set(agent.undescribed);
    for (const { Id: containerId, NetworkSettings } of await engine.containers(signal))
      for (const { NetworkID: networkId, EndpointID: engineId } of Object.values(NetworkSettings.Networks)) {
        gone.delete(engineId);
        if (!agent.undescribed.has(engineId)) continue;
        const request = newRequestId();
        try {
          await describeEndpoint(
            { engineId, networkId, containerId },
            { api, engine, host, request, signal },
          );
          agent.undescribed.delete(engineId);
        } catch (error) {
          if (signal.aborted) throw error;
          logger.warn(
            { request, engineId, error: messageOf(error) },
            "a claimed endpoint's container was not reported",
          );
        }
      }
    for (const engineId of gone) agent.undescribed.delete(engineId);
  }

  /** What fails is tried again by the next comparison. */
  async #claim(lost: UnknownEndpoint): Promise<void> {
    const { api, agent, hostName: host, state, edge, logger } = this.#parts;
    if (!state.isFresh || edge.underway.has(lost.engineId)) return;
    const request = newRequestId();
    try {
      const trouble = await claimEndpoint(lost, { api, host, request, signal: this.#loop.signal });
      agent.undescribed.add(lost.engineId);
      this.#refused.delete(lost.key);
      if (trouble !== undefined)
        logger.error({ request, ...lost, trouble }, "a running container's port goes down");
      logger.warn(
        { request, ...lost },
        "a running container's endpoint was not known to the center; it is again",
      );
    } catch (error) {
      const reason = messageOf(error);
      if (this.#refused.get(lost.key) !== reason)
        logger.error(
          { request, ...lost, error: reason },
          "the center refuses a running container's endpoint",
        );
      this.#refused.set(lost.key, reason);
    }
  }

  /** What fails is tried again by the next comparison. */
  async #remove(gone: StaleObject): Promise<void> {
    const { api, agent, hostName, state, edge, logger } = this.#parts;
    // The comparison took its time.
    if (!state.isFresh || edge.underway.has(gone.engineId)) return;
    logger.warn({ ...gone }, `the engine has not this ${gone.kind} any more; removing it`);
    try {
      await purge(gone, { api, agent, host: hostName, signal: this.#loop.signal });
      edge.live.delete(gone.engineId);
    } catch (error) {
      logger.warn({ key: gone.key, error: messageOf(error) }, `the ${gone.kind} was not removed`);
    }
  }
}
