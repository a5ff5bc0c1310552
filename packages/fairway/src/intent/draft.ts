import type { Operation } from "@fairway/ovsdb";
import { changedColumns, columnsOf } from "../columns.ts";
import type { Tables } from "./generated/fairway.ts";
import { type IndexName, indexes, keysIn, type TableName } from "./indexes.ts";
import { anyOp, byUuid } from "./operations.ts";
import type { IntentRow, View } from "./view.ts";

type Columns<T extends TableName> = Omit<IntentRow<T>, "_uuid">;

/** null: the row is deleted. */
type Drafted = { [T in TableName]: Map<string, IntentRow<T> | null> };

const tableNames = Object.keys(indexes) as readonly TableName[];

/**
 * Changes on top of a view, seen by whoever reads the draft and by nobody else. Drafts stand on each other: a plan's
 * on a batch's, so that a plan that fails leaves the batch as it was.
 */
export class Draft implements View {
  /** What the draft stands on. */
  readonly base: View;
  readonly #drafted = Object.fromEntries(tableNames.map((table) => [table, new Map()])) as Drafted;
  readonly #onAbandon: (() => void)[] = [];

  constructor(base: View) {
    this.base = base;
  }

  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined {
    const drafted = this.#drafted[table].get(uuid);
    return drafted === undefined ? this.base.get(table, uuid) : (drafted ?? undefined);
  }

  *rows<T extends TableName>(table: T): Iterable<IntentRow<T>> {
    const drafted: Map<string, IntentRow<T> | null> = this.#drafted[table];
    for (const row of this.base.rows(table)) if (!drafted.has(row._uuid)) yield row;
    for (const row of drafted.values()) if (row !== null) yield row;
  }

  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] {
    const drafted: Map<string, IntentRow<T> | null> = this.#drafted[table];
    const base = this.base.find(table, index, key);
    if (drafted.size === 0) return base;
    const found = base.filter((row) => !drafted.has(row._uuid));
    for (const row of drafted.values()) if (row !== null && hasKey(table, index, row, key)) found.push(row);
    return found;
  }

  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number {
    const drafted: Map<string, IntentRow<T> | null> = this.#drafted[table];
    let count = this.base.count(table, index, key);
    for (const [uuid, row] of drafted) {
      const before = this.base.get(table, uuid);
      if (before !== undefined && hasKey(table, index, before, key)) count--;
      if (row !== null && hasKey(table, index, row, key)) count++;
    }
    return count;
  }

  insert<T extends TableName>(table: T, uuid: string, columns: Columns<T>): IntentRow<T> {
    const row = { ...columns, _uuid: uuid } as IntentRow<T>;
    this.#put(table, uuid, row);
    return row;
  }

  /** What is not there any more stays away. */
  update<T extends TableName>(table: T, uuid: string, columns: Partial<Columns<T>>): void {
    const row = this.get(table, uuid);
    if (row !== undefined) this.#put(table, uuid, { ...row, ...columns });
  }

  delete(table: TableName, uuid: string): void {
    this.#put(table, uuid, null);
  }

  /** The rows of a table that were drafted, as they were and as they are to be; undefined: not there. */
  changes<T extends TableName>(
    table: T,
  ): readonly { readonly before: IntentRow<T> | undefined; readonly after: IntentRow<T> | undefined }[] {
    const drafted: Map<string, IntentRow<T> | null> = this.#drafted[table];
    return Array.from(drafted, ([uuid, row]) => ({
      before: this.base.get(table, uuid),
      after: row ?? undefined,
    }));
  }

  /** Runs `undo` if what was drafted so far does not become true. */
  onAbandon(undo: () => void): void {
    this.#onAbandon.push(undo);
  }

  /** Undoes the last thing first. @returns what the undoings threw: one that fails keeps no other from its turn. */
  abandon(): readonly unknown[] {
    const undoings = this.#onAbandon.splice(0).toReversed();
    return undoings.flatMap((undo) => {
      try {
        undo();
        return [];
      } catch (error) {
        return [error];
      }
    });
  }

  /** Hands everything to the draft below. */
  mergeInto(below: Draft): void {
    for (const table of tableNames)
      for (const [uuid, row] of this.#drafted[table]) below.#put(table, uuid, row);
    below.#onAbandon.push(...this.#onAbandon.splice(0));
  }

  /** The least that makes the base equal to the draft: an operation for each row that differs. */
  operations(): Operation[] {
    return tableNames.flatMap((table) => this.#operationsOf(table));
  }

  #operationsOf<T extends TableName>(table: T): Operation[] {
    const operations: Operation[] = [];
    for (const [uuid, row] of this.#drafted[table] as Map<string, IntentRow<T> | null>) {
      const before = this.base.get(table, uuid);
      if (row === null) {
        if (before !== undefined) operations.push(anyOp.delete(table, byUuid(uuid)));
      } else if (before === undefined) {
        operations.push(anyOp.insert(table, columnsOf(row), uuid));
      } else {
        const changed = changedColumns(before, columnsOf(row));
        if (Object.keys(changed).length > 0) operations.push(anyOp.update(table, byUuid(uuid), changed));
      }
    }
    return operations;
  }

  #put<T extends TableName>(table: T, uuid: string, row: IntentRow<T> | null): void {
    (this.#drafted[table] as Map<string, Tables[T] | null>).set(uuid, row);
  }
}

function hasKey<T extends TableName>(table: T, index: IndexName<T>, row: IntentRow<T>, key: string): boolean {
  return keysIn(table, index, row).includes(key);
}
