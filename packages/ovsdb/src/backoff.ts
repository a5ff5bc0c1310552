export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
}

const betweenTriesMs = 50;

/** How long to wait before the next attempt to connect. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #remotes: number;
  readonly #random: () => number;
  #attempts = 0;

  constructor(options: BackoffOptions, remotes: number, random: () => number = Math.random) {
    this.#options = options;
    this.#remotes = remotes;
    this.#random = random;
  }

  /** To be called when a connection has proved to be good. */
  reset(): void {
    this.#attempts = 0;
  }

  /**
   * Milliseconds until the next attempt. The remotes are tried in rounds, the first two rounds at once; then a pause
   * precedes each round: from `minMs`, doubled up to `maxMs`, and shortened at random by up to a quarter so that many
   * clients do not return at once.
   */
  nextDelayMs(): number {
    const attempt = this.#attempts++;
    if (attempt === 0) return 0;
    const round = Math.floor(attempt / this.#remotes);
    if (round < 2 || attempt % this.#remotes !== 0) return betweenTriesMs;
    const pauseMs = Math.min(this.#options.maxMs, this.#options.minMs * 2 ** Math.min(round - 2, 30));
    return pauseMs * (1 - this.#random() / 4);
  }
}
