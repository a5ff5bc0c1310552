/** Something that is made of what it reads in the intent: a unit, an item of a host, or a fact that others read. */
export abstract class Reader {
  /** What it read when it was made last. */
  reads: readonly Read[] = [];

  /** Something that it read is not what it was. */
  abstract touched(): void;
}

export interface Read {
  readonly readers: Readers;
  readonly key: string;
}

/** Who read what, by key. Most things have one reader, which is then held without a collection around it. */
export class Readers {
  readonly #byKey = new Map<string, Reader | Set<Reader>>();
  readonly #unread: ((key: string) => void) | undefined;

  /** @param unread hears of each key that has no reader any more. */
  constructor(unread?: (key: string) => void) {
    this.#unread = unread;
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** @returns whether that is news; the reader's own side is the caller's. */
  add(key: string, reader: Reader): boolean {
    const known = this.#byKey.get(key);
    if (known === reader || (known instanceof Set && known.has(reader))) return false;
    if (known === undefined) this.#byKey.set(key, reader);
    else if (known instanceof Set) known.add(reader);
    else this.#byKey.set(key, new Set([known, reader]));
    return true;
  }

  /** The reader's own side is the caller's. */
  remove(key: string, reader: Reader): void {
    const known = this.#byKey.get(key);
    if (known instanceof Set) {
      known.delete(reader);
      if (known.size === 1) for (const last of known) this.#byKey.set(key, last);
    } else if (known === reader) {
      this.#byKey.delete(key);
      this.#unread?.(key);
    }
  }

  /** Tells all readers of a key. */
  touch(key: string): void {
    const known = this.#byKey.get(key);
    if (known instanceof Set) for (const reader of known) reader.touched();
    else known?.touched();
  }
}
