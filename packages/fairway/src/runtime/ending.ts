/** The end of a process as its parts know it: that it has begun, and how long all that it waits for may take together. */
export class Ending {
  /** Aborted when the end begins. */
  readonly signal: AbortSignal;
  readonly #boundMs: number;
  #endsAtMs: number | undefined;

  /** @param boundMs how long what the end waits for may take, all together. */
  constructor(signal: AbortSignal, boundMs: number) {
    this.signal = signal;
    this.#boundMs = boundMs;
    signal.addEventListener("abort", this.#begin, { once: true });
    if (signal.aborted) this.#begin();
  }

  /** What is left of the bound, ms, without what is kept for others; all of it before the end has begun. */
  leftMs(keptMs = 0): number {
    const leftMs = this.#endsAtMs === undefined ? this.#boundMs : this.#endsAtMs - performance.now();
    return Math.max(0, leftMs - keptMs);
  }

  /** A signal that is aborted, for this reason, so many ms after the end has begun. */
  later(ms: number, reason: Error): AbortSignal {
    const controller = new AbortController();
    const abort = () => controller.abort(reason);
    const wait = () => void setTimeout(abort, ms).unref();
    this.signal.addEventListener("abort", wait, { once: true });
    return controller.signal;
  }

  /** Calls `giveUp` where the end is not over so many ms after its bound. Disposing says that it is over. */
  giveUpAfter(ms: number, giveUp: () => void): Disposable {
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      timer = setTimeout(giveUp, this.#boundMs + ms);
    };
    this.signal.addEventListener("abort", wait, { once: true });
    if (this.signal.aborted) wait();
    return {
      [Symbol.dispose]: () => {
        this.signal.removeEventListener("abort", wait);
        clearTimeout(timer);
      },
    };
  }

  readonly #begin = (): void => {
    this.#endsAtMs = performance.now() + this.#boundMs;
  };
}
