import type { Row } from "@fairway/ovsdb";
import { type Columns, isSame } from "../../columns.ts";
import { beginningsOf, type IndexName, keysIn, type TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { ColumnReaders, Readers } from "./readers.ts";

/** The one key of who reads all rows of a table. */
export const ALL = "";

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
  /** Of rows by UUID; who read none of the columns read whether the row is there at all. */
  readonly rows = new ColumnReaders();
  /** Of all rows there are. */
  readonly all = new ColumnReaders();
  readonly #indexes = new Map<IndexName<T>, IndexReaders<T>>();

  constructor(table: T) {
    this.#table = table;
  }

  index(name: IndexName<T>): IndexReaders<T> {
    return getOrMake(this.#indexes, name, () => new IndexReaders(this.#table, name));
  }

  /** The bit of a column; no table has more than 31. */
  bitOf(column: string): number {
    return getOrMake(this.#bits, column, () => 1 << this.#bits.size);
  }

  /** Touches who read what differs. Existence is compared in `settle`, when all changes of the transaction are counted. */
  follow({ uuid, old, new: now }: RowChange<T>): void {
    if (old === undefined || now === undefined) {
      this.rows.touch(uuid);
      this.all.touch(ALL);
      for (const index of this.#indexes.values()) index.follow(old, now, 0);
      return;
    }
    const changed = this.#changedBits(old, now);
    this.rows.touchColumns(uuid, changed);
    this.all.touchColumns(ALL, changed);
    for (const index of this.#indexes.values()) index.follow(old, now, changed);
  }

  /** After all changes of a transaction. @param view shows it. */
  settle(view: View): void {
    for (const index of this.#indexes.values()) index.settle(view);
  }

  #changedBits(old: IntentRow<T>, now: IntentRow<T>): number {
    const [before, after] = [old, now] as unknown as readonly [Columns & Row, Columns & Row];
    let bits = 0;
    for (const [column, bit] of this.#bits) if (!isSame(before[column], after[column] ?? null)) bits |= bit;
    return bits;
  }
}

/** Who read what under the keys of one index. */
export class IndexReaders<T extends TableName> {
  readonly #table: T;
  readonly #name: IndexName<T>;
  /** Of the rows under a key; who read none of the columns read how many they are. */
  readonly members = new ColumnReaders();
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

  /** @param changed the columns that differ, of a row that is there before and after. */
  follow(old: IntentRow<T> | undefined, now: IntentRow<T> | undefined, changed: number): void {
    if ([this.members, this.existence, this.existenceBehind].every(({ isEmpty }) => isEmpty)) return;
    const [before, after] = [this.#keysOf(old), this.#keysOf(now)];
    for (const key of before.intersection(after)) this.members.touchColumns(key, changed);
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

  #keysOf(row: IntentRow<T> | undefined): ReadonlySet<string> {
    return new Set(row && keysIn(this.#table, this.#name, row));
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
