/** How long a value is good without asking again, and how long it is better than none, ms. */
export interface Keeping {
  readonly freshMs: number;
  readonly staleMs: number;
}

interface Kept<Value> {
  readonly value: Value;
  readonly askedAt: number;
}

/**
 * Answers that are kept for a while. Who asks for the same at the same time shares one question; when asking fails, what was known
 * before is still given for a longer while.
 */
export class AnswerCache<Value> {
  readonly #keeping: (value: Value) => Keeping;
  readonly #now: () => number;
  readonly #limit: number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept<Value>>();
  readonly #asking = new Map<string, Promise<Value>>();

  /** @param limit how many values are kept. @param now the time in ms. */
  constructor(keeping: (value: Value) => Keeping, limit: number, now: () => number) {
    this.#keeping = keeping;
    this.#limit = limit;
    this.#now = now;
  }

  /** @throws what `ask` threw where nothing is known from before. */
  async get(key: string, ask: () => Promise<Value>): Promise<Value> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#age(kept) < this.#keeping(kept.value).freshMs) {
      this.#put(key, kept);
      return kept.value;
    }
    try {
      return await this.#ask(key, ask);
    } catch (error) {
      if (kept === undefined || this.#age(kept) >= this.#keeping(kept.value).staleMs) throw error;
      return kept.value;
    }
  }

  #ask(key: string, ask: () => Promise<Value>): Promise<Value> {
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const askedAt = this.#now();
    const asking = ask()
      .then((value) => {
        this.#put(key, { value, askedAt });
        return value;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #put(key: string, kept: Kept<Value>): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) return;
      this.#kept.delete(oldest);
    }
  }

  #age({ askedAt }: Kept<Value>): number {
    return this.#now() - askedAt;
  }
}
