import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError, messageOf } from "../errors.ts";

/** What takes no longer needs no word. */
const patienceMs = 1_000;

const everyMs = 50;

/** Tells a person what goes on, a line at a time. */
export type Say = (line: string) => void;

/** The steps of something that a person waits for. */
export class Steps {
  readonly #say: Say;

  constructor(say: Say) {
    this.#say = say;
  }

  /** Does a step; one that takes longer than a second is told, and how long it took. */
  async take<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const begun = performance.now();
    const timer = setTimeout(() => this.#say(`${what} …`), patienceMs);
    try {
      const result = await work();
      const tookMs = performance.now() - begun;
      if (tookMs >= patienceMs) this.#say(`${what}: done in ${(tookMs / 1000).toFixed(1)} s`);
      return result;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Looks again and again until `look` finds something. Throws `timeout` after `boundMs`, with what kept it from finding
   * anything.
   */
  async waitFor<Found>(
    what: string,
    look: () => Promise<Found | undefined>,
    { boundMs, orElse }: { readonly boundMs: number; readonly orElse: string },
  ): Promise<Found> {
    return this.take(what, async () => {
      const end = performance.now() + boundMs;
      for (;;) {
        let fault = "";
        try {
          const found = await look();
          if (found !== undefined) return found;
        } catch (error) {
          if (!(error instanceof FairwayError && error.retryable)) throw error;
          fault = `: ${messageOf(error)}`;
        }
        if (performance.now() > end)
          throw new FairwayError("timeout", `${what}: not within ${boundMs / 1000} s${fault}; ${orElse}`);
        await sleep(everyMs);
      }
    });
  }
}
