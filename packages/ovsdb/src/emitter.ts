import { EventEmitter } from "node:events";
import { deferred } from "./deferred.ts";
import { OvsdbError } from "./errors.ts";
import type { Logger } from "./logger.ts";

type EventMap<Events> = { readonly [E in keyof Events]: readonly unknown[] };

/** An EventEmitter whose listeners cannot disturb each other or the emitter, which is in the middle of its own work. */
export class Emitter<Events extends EventMap<Events>> extends EventEmitter<
  Events & Record<never, never> & Record<keyof Events, unknown[]>
> {
  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    super();
    this.#logger = logger;
    this.setMaxListeners(0);
  }

  /**
   * Calls every listener now. What one throws is told to the logger; without one it becomes an uncaught exception afterwards, as from
   * any other callback.
   */
  protected announce<E extends keyof Events & string>(event: E, ...details: Events[E]): void {
    for (const listener of (this as EventEmitter).rawListeners(event)) {
      try {
        Reflect.apply(listener, this, details);
      } catch (error) {
        this.#failed(event, error);
      }
    }
  }

  #failed(event: string, error: unknown): void {
    if (this.#logger === undefined)
      process.nextTick(() => {
        throw error;
      });
    else {
      const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#logger.warn(`A listener of "${event}" failed: ${trace}`);
    }
  }

  /**
   * Resolves at the next `event`.
   * @throws OvsdbError the reason of `closing` when that comes first, "canceled" when `signal` does
   */
  protected async next(
    event: keyof Events & string,
    closing: AbortSignal,
    signal?: AbortSignal,
  ): Promise<void> {
    closing.throwIfAborted();
    const { promise, resolve, reject } = deferred<void>();
    const onEvent = () => resolve();
    const onClosing = () => reject(closing.reason);
    const onAbort = () => {
      reject(new OvsdbError("canceled", `Gave up waiting for "${event}"`, { cause: signal?.reason }));
    };
    (this as EventEmitter).once(event, onEvent);
    closing.addEventListener("abort", onClosing, { once: true });
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      await promise;
    } finally {
      (this as EventEmitter).off(event, onEvent);
      closing.removeEventListener("abort", onClosing);
      signal?.removeEventListener("abort", onAbort);
    }
  }
}
