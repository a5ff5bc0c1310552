import type { Logger } from "../logger.ts";
import { guarded } from "./guarded.ts";

/** Whoever wants to know of something that happens: who comes later subscribes. What one throws, the others do not miss. */
export class Listeners<A extends readonly unknown[] = []> {
  readonly #logger: Logger;
  readonly #listeners = new Set<(...args: A) => void>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Calls `listener` from now on, as often as it was given.
   * @param what says in the log what failed, where it throws, e.g. "follow the host's state".
   * @returns what ends that.
   */
  add(what: string, listener: (...args: A) => void | Promise<void>): () => void {
    const called = guarded(what, this.#logger, listener);
    this.#listeners.add(called);
    return () => void this.#listeners.delete(called);
  }

  /** Calls all of them, in the order in which they came. Never throws. */
  call(...args: A): void {
    for (const listener of this.#listeners) listener(...args);
  }
}
