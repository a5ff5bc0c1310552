import { FairwayError } from "../errors.ts";

/**
 * A time in which this center leads. It ends once, for one reason: its lock or a fence was lost, or Fairway stops. All
 * that waits in a term waits with its signal, so nothing of it goes on afterwards.
 */
export class Term {
  /** The lock of the intent's database that the term needs; without one, only the epoch fences. */
  readonly lock: string | undefined;
  readonly #end = new AbortController();

  constructor(lock?: string) {
    this.lock = lock;
  }

  /** Aborted at the end, with a `not_leader` error that says why. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Resolves at the end with the reason. */
  get ended(): Promise<FairwayError> {
    const { promise, resolve } = Promise.withResolvers<FairwayError>();
    const tell = () => resolve(this.signal.reason as FairwayError);
    if (this.isOver) tell();
    else this.signal.addEventListener("abort", tell, { once: true });
    return promise;
  }

  /** @param reason the rest of a sentence that begins with "this center leads no longer:". */
  end(reason: string): void {
    this.#end.abort(new FairwayError("not_leader", `this center leads no longer: ${reason}`));
  }
}
