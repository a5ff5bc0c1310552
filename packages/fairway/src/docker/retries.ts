/** What failed waits longer each time, up to this. */
const longestDelayMs = 60_000;

interface Failure {
  readonly trouble: string;
  readonly delayMs: number;
  /** On the monotonic clock. */
  readonly untilMs: number;
}

/** When what failed is tried again, by key. */
export class Retries {
  readonly #firstDelayMs: number;
  readonly #failures = new Map<string, Failure>();

  constructor(firstDelayMs: number) {
    this.#firstDelayMs = firstDelayMs;
  }

  /** Why it failed, while it is too early to try again. */
  waitsFor(key: string): string | undefined {
    const failure = this.#failures.get(key);
    return failure !== undefined && failure.untilMs > performance.now() ? failure.trouble : undefined;
  }

  fail(key: string, trouble: string): void {
    const known = this.#failures.get(key);
    const delayMs = known === undefined ? this.#firstDelayMs : Math.min(2 * known.delayMs, longestDelayMs);
    this.#failures.set(key, { trouble, delayMs, untilMs: performance.now() + delayMs });
  }

  /** Forgets all but these. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#failures.keys()) if (!keys.has(key)) this.#failures.delete(key);
  }
}
