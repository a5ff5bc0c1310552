/** How long all must have been well before it counts as well again, ms. */
const steadyMs = 1_000;

/** Whether this host can be a router's way out: at once not, when it cannot, and only after a while again. */
export class Readiness {
  #wellSinceMs: number | undefined;
  #trouble: string | null | undefined;

  /** Why it cannot; null where it can, undefined as long as nobody knows. */
  get trouble(): string | null | undefined {
    return this.#trouble;
  }

  /** @param trouble what a look has found; undefined: nothing. @param nowMs by `performance.now()`. */
  seen(trouble: string | undefined, nowMs: number): void {
    if (trouble !== undefined) {
      this.#wellSinceMs = undefined;
      this.#trouble = trouble;
      return;
    }
    this.#wellSinceMs ??= nowMs;
    if (nowMs - this.#wellSinceMs >= steadyMs) this.#trouble = null;
  }
}
