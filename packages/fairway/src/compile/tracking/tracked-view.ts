import type { Row } from "@fairway/ovsdb";
import { type IndexName, keyOf, type TableName } from "../../intent/indexes.ts";
import type { FactValue, IntentRow, Recorder, View } from "../../intent/view.ts";
import type { ColumnReaders, Read, Reader, Readers } from "./readers.ts";
import { ALL, type TableReaders } from "./table-readers.ts";

/** What a tracked view needs of whoever keeps what was read. */
export interface Tracker {
  readonly view: View;
  table<T extends TableName>(table: T): TableReaders<T>;
  /** A fact, and where it is noted who asks for it. */
  recall(compute: Compute, args: readonly string[]): Read & { value(): FactValue };
}

export type Compute = (view: View, ...args: readonly string[]) => FactValue;

/**
 * The intent as one reader reads it, once. What it reads is noted: which row, key of an index or table it asked for, and the columns that it
 * looked at in the rows that it got. Rows are good for as long as the reader is being made.
 */
export class TrackedView implements View, Recorder {
  readonly #tracker: Tracker;
  readonly #reader: Reader;
  readonly #questions: Question[] = [];
  /** Rows that were asked for by UUID. */
  readonly #rows = new Map<string, IntentRow<TableName>>();
  readonly #reads: (Readers | string)[] = [];

  constructor(tracker: Tracker, reader: Reader) {
    this.#tracker = tracker;
    this.#reader = reader;
  }

  get recorder(): Recorder {
    return this;
  }

  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined {
    const known = this.#rows.get(uuid);
    if (known !== undefined) return known as IntentRow<T>;
    const readers = this.#tracker.table(table);
    const question = this.#ask(readers, readers.rows, uuid);
    const row = this.#tracker.view.get(table, uuid);
    if (row === undefined) return undefined;
    const shown = question.show(row);
    this.#rows.set(uuid, shown);
    return shown;
  }

  *rows<T extends TableName>(table: T): Iterable<IntentRow<T>> {
    const readers = this.#tracker.table(table);
    const question = this.#ask(readers, readers.all, ALL);
    for (const row of this.#tracker.view.rows(table)) yield question.show(row);
  }

  /** By UUID: an index's own order changes with its rows, unseen. */
  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] {
    const readers = this.#tracker.table(table);
    const question = this.#ask(readers, readers.index(index).members, key);
    return this.#tracker.view
      .find(table, index, key)
      .toSorted((one, other) => (one._uuid < other._uuid ? -1 : 1))
      .map((row) => question.show(row));
  }

  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number {
    this.#note(this.#tracker.table(table).index(index).members.of(0), key);
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
    for (const question of this.#questions) this.#note(question.close(), question.key);
    this.#reader.hold(this.#reads);
  }

  #ask(table: Columned, readers: ColumnReaders, key: string): Question {
    const question = new Question(table, readers, key);
    this.#questions.push(question);
    return question;
  }

  #note(readers: Readers, key: string): void {
    if (readers.add(key, this.#reader)) this.#reads.push(readers, key);
  }
}

type Columned = Pick<TableReaders<TableName>, "bitOf">;

/** Something that was asked for, and what of the answer is looked at. */
class Question implements ProxyHandler<Row> {
  readonly key: string;
  readonly #table: Columned;
  readonly #readers: ColumnReaders;
  #columns = 0;
  #isClosed = false;

  constructor(table: Columned, readers: ColumnReaders, key: string) {
    this.key = key;
    this.#table = table;
    this.#readers = readers;
  }

  /** A row of the answer, as the reader sees it. */
  show<R extends Row>(row: R): R {
    return new Proxy<R>(row, this);
  }

  get(row: Row, column: string | symbol): unknown {
    if (typeof column === "string" && column !== "_uuid") {
      if (this.#isClosed) throw new Error(`${column} was read after what the row was read for had been made`);
      this.#columns |= this.#table.bitOf(column);
    }
    return Reflect.get(row, column);
  }

  /** @returns where it is noted. */
  close(): Readers {
    this.#isClosed = true;
    return this.#readers.of(this.#columns);
  }
}
