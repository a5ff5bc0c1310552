import { type IndexName, keyOf, type TableName } from "../../intent/indexes.ts";
import type { FactValue, IntentRow, Recorder, View } from "../../intent/view.ts";
import type { Read, Reader, Readers } from "./readers.ts";
import type { TableReaders } from "./table-readers.ts";

/** What a tracked view needs of whoever keeps what was read. */
export interface Tracker {
  readonly view: View;
  table<T extends TableName>(table: T): TableReaders<T>;
  /** A fact, and where it is noted who asks for it. */
  recall(compute: Compute, args: readonly string[]): Read & { value(): FactValue };
}

export type Compute = (view: View, ...args: readonly string[]) => FactValue;

/**
 * The intent as one reader reads it, once. What it reads is noted: of rows the columns that it looks at, of indexes the keys that it asks
 * for. Rows are good for as long as the reader is being made.
 */
export class TrackedView implements View, Recorder {
  readonly #tracker: Tracker;
  readonly #reader: Reader;
  readonly #rows = new Map<string, RowRead>();
  readonly #reads: Read[] = [];

  constructor(tracker: Tracker, reader: Reader) {
    this.#tracker = tracker;
    this.#reader = reader;
  }

  get recorder(): Recorder {
    return this;
  }

  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined {
    const row = this.#tracker.view.get(table, uuid);
    if (row !== undefined) return this.#read(table, row, true);
    this.#note(this.#tracker.table(table).row(0), uuid);
    return undefined;
  }

  *rows<T extends TableName>(table: T): Iterable<IntentRow<T>> {
    const { readers, key } = this.#tracker.table(table).all;
    this.#note(readers, key);
    for (const row of this.#tracker.view.rows(table)) yield this.#read(table, row);
  }

  /** By UUID: an index's own order changes with its rows, unseen. */
  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] {
    this.#note(this.#tracker.table(table).index(index).members, key);
    return this.#tracker.view
      .find(table, index, key)
      .toSorted((one, other) => (one._uuid < other._uuid ? -1 : 1))
      .map((row) => this.#read(table, row));
  }

  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number {
    this.#note(this.#tracker.table(table).index(index).members, key);
    return this.#tracker.view.count(table, index, key);
  }

  has<T extends TableName>(table: T, index: IndexName<T>, key: string): boolean {
    this.#note(this.#tracker.table(table).index(index).existence, key);
    return this.#tracker.view.count(table, index, key) > 0;
  }

  hasAmong<T extends TableName>(
    table: T,
    index: IndexName<T>,
    first: string,
    lasts: readonly string[],
  ): readonly string[] {
    this.#note(this.#tracker.table(table).index(index).existenceBehind, first);
    return lasts.filter((last) => this.#tracker.view.count(table, index, keyOf(first, last)) > 0);
  }

  recall<V extends FactValue>(
    compute: (view: View, ...args: readonly string[]) => V,
    args: readonly string[],
  ): V {
    const fact = this.#tracker.recall(compute, args);
    this.#note(fact.readers, fact.key);
    return fact.value() as V;
  }

  /** The reader is made: what it read is noted on its own side, and its rows are of no more use. */
  close(): void {
    for (const read of this.#rows.values()) {
      const columns = read.close();
      if (columns !== undefined) this.#note(read.readers.row(columns), read.uuid);
    }
    // A copy has no room to grow.
    this.#reader.reads = this.#reads.slice();
  }

  #note(readers: Readers, key: string): void {
    if (readers.add(key, this.#reader)) this.#reads.push({ readers, key });
  }

  /** @param isAsked whether the row was asked for by its UUID. */
  #read<T extends TableName>(table: T, row: IntentRow<T>, isAsked = false): IntentRow<T> {
    const readers = this.#tracker.table(table) as unknown as TableReaders<TableName>;
    const read = this.#rows.get(row._uuid) ?? new RowRead(readers, row);
    read.isAsked ||= isAsked;
    this.#rows.set(row._uuid, read);
    return read.proxy as IntentRow<T>;
  }
}

/** One row as it is read. */
class RowRead implements ProxyHandler<IntentRow<TableName>> {
  readonly proxy: IntentRow<TableName>;
  readonly readers: TableReaders<TableName>;
  readonly uuid: string;
  /** Whether also its existence was: whoever came to it otherwise hears of its end by that way. */
  isAsked = false;
  #columns = 0;
  #isClosed = false;

  constructor(readers: TableReaders<TableName>, row: IntentRow<TableName>) {
    this.readers = readers;
    this.uuid = row._uuid;
    this.proxy = new Proxy(row, this);
  }

  get(row: IntentRow<TableName>, column: string | symbol): unknown {
    if (typeof column === "string" && column !== "_uuid") {
      if (this.#isClosed) throw new Error(`${column} was read after what the row was read for had been made`);
      this.#columns |= this.readers.bitOf(column);
    }
    return Reflect.get(row, column);
  }

  /** @returns the columns that were read, as a sum of bits; undefined where nothing is to be noted. */
  close(): number | undefined {
    this.#isClosed = true;
    return this.#columns !== 0 || this.isAsked ? this.#columns : undefined;
  }
}
