import { Backoff, type BackoffBounds } from "./backoff.ts";

interface Failure {
  readonly backoff: Backoff;
  reason: string;
  dueMs: number;
}

/**
 * Items of a larger work that failed, each with its reason and a back-off of its own: the others go on, and it is tried again when
 * it is due. Keys are whatever names an item: a unit, an uplink, an endpoint.
 */
export class PutAside<K> {
  readonly #bounds: BackoffBounds;
  readonly #now: () => number;
  readonly #failures = new Map<K, Failure>();

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(bounds: BackoffBounds, now: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** What is put aside, and why. */
  get reasons(): ReadonlyMap<K, string> {
    return new Map(Array.from(this.#failures, ([key, { reason }]) => [key, reason]));
  }

  /** @returns whether that is news: it did not fail before, or for another reason. */
  failed(key: K, reason: string): boolean {
    const known = this.#failures.get(key);
    const failure = known ?? { backoff: new Backoff(this.#bounds), reason, dueMs: 0 };
    const isNews = known?.reason !== reason;
    failure.reason = reason;
    failure.dueMs = this.#now() + failure.backoff.failed();
    this.#failures.set(key, failure);
    return isNews;
  }

  /** It succeeded, or is gone. @returns whether it had failed before. */
  succeeded(key: K): boolean {
    return this.#failures.delete(key);
  }

  /** Forgets all but these: the others are gone. */
  keep(keys: { has(key: K): boolean }): void {
    for (const key of this.#failures.keys()) if (!keys.has(key)) this.#failures.delete(key);
  }

  /** Whether it may be tried: it did not fail, or its pause is over. */
  isDue(key: K): boolean {
    const failure = this.#failures.get(key);
    return failure === undefined || failure.dueMs <= this.#now();
  }

  /** How often an item failed since it last succeeded. */
  failures(key: K): number {
    return this.#failures.get(key)?.backoff.failures ?? 0;
  }

  /** Until an item may be tried again, ms; 0 where it may be now. */
  dueInMs(key: K): number {
    return Math.max(0, (this.#failures.get(key)?.dueMs ?? 0) - this.#now());
  }

  /** Until the first item may be tried again, ms, 0 where one is due; undefined where nothing is put aside. */
  get nextDueMs(): number | undefined {
    let first: number | undefined;
    for (const { dueMs } of this.#failures.values()) first = Math.min(first ?? dueMs, dueMs);
    return first === undefined ? undefined : Math.max(0, first - this.#now());
  }

  /** Tries an item, or everything, again at once, without forgetting why it failed: what it needs is back, or it has changed. */
  retryNow(key?: K): void {
    const failures = key === undefined ? [...this.#failures.values()] : [this.#failures.get(key)];
    for (const failure of failures) if (failure !== undefined) failure.dueMs = this.#now();
  }
}
