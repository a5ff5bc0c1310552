import { setTimeout as delay } from "node:timers/promises";
import { deferred } from "./deferred.ts";
import { PluginError } from "./errors.ts";

/** `setTimeout` takes no more. */
const longestBoundMs = 2 ** 31 - 1;

/** Runs handlers, each within a bound: Docker waits for an answer for ever, and holds the container's lock meanwhile. */
export class BoundedCalls {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  #stopped: PluginError | undefined;

  /**
   * The handler's outcome. When the bound has passed, or `stop` was called, its signal is aborted and this rejects with the same
   * reason at once, whether the handler heeds the signal or not.
   */
  async run<Answer>(
    name: string,
    boundMs: number,
    handler: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    if (this.#stopped) throw this.#stopped;
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = deferred<never>();
    signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
    const timer = setTimeout(() => {
      controller.abort(new PluginError("handler_timeout", `${name} did not end within ${boundMs} ms`));
    }, boundMs);
    const outcome = Promise.race([aborted.promise, handler(signal)]);
    this.#running.set(controller, outcome);
    try {
      return await outcome;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#running.delete(controller);
    }
  }

  /** Begins no more calls; those that run may end within the grace, then they are aborted with the same reason. */
  async stop(reason: PluginError, graceMs: number): Promise<void> {
    this.#stopped = reason;
    const given = new AbortController();
    const ended = Promise.allSettled(this.#running.values());
    await Promise.race([ended, delay(graceMs, undefined, { signal: given.signal }).catch(() => undefined)]);
    given.abort();
    for (const controller of this.#running.keys()) controller.abort(reason);
    await ended;
  }
}

/** A bound in milliseconds, or `invalid_configuration`: what is never reached is no bound. */
export function checkBound(name: string, boundMs: number): number {
  if (boundMs > 0 && boundMs <= longestBoundMs) return boundMs;
  throw new PluginError(
    "invalid_configuration",
    `${name} must be more than 0 and at most ${longestBoundMs} ms; it is ${boundMs}`,
  );
}
