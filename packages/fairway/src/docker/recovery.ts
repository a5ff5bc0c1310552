import type { HostState } from "../agent/host-state.ts";
import type { RunningAgent } from "../agent/start.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { newRequestId } from "./call.ts";
import type { Edge } from "./edge.ts";
import type { Engine } from "./engine.ts";
import { type EngineLists, type Forgetting, type Forgotten, findForgotten, forget } from "./forgotten.ts";
import { type Claiming, claim, describe, findUnclaimed, type Unclaimed } from "./unclaimed.ts";

/** How often the engine is asked whether it still has what the center has for it. */
const periodMs = 30_000;

/** How long it must have been without something. The look that removes it comes a little later. */
const defaultGraceMs = 10_000;
const marginMs = 100;

/** What is not fresh says nothing. */
const nothingKnown = { claimable: [], isNone: false } as const;

export interface RecoveryParts {
  readonly api: Forgetting["api"] & Claiming["api"];
  readonly agent: Forgetting["agent"] & Pick<RunningAgent, "engineCompared" | "undescribed">;
  readonly engine: EngineLists & Claiming["engine"] & Pick<Engine, "allNetworks">;
  readonly hostName: string;
  /** The name under which the engine knows this plugin. */
  readonly driver: string;
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly edge: Pick<Edge, "live" | "underway">;
  readonly logger: Logger;
  /** 10 s by default. */
  readonly graceMs?: number;
}

/**
 * Makes the center and its engine agree: networks and endpoints that the engine has forgotten are removed, endpoints of containers that
 * run and that the center has forgotten are made again. Only what was missing in two looks counts, and nothing happens while the
 * engine or the center does not answer, or while a call of the engine's is making it.
 */
export class Recovery implements AsyncDisposable {
  readonly #parts: RecoveryParts;
  readonly #graceMs: number;
  readonly #loop: Loop;
  /** The look at what was missing for the first time comes sooner than the next regular one. */
  #secondLook: NodeJS.Timeout | undefined;
  #missingSince: ReadonlyMap<string, number> = new Map();
  /** Claims that the center refuses, each told once. */
  readonly #refused = new Map<string, string>();

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#graceMs = parts.graceMs ?? defaultGraceMs;
    this.#loop = new Loop({
      name: "compare with the engine",
      work: (signal) => this.#look(signal),
      periodMs,
      logger: parts.logger,
    });
  }

  /** Compares now, or once more after the look under way: what that saw may be older. */
  readonly look = (): void => this.#loop.soon();

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#secondLook);
    await this.#loop[Symbol.asyncDispose]();
    clearTimeout(this.#secondLook);
  }

  /** What a look that fails half way has seen does not count. */
  async #look(signal: AbortSignal): Promise<void> {
    try {
      await this.#compare(signal);
    } catch (error) {
      this.#missingSince = new Map();
      throw error;
    } finally {
      clearTimeout(this.#secondLook);
      if (this.#missingSince.size > 0) this.#secondLook = setTimeout(this.look, this.#graceMs + marginMs);
    }
  }

  async #compare(signal: AbortSignal): Promise<void> {
    const { engine, agent, state, edge, driver } = this.#parts;
    const begunMs = performance.now();
    const underway = new Set(edge.underway);
    const isUnderway = ({ engineId }: { readonly engineId: string }) => underway.has(engineId);
    const { isFresh } = state;
    const forgotten = isFresh ? await findForgotten(state.items.values(), engine, signal) : [];
    const { claimable: unclaimed, isNone } = isFresh
      ? await findUnclaimed(state.items.values(), engine, driver, signal)
      : nothingKnown;
    const nowMs = performance.now();
    const since = (key: string) => this.#missingSince.get(key) ?? nowMs;
    const isDue = ({ key }: { readonly key: string }) => nowMs - since(key) >= this.#graceMs;
    const missing = [...forgotten, ...unclaimed].filter((each) => !isUnderway(each));
    this.#missingSince = new Map(missing.map(({ key }) => [key, since(key)] as const));
    for (const key of this.#refused.keys()) if (!this.#missingSince.has(key)) this.#refused.delete(key);
    for (const gone of forgotten) if (!isUnderway(gone) && isDue(gone)) await this.#remove(gone);
    for (const lost of unclaimed) if (!isUnderway(lost) && isDue(lost)) await this.#claim(lost);
    await this.#describeClaimed(signal);
    // Whose endpoint a port is that the center does not know nobody can tell: while a container runs on one, none goes.
    if (isNone) agent.engineCompared(begunMs);
  }

  /** Tells whose the endpoints are that were claimed. Those of no container any more need no word. */
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
          await describe({ engineId, networkId, containerId }, { api, engine, host, request, signal });
          agent.undescribed.delete(engineId);
        } catch (error) {
          if (signal.aborted) throw error;
          logger.warn(
            { request, engineId, error: messageOf(error) },
            "a claimed endpoint's container was not told",
          );
        }
      }
    for (const engineId of gone) agent.undescribed.delete(engineId);
  }

  /** What fails is tried again with the next look. */
  async #claim(lost: Unclaimed): Promise<void> {
    const { api, agent, hostName: host, state, edge, logger } = this.#parts;
    if (!state.isFresh || edge.underway.has(lost.engineId)) return;
    const request = newRequestId();
    try {
      const trouble = await claim(lost, { api, host, request, signal: this.#loop.signal });
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

  /** What fails is tried again with the next look. */
  async #remove(gone: Forgotten): Promise<void> {
    const { api, agent, hostName, state, edge, logger } = this.#parts;
    // The look took its time.
    if (!state.isFresh || edge.underway.has(gone.engineId)) return;
    logger.warn({ ...gone }, `the engine has forgotten this ${gone.kind}; removing it`);
    try {
      await forget(gone, { api, agent, host: hostName, signal: this.#loop.signal });
      edge.live.delete(gone.engineId);
    } catch (error) {
      logger.warn({ key: gone.key, error: messageOf(error) }, `the ${gone.kind} was not removed`);
    }
  }
}
