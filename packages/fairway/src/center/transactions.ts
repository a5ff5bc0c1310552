import { type Changeable, JointFailure, jointly } from "../intent/joint-change.ts";
import { changeOrRehearse } from "../intent/rehearsal.ts";
import type { Manner } from "./manner.ts";

/** What those of several use cases threw that failed, by their place among the others, the first first. */
export type Failures = ReadonlyMap<number, unknown>;

interface TransactionManner extends Pick<Manner, "isDry"> {
  /** Makes one error of several; the first of them by default. */
  readonly refusal?: (failures: Failures) => unknown;
}

/** Several use cases of what users make, as one change. */
export class Transactions<Nouns> {
  readonly #store: Changeable;
  readonly #nounsOn: (store: Changeable) => Nouns;

  /** @param nounsOn gives the use cases over another store. */
  constructor(store: Changeable, nounsOn: (store: Changeable) => Nouns) {
    this.#store = store;
    this.#nounsOn = nounsOn;
  }

  /**
   * Runs use cases as one transaction: all of them are done, or none. Each makes one change, and sees in it what those before it have changed. Returns what they
   * return. Throws what `refusal` makes of what they throw.
   */
  async run<Result>(
    works: readonly ((nouns: Nouns) => Promise<Result>)[],
    { isDry = false, refusal = firstOf }: TransactionManner = {},
  ): Promise<Result[]> {
    const store: Changeable = {
      view: this.#store.view,
      change: (plan) => changeOrRehearse(this.#store, { isDry }, plan),
    };
    try {
      return await jointly(
        store,
        works.map((work) => (on: Changeable) => work(this.#nounsOn(on))),
      );
    } catch (error) {
      throw error instanceof JointFailure ? refusal(error.failures) : error;
    }
  }
}

function firstOf(failures: Failures): unknown {
  const [first] = failures.values();
  return first;
}
