import type { HostState } from "../agent/host-state.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Edge } from "./edge.ts";
import { type EngineLists, type Forgetting, type Forgotten, findForgotten, forget } from "./forgotten.ts";

/** How often the engine is asked whether it still has what the center has for it. */
const periodMs = 30_000;

/** How long it must have been without something. The look that removes it comes a little later. */
const defaultGraceMs = 10_000;
const marginMs = 100;

export interface RecoveryParts extends Pick<Forgetting, "api" | "agent"> {
  readonly engine: EngineLists;
  readonly hostName: string;
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly edge: Pick<Edge, "live" | "underway">;
  readonly logger: Logger;
  /** 10 s by default. */
  readonly graceMs?: number;
}

/**
 * Removes networks and endpoints that their engine has forgotten. Only what was missing in two looks goes, and nothing while
 * the engine or the center does not answer, or while a call of the engine's is making it.
 */
export class Recovery implements AsyncDisposable {
  readonly #parts: RecoveryParts;
  readonly #graceMs: number;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #missingSince: ReadonlyMap<string, number> = new Map();
  #running: Promise<void> | undefined;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#graceMs = parts.graceMs ?? defaultGraceMs;
    this.#schedule();
  }

  /** Compares now, unless it is being done. */
  readonly look = (): void => {
    if (this.#end.signal.aborted) return;
    this.#running ??= this.#compare()
      .catch((error: unknown) => {
        this.#missingSince = new Map();
        if (!this.#end.signal.aborted)
          this.#parts.logger.debug({ error: messageOf(error) }, "the engine's lists were not compared");
      })
      .finally(() => {
        this.#running = undefined;
        this.#schedule();
      });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(this.look, this.#missingSince.size > 0 ? this.#graceMs + marginMs : periodMs);
  }

  async #compare(): Promise<void> {
    const { engine, state, edge } = this.#parts;
    const underway = new Set(edge.underway);
    const found = state.isFresh ? await findForgotten(state.items.values(), engine, this.#end.signal) : [];
    const missing = found.filter(({ engineId }) => !underway.has(engineId));
    const nowMs = performance.now();
    const since = (key: string) => this.#missingSince.get(key) ?? nowMs;
    this.#missingSince = new Map(missing.map(({ key }) => [key, since(key)] as const));
    for (const gone of missing) if (nowMs - since(gone.key) >= this.#graceMs) await this.#remove(gone);
  }

  /** What fails is tried again with the next look. */
  async #remove(gone: Forgotten): Promise<void> {
    const { api, agent, hostName, state, edge, logger } = this.#parts;
    // The look took its time.
    if (!state.isFresh || edge.underway.has(gone.engineId)) return;
    logger.warn({ ...gone }, `the engine has forgotten this ${gone.kind}; removing it`);
    try {
      await forget(gone, { api, agent, host: hostName, signal: this.#end.signal });
      edge.live.delete(gone.engineId);
    } catch (error) {
      logger.warn({ key: gone.key, error: messageOf(error) }, `the ${gone.kind} was not removed`);
    }
  }
}
