/** Counts what goes on at the same time, by whom: of all together and of each one there is a most. */
export class Tally {
  readonly #most: { readonly ofAll: number; readonly ofOne: number };
  readonly #byOne = new Map<string, number>();
  #all = 0;

  constructor(most: { readonly ofAll: number; readonly ofOne: number }) {
    this.#most = most;
  }

  /** @returns false where that would be one too many; then it has not begun. */
  begin(who: string): boolean {
    const own = this.#byOne.get(who) ?? 0;
    if (own >= this.#most.ofOne || this.#all >= this.#most.ofAll) return false;
    this.#byOne.set(who, own + 1);
    this.#all++;
    return true;
  }

  end(who: string): void {
    const own = this.#byOne.get(who);
    if (own === undefined) return;
    this.#all--;
    if (own > 1) this.#byOne.set(who, own - 1);
    else this.#byOne.delete(who);
  }
}
