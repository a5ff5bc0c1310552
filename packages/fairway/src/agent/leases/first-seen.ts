/** For how long something has been so that may pass by itself. */
export class FirstSeen {
  readonly #atMs = new Map<string, number>();
  readonly #patienceMs: number;

  /** @param patienceMs after so long it has not passed. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** It is so at this moment. @returns in how many ms it has been so for long enough; 0: it has. */
  see(key: string): number {
    const now = performance.now();
    const since = this.#atMs.get(key) ?? now;
    this.#atMs.set(key, since);
    return Math.max(0, since + this.#patienceMs - now);
  }

  /** It is not so. */
  forget(key: string): void {
    this.#atMs.delete(key);
  }

  /** It is so of none but these. */
  keep(keys: { has(key: string): boolean }): void {
    for (const key of this.#atMs.keys()) if (!keys.has(key)) this.#atMs.delete(key);
  }
}
