/** Something that is made of what it reads in the intent: a unit, an item of a host, or a fact that others read. */
export abstract class Reader {
  /** What it read when it was made last. */
  #reads: Reads = nothing;

  /** Something that it read is not what it was. */
  abstract touched(): void;

  /** Keeps what it has read, for `release`. */
  hold(reads: Reads): void {
    // A copy has no room to grow.
    this.#reads = reads.slice();
  }

  /** From now on it has read nothing. */
  release(): void {
    const reads = this.#reads;
    this.#reads = nothing;
    for (let at = 0; at < reads.length; at += 2) (reads[at] as Readers).remove(reads[at + 1] as string, this);
  }
}

/** Where each read is noted, and its key, in turn: there are hundreds of thousands of them, and an object for each would take thrice the memory. */
type Reads = readonly (Readers | string)[];

const nothing: Reads = [];

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

/** Who read what under keys, by the columns that were read, as a sum of bits; 0: none of them. */
export class ColumnReaders {
  readonly #byColumns = new Map<number, Readers>();

  get isEmpty(): boolean {
    return this.#byColumns.values().every(({ isEmpty }) => isEmpty);
  }

  of(columns: number): Readers {
    const known = this.#byColumns.get(columns) ?? new Readers();
    this.#byColumns.set(columns, known);
    return known;
  }

  /** Tells who read one of the columns that differ. */
  touchColumns(key: string, changed: number): void {
    for (const [columns, readers] of this.#byColumns) if ((columns & changed) !== 0) readers.touch(key);
  }

  /** Tells all readers of a key: a row came to it or left it. */
  touch(key: string): void {
    for (const readers of this.#byColumns.values()) readers.touch(key);
  }
}
