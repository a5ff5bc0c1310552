import { setImmediate as nextTurn } from "node:timers/promises";

/** How long work goes on between two turns of the event loop, ms. */
const sliceMs = 4;

/** Cuts long work into slices, between which the event loop turns: Docker's calls share it. */
export class Slices {
  #end = performance.now() + sliceMs;

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#end = performance.now() + sliceMs;
  }
}
