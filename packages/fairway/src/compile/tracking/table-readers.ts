import type { Row } from "@fairway/ovsdb";
import { type Columns, isSame } from "../../columns.ts";
import { beginningsOf, type IndexName, keysIn, type TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { Readers } from "./readers.ts";

/** The one key of who reads all rows of a table. */
const ALL = "";

/** One change of a row, of a table that is known. */
interface RowChange<T extends TableName> {
  readonly uuid: string;
  readonly old: IntentRow<T> | undefined;
  readonly new: IntentRow<T> | undefined;
}

/** Who read what of one table of the intent. */
export class TableReaders<T extends TableName> {
  readonly #table: T;
  readonly #bits = new Map<string, number>();
  /** Of rows by UUID, by the columns that were read, as a sum of bits; 0: whether the row is there at all. */
  readonly #rows = new Map<number, Readers>();
  /** Which rows there are. */
  readonly #all = new Readers();
  readonly #indexes = new Map<IndexName<T>, IndexReaders<T>>();

  constructor(table: T) {
    this.#table = table;
  }

  /** Who reads some columns of rows. */
  row(columns: number): Readers {
    return getOrMake(this.#rows, columns, () => new Readers());
  }

  index(name: IndexName<T>): IndexReaders<T> {
    return getOrMake(this.#indexes, name, () => new IndexReaders(this.#table, name));
  }

  /** Who reads which rows there are: the key is always the same. */
  get all(): { readonly readers: Readers; readonly key: string } {
    return { readers: this.#all, key: ALL };
  }

  /** The bit of a column; no table has more than 31. */
  bitOf(column: string): number {
    return getOrMake(this.#bits, column, () => 1 << this.#bits.size);
  }

  /** Touches who read what differs. Existence is compared in `settle`, when all changes of the transaction are counted. */
  follow({ uuid, old, new: now }: RowChange<T>): void {
    const comesOrGoes = (old === undefined) !== (now === undefined);
    if (comesOrGoes) this.#all.touch(ALL);
    const changed = comesOrGoes ? -1 : this.#changedBits(old, now);
    for (const [columns, readers] of this.#rows)
      if (comesOrGoes || (columns & changed) !== 0) readers.touch(uuid);
    for (const index of this.#indexes.values()) index.follow(old, now);
  }

  /** After all changes of a transaction. @param view shows it. */
  settle(view: View): void {
    for (const index of this.#indexes.values()) index.settle(view);
  }

  #changedBits(old: IntentRow<T> | undefined, now: IntentRow<T> | undefined): number {
    const [before, after] = [old, now] as unknown as readonly (Columns & Row)[];
    let bits = 0;
    for (const [column, bit] of this.#bits)
      if (!isSame(before?.[column], after?.[column] ?? null)) bits |= bit;
    return bits;
  }
}

/** Who read what under the keys of one index. */
export class IndexReaders<T extends TableName> {
  readonly #table: T;
  readonly #name: IndexName<T>;
  /** Of the rows under a key, or of how many they are. */
  readonly members = new Readers();
  /** Of whether there is any row under a key. */
  readonly existence = new Readers();
  /** The same of all keys with the same beginning, by that. */
  readonly existenceBehind = new Readers();
  /** How many more rows a key has since the transaction began. */
  readonly #more = new Map<string, number>();

  constructor(table: T, name: IndexName<T>) {
    this.#table = table;
    this.#name = name;
  }

  follow(old: IntentRow<T> | undefined, now: IntentRow<T> | undefined): void {
    if ([this.members, this.existence, this.existenceBehind].every(({ isEmpty }) => isEmpty)) return;
    const [before, after] = [old, now].map((row) => new Set(row && keysIn(this.#table, this.#name, row)));
    if (before === undefined || after === undefined) return;
    for (const key of before.symmetricDifference(after)) {
      this.members.touch(key);
      if (this.existence.has(key) || beginningsOf(key).some((first) => this.existenceBehind.has(first)))
        this.#more.set(key, (this.#more.get(key) ?? 0) + (after.has(key) ? 1 : -1));
    }
  }

  settle(view: View): void {
    for (const [key, more] of this.#more) {
      const count = view.count(this.#table, this.#name, key);
      if (count > 0 === count - more > 0) continue;
      this.existence.touch(key);
      for (const first of beginningsOf(key)) this.existenceBehind.touch(first);
    }
    this.#more.clear();
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
