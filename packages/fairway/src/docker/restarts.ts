import type { HostState } from "../agent/host-state.ts";
import { messageOf, unlessNotFound } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Loop } from "../runtime/loop.ts";
import { PutAside } from "../runtime/put-aside.ts";
import type { Engine } from "./engine.ts";
import type { EngineContainer, ListedContainer } from "./engine-objects.ts";
import { isGivenUp } from "./given-up.ts";

/** When it is looked whether the engine has given a container up whose call failed: the pauses between, ms. */
const looksAfterFailureMs = [1_000, 2_000, 4_000, 8_000, 16_000];

const retries = { firstMs: 2_000, longestMs: 60_000 };

export interface RestartsParts {
  readonly engine: Pick<Engine, "networks" | "containers" | "container" | "startContainer">;
  /** The name under which the engine knows this plugin. */
  readonly driver: string;
  readonly state: Pick<HostState, "isFresh">;
  readonly logger: Logger;
}

/**
 * Starts the containers again that the engine gave up because of this plugin: it came later than the engine, or the center was away for
 * longer than a call may wait. It looks when there is an occasion: the engine was looked at, a call failed, the center is back.
 */
export class Restarts implements AsyncDisposable {
  readonly #parts: RestartsParts;
  readonly #loop: Loop;
  readonly #failed = new PutAside<string>(retries);
  /** Starts under way: one that takes its time holds up no other. */
  readonly #starting = new Map<string, Promise<void>>();
  #pausesMs: readonly number[] = [];
  #again: NodeJS.Timeout | undefined;
  #againAtMs = Number.POSITIVE_INFINITY;

  constructor(parts: RestartsParts) {
    this.#parts = parts;
    const { logger } = parts;
    const work = (signal: AbortSignal) => this.#look(signal);
    this.#loop = new Loop({ name: "start containers that the engine gave up", work, logger });
  }

  /** Looks now, or after the look under way. */
  readonly look = (): void => this.#loop.soon();

  /** A call of a start failed: the engine will give the container up in a moment. */
  readonly callFailed = (): void => {
    this.#pausesMs = looksAfterFailureMs;
    this.#lookAgain();
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    await Promise.all(this.#starting.values());
    clearTimeout(this.#again);
  }

  async #look(signal: AbortSignal): Promise<void> {
    // Without the center a start would fail again, and hold up others on its network meanwhile.
    if (!this.#parts.state.isFresh) return;
    const stopped = await this.#stopped(signal);
    this.#failed.keep(stopped);
    for (const [id, container] of stopped) if (container !== undefined) this.#begin(id, container);
    this.#lookAgain();
  }

  /** Those that the engine gave up, and, as `undefined`, those that it cannot show at the moment. */
  async #stopped(signal: AbortSignal): Promise<ReadonlyMap<string, EngineContainer | undefined>> {
    const { engine, driver, logger } = this.#parts;
    const ours = new Set((await engine.networks(driver, signal)).flatMap(({ Id, Name }) => [Id, Name]));
    const isOnOurs = ({ NetworkSettings: { Networks } }: ListedContainer) =>
      Object.entries(Networks).some(([name, { NetworkID }]) => ours.has(name) || ours.has(NetworkID));
    const stopped = (await engine.containers(signal)).filter(({ State }) => State === "exited");
    const found = new Map<string, EngineContainer | undefined>();
    const look = async (id: string) => {
      try {
        const container = await unlessNotFound(engine.container(id, signal));
        if (container !== undefined && isGivenUp(container, driver)) found.set(id, container);
      } catch (error) {
        signal.throwIfAborted();
        found.set(id, undefined);
        const reason = messageOf(error);
        if (this.#failed.failed(id, reason))
          logger.warn({ container: id, reason }, "the engine cannot show a container that has stopped");
      }
    };
    await Promise.all(stopped.filter(isOnOurs).map(({ Id }) => look(Id)));
    return found;
  }

  #begin(id: string, container: EngineContainer): void {
    if (this.#starting.has(id) || !this.#failed.isDue(id)) return;
    const start = this.#start(id, container).finally(() => {
      this.#starting.delete(id);
      this.#lookAgain();
    });
    this.#starting.set(id, start);
  }

  /** Never rejects. */
  async #start(id: string, { Name, State }: EngineContainer): Promise<void> {
    const { engine, logger } = this.#parts;
    const { signal } = this.#loop;
    const container = Name.replace(/^\//, "");
    try {
      await engine.startContainer(id, signal);
      this.#failed.succeeded(id);
      logger.warn(
        { container, error: State.Error },
        "the engine had given a container up; it is started again",
      );
    } catch (error) {
      if (signal.aborted) return;
      const reason = messageOf(error);
      if (this.#failed.failed(id, reason))
        logger.warn({ container, reason }, "a container that the engine gave up does not start yet");
    }
  }

  /** Sets the next look, unless there is an earlier one: occasions must not put it off for ever. */
  #lookAgain(): void {
    // What is being started looks again at its end.
    const nextTryMs = this.#starting.size === 0 ? this.#failed.nextDueMs : undefined;
    const inMs = Math.min(
      this.#pausesMs[0] ?? Number.POSITIVE_INFINITY,
      nextTryMs ?? Number.POSITIVE_INFINITY,
    );
    const atMs = performance.now() + inMs;
    if (this.#loop.signal.aborted || atMs >= this.#againAtMs) return;
    clearTimeout(this.#again);
    this.#againAtMs = atMs;
    const look = () => {
      this.#againAtMs = Number.POSITIVE_INFINITY;
      this.#pausesMs = this.#pausesMs.slice(1);
      this.look();
    };
    this.#again = setTimeout(guarded("look at given-up containers", this.#parts.logger, look), inMs);
  }
}
