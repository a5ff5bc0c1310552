/** What a run prints: every step with its number, when it began and how it ended. */
export class Journal {
  readonly #begunAt = performance.now();
  readonly #faults = new Map<string, number>();
  #number = 0;

  /** The next step's. */
  number(): number {
    return ++this.#number;
  }

  get steps(): number {
    return this.#number;
  }

  begin(number: number, title: string): void {
    this.say(`#${number} ${title}`);
  }

  end(number: number, how: string): void {
    this.say(`#${number}   → ${how}`);
  }

  /** Counts a fault by its kind. */
  count(kind: string): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1);
  }

  /** `kill fairway 3, partition 1`. */
  get faults(): string {
    const kinds = [...this.#faults].sort(([one], [other]) => (one < other ? -1 : 1));
    return kinds.map(([kind, times]) => `${kind} ${times}`).join(", ") || "none";
  }

  say(text: string): void {
    const seconds = (performance.now() - this.#begunAt) / 1000;
    console.log(`${seconds.toFixed(1).padStart(7)} ${text}`);
  }
}
