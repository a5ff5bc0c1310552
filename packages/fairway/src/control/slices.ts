import { setImmediate as nextTurn } from "node:timers/promises";

/** Cuts long work into slices, between which the event loop turns: Docker's calls share it. */
export class Slices {
  readonly #ms: number;
  #end: number;

  /** @param ms how long a slice may be. */
  constructor(ms: number) {
    this.#ms = ms;
    this.#end = performance.now() + ms;
  }

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#end = performance.now() + this.#ms;
  }
}
