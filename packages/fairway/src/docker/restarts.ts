import type { HostState } from "../agent/state/host-state.ts";
import { messageOf, unlessNotFound } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { PutAside } from "../runtime/put-aside.ts";
import { failedByDriver } from "./driver-failure.ts";
import type { EngineDrivers } from "./driver-names.ts";
import type { Engine } from "./engine.ts";
import type { EngineContainer, ListedContainer } from "./engine-objects.ts";

/** When it is asked, after a call that failed, whether the engine has given up that call's container, ms. */
const askedAfterFailureMs = [1_000, 3_000, 7_000, 15_000, 31_000];

const retries = { firstMs: 2_000, longestMs: 60_000 };

export interface RestartsParts {
  readonly engine: Pick<Engine, "networks" | "containers" | "container" | "startContainer">;
  readonly drivers: Pick<EngineDrivers, "networks" | "ipams">;
  readonly state: Pick<HostState, "isFresh">;
  readonly logger: Logger;
}

/**
 * Starts the containers again that the engine gave up because of this plugin: it came later than the engine, or the center was away for
 * longer than a call may wait. It asks the engine when there is an occasion: its events are followed, a call failed, the center is back.
 */
export class Restarts implements AsyncDisposable {
  readonly #parts: RestartsParts;
  readonly #loop: Loop;
  readonly #failed = new PutAside<string>(retries);
  /** Starts under way: one that takes its time holds up no other. */
  readonly #starting = new Map<string, Promise<void>>();
  /** When the engine is to be asked although nothing else gives occasion, on the monotonic clock, the earliest first. */
  #dueMs: readonly number[] = [];

  constructor(parts: RestartsParts) {
    this.#parts = parts;
    const { logger } = parts;
    const work = (signal: AbortSignal) => this.#restart(signal);
    this.#loop = new Loop({ name: "start containers that the engine gave up", work, logger });
  }

  /** Asks the engine now, or after the run under way, what it gave up, and starts that. */
  readonly restartSoon = (): void => this.#loop.soon();

  /** A call of a start failed: the engine will give the container up in a moment. */
  readonly callFailed = (): void => {
    const nowMs = performance.now();
    this.#dueMs = askedAfterFailureMs.map((ms) => nowMs + ms);
    this.#scheduleNext();
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    await Promise.all(this.#starting.values());
  }

  async #restart(signal: AbortSignal): Promise<void> {
    // Without the center a start would fail again, and hold up others on its network meanwhile.
    if (!this.#parts.state.isFresh) return;
    const stopped = await this.#stopped(signal);
    this.#failed.keep(stopped);
    for (const [id, container] of stopped) if (container !== undefined) this.#begin(id, container);
    this.#scheduleNext();
  }

  /** Those that the engine gave up, and, as `undefined`, those that it cannot show at the moment. */
  async #stopped(signal: AbortSignal): Promise<ReadonlyMap<string, EngineContainer | undefined>> {
    const { engine, drivers, logger } = this.#parts;
    const ours = new Set(
      (await engine.networks(drivers.networks, signal)).flatMap(({ Id, Name }) => [Id, Name]),
    );
    const isOnOurs = ({ NetworkSettings: { Networks } }: ListedContainer) =>
      Object.entries(Networks).some(([name, { NetworkID }]) => ours.has(name) || ours.has(NetworkID));
    const stopped = (await engine.containers(signal)).filter(({ State }) => State === "exited");
    const names = [...drivers.networks, ...drivers.ipams];
    const found = new Map<string, EngineContainer | undefined>();
    const inspect = async (id: string) => {
      try {
        const container = await unlessNotFound(engine.container(id, signal));
        if (container !== undefined && failedByDriver(container, names)) found.set(id, container);
      } catch (error) {
        signal.throwIfAborted();
        found.set(id, undefined);
        const reason = messageOf(error);
        if (this.#failed.failed(id, reason))
          logger.warn({ container: id, reason }, "the engine cannot show a container that has stopped");
      }
    };
    await Promise.all(stopped.filter(isOnOurs).map(({ Id }) => inspect(Id)));
    return found;
  }

  #begin(id: string, container: EngineContainer): void {
    if (this.#starting.has(id) || !this.#failed.isDue(id)) return;
    const start = this.#start(id, container).finally(() => {
      this.#starting.delete(id);
      this.#scheduleNext();
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

  /** Occasions do not put off what is due earlier. */
  #scheduleNext(): void {
    const nowMs = performance.now();
    this.#dueMs = this.#dueMs.filter((ms) => ms > nowMs);
    const [firstMs] = this.#dueMs;
    if (firstMs !== undefined) this.#loop.after(firstMs - nowMs);
    // While one is being started its end is the occasion.
    const retryMs = this.#starting.size === 0 ? this.#failed.nextDueMs : undefined;
    if (retryMs !== undefined) this.#loop.after(retryMs);
  }
}
