import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";

export interface LooksAtEngineParts {
  readonly look: () => Promise<void>;
  /** How often without an occasion, ms. */
  readonly periodMs: number;
  readonly logger: Logger;
  /** Said to the log of a look that failed; the next one makes up for it. */
  readonly failed: string;
}

/** Looks at the engine, regularly and when there is an occasion: one look at a time, and another where something happened during it. */
export class LooksAtEngine implements AsyncDisposable {
  readonly #parts: LooksAtEngineParts;
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  /** Something happened during a look: what it saw may be older. */
  #again = false;

  constructor(parts: LooksAtEngineParts) {
    this.#parts = parts;
    this.#timer = setInterval(this.look, parts.periodMs);
  }

  /** Ends what a look waits for, when this is disposed. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  readonly look = (): void => {
    const { signal } = this;
    if (signal.aborted) return;
    this.#again = this.#running !== undefined;
    this.#running ??= this.#parts
      .look()
      .catch((error: unknown) => {
        if (!signal.aborted) this.#parts.logger.debug({ error: messageOf(error) }, this.#parts.failed);
      })
      .finally(() => {
        this.#running = undefined;
        if (this.#again) this.look();
      });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#end.abort();
    await this.#running;
  }
}
