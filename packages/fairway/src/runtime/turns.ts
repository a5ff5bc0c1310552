/** Work that must not overlap: each call begins when the one before has ended, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** How many calls have not ended yet, the running one included. */
  get pending(): number {
    return this.#waiting;
  }

  /** Runs `work` in its turn. Resolves and rejects as `work` does; one that fails holds up nobody. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
