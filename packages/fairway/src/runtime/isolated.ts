import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { BackoffBounds } from "./backoff.ts";
import { PutAside } from "./put-aside.ts";

export interface IsolatedOptions {
  /** What an item is, as the subject of a sentence in the log, e.g. "an uplink". */
  readonly what: string;
  /** The pauses of one item; 1 s to 60 s by default. */
  readonly backoff?: BackoffBounds;
  readonly logger: Logger;
  /** An item failed: it is to be attempted again after so many milliseconds. Absent: the next look comes by itself. */
  readonly again?: (ms: number) => void;
}

const defaultBackoff: BackoffBounds = { firstMs: 1_000, longestMs: 60_000 };

/**
 * Works on items one by one so that one that fails is one that fails: it is put aside with a back-off of its own, the log has its
 * reason once, and the others go on.
 */
export class Isolated {
  readonly #options: IsolatedOptions;
  readonly #aside: PutAside<string>;

  constructor(options: IsolatedOptions) {
    this.#options = options;
    this.#aside = new PutAside(options.backoff ?? defaultBackoff);
  }

  /** What is put aside, and why. */
  get reasons(): ReadonlyMap<string, string> {
    return this.#aside.reasons;
  }

  /** Whether an item failed and its pause goes on. */
  rests(key: string): boolean {
    return !this.#aside.isDue(key);
  }

  /** Whether an item failed when it was attempted last. */
  hasFailed(key: string): boolean {
    return this.#aside.failures(key) > 0;
  }

  /**
   * Works on an item unless it rests. Never rejects.
   * @param work gives `unfinished` where it waits for something: then the item is as it was.
   * @returns whether it is done.
   */
  async attempt(key: string, work: () => Promise<"unfinished" | void>): Promise<boolean> {
    if (this.rests(key)) return false;
    try {
      if ((await work()) === "unfinished") return false;
      this.succeeded(key);
      return true;
    } catch (error) {
      this.failed(key, messageOf(error));
      return false;
    }
  }

  /** An item failed outside of `attempt`. */
  failed(key: string, reason: string): void {
    const { what, logger, again } = this.#options;
    const isNews = this.#aside.failed(key, reason);
    const againInMs = Math.ceil(this.#aside.dueInMs(key));
    logger[isNews ? "warn" : "debug"]({ item: key, reason, againInMs }, `${what} failed; it is tried again`);
    again?.(againInMs);
  }

  /** An item succeeded outside of `attempt`. */
  succeeded(key: string): void {
    const { what, logger } = this.#options;
    if (this.#aside.succeeded(key)) logger.info({ item: key }, `${what} works again`);
  }

  /** Forgets all items but these. */
  keep(keys: { has(key: string): boolean }): void {
    this.#aside.keep(keys);
  }

  /** An item has changed, or what all of them need is back: it rests no longer. */
  retryNow(key?: string): void {
    this.#aside.retryNow(key);
  }
}
