import type { Change } from "@fairway/ovsdb";
import { TableStore } from "../../../ovsdb/src/replica-table.ts";
import type { Tables } from "../../src/intent/generated/fairway.ts";
import { type IndexName, indexes, type TableName } from "../../src/intent/indexes.ts";
import type { IntentRow, View } from "../../src/intent/view.ts";

/** One row as a transaction leaves it; undefined: it is gone. */
export type Write = { readonly [T in TableName]: WriteIn<T> }[TableName];

interface WriteIn<T extends TableName> {
  readonly table: T;
  readonly uuid: string;
  readonly row: Omit<IntentRow<T>, "_uuid"> | undefined;
}

/** The intent without a database, with a replica's own tables and indexes: no schema keeps its rows from making no sense. */
export class IntentInMemory implements View {
  readonly #tables = new Map(
    Object.entries(indexes).map(([table, keys]) => [
      table as TableName,
      new TableStore<IntentRow<TableName>>(table, keys as ConstructorParameters<typeof TableStore>[1]),
    ]),
  );

  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined {
    return this.#table(table).get(uuid);
  }

  rows<T extends TableName>(table: T): Iterable<IntentRow<T>> {
    return this.#table(table).rows();
  }

  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] {
    return this.#table(table).find(index, key);
  }

  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number {
    return this.#table(table).count(index, key);
  }

  /** One transaction, and what a replica would tell of it: a change for each row. */
  write(writes: readonly Write[]): readonly Change<Tables>[] {
    const last = new Map(writes.map((write) => [write.uuid, write]));
    return [...last.values()].flatMap(({ table, uuid, row }) => {
      const now = row === undefined ? undefined : Object.freeze({ ...row, _uuid: uuid });
      const old = this.#table(table).set(uuid, now);
      return old === undefined && now === undefined
        ? []
        : ([{ table, uuid, old, new: now }] as unknown as Change<Tables>[]);
    });
  }

  #table<T extends TableName>(table: T): TableStore<IntentRow<T>> {
    return this.#tables.get(table) as unknown as TableStore<IntentRow<T>>;
  }
}
