/** The pauses between tries, ms: the first, and the longest to which it doubles. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** How long to wait before the next try of something that fails. */
export class Backoff {
  readonly #bounds: BackoffBounds;
  readonly #random: () => number;
  #failures = 0;

  /** @param random from 0 up to 1, not included. */
  constructor(bounds: BackoffBounds, random: () => number = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** How often it failed since it last succeeded. */
  get failures(): number {
    return this.#failures;
  }

  /** It failed. @returns the pause, ms: doubled each time, and shortened at random by up to a quarter so that many do not return at once. */
  failed(): number {
    const { firstMs, longestMs } = this.#bounds;
    const pauseMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return pauseMs * (1 - this.#random() / 4);
  }

  /** It succeeded: the next failure begins with the first pause. */
  reset(): void {
    this.#failures = 0;
  }
}
