/** How often somebody may do something: so often in a row, and then so many times a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Bounds how often each does something; who rests gets the whole burst again. Remembers only those that have used some of it. */
export class Throttle {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** By who: when all of the burst is there again, ms. */
  readonly #fullAt = new Map<string, number>();

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Somebody does it once. @returns 0, or after how many ms the next time is free: then it does not count. */
  take(who: string): number {
    const now = this.#now();
    const intervalMs = 1000 / this.#rate.perSecond;
    const fullAt = Math.max(now, this.#fullAt.get(who) ?? now);
    const waitMs = fullAt + intervalMs - (now + this.#rate.burst * intervalMs);
    if (waitMs > 0) return waitMs;
    // What is full again need not be remembered.
    for (const [each, at] of this.#fullAt) {
      if (at > now) break;
      this.#fullAt.delete(each);
    }
    this.#fullAt.delete(who);
    this.#fullAt.set(who, fullAt + intervalMs);
    return 0;
  }
}
