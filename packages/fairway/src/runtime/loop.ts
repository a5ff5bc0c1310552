import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Backoff, type BackoffBounds } from "./backoff.ts";

export interface LoopOptions {
  /** What it does, as the log says it, e.g. "reconcile ports". */
  readonly name: string;
  /** One run. What it throws ends that run alone. The signal ends it when the loop is disposed. */
  readonly work: (signal: AbortSignal) => void | Promise<void>;
  /** How often it runs without an occasion, ms; absent: on occasions alone. */
  readonly periodMs?: number;
  /** The pauses after runs that failed; 100 ms to 10 s by default. */
  readonly backoff?: BackoffBounds;
  readonly logger: Logger;
}

const defaultBackoff: BackoffBounds = { firstMs: 100, longestMs: 10_000 };

/**
 * Work that runs one at a time: regularly, on occasions, and again where an occasion came during a run. A run that fails is
 * tried again after a back-off, which occasions do not shorten. Nothing that the work does ends the process.
 */
export class Loop implements AsyncDisposable {
  readonly #options: LoopOptions;
  readonly #backoff: Backoff;
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #later: { readonly timer: NodeJS.Timeout; readonly atMs: number } | undefined;
  #running: Promise<void> | undefined;
  /** An occasion came that no run has answered yet. */
  #isDue = false;
  #failure: string | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff ?? defaultBackoff);
    if (options.periodMs !== undefined) this.#timer = setInterval(this.soon, options.periodMs);
  }

  /** Why the last run failed; undefined where it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Aborted when the loop is disposed. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Runs once more, now or after the run under way; during a back-off, at its end. Occasions that come meanwhile are one. */
  readonly soon = (): void => {
    this.#isDue = true;
    if (this.#running !== undefined || this.#pause !== undefined || this.signal.aborted) return;
    this.#running = this.#run();
  };

  /** Runs once more after so many milliseconds; of several such wishes the earliest counts. */
  readonly after = (ms: number): void => {
    const atMs = performance.now() + ms;
    if (this.signal.aborted || (this.#later !== undefined && this.#later.atMs <= atMs)) return;
    clearTimeout(this.#later?.timer);
    const timer = setTimeout(() => {
      this.#later = undefined;
      this.soon();
    }, ms);
    this.#later = { timer, atMs };
  };

  /** What the work needs is back: the back-off ends and the next run is due now. */
  readonly retryNow = (): void => {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#backoff.reset();
    this.soon();
  };

  /** The run under way, which may go on for long, works by now: the back-off begins anew, as after its end. */
  progressed(): void {
    const { logger, name } = this.#options;
    if (this.#failure !== undefined) logger.info({ loop: name }, "works again");
    this.#failure = undefined;
    this.#backoff.reset();
  }

  /** Resolves when no run is under way and none is due at once; never rejects. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Ends the loop; resolves when the run under way has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    clearInterval(this.#timer);
    clearTimeout(this.#pause);
    clearTimeout(this.#later?.timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    // An occasion within the same turn belongs to this run.
    await Promise.resolve();
    while (this.#isDue && this.#pause === undefined && !this.signal.aborted) {
      this.#isDue = false;
      try {
        await this.#options.work(this.signal);
        this.progressed();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#running = undefined;
  }

  #failed(error: unknown): void {
    if (this.signal.aborted) return;
    const { logger, name } = this.#options;
    const reason = messageOf(error);
    const pauseMs = this.#backoff.failed();
    const level = reason === this.#failure ? "debug" : "warn";
    logger[level]({ loop: name, reason, againInMs: Math.round(pauseMs) }, "failed; it is tried again");
    this.#failure = reason;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.soon();
    }, pauseMs);
  }
}
