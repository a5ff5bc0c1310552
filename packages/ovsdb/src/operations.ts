import { checkId, checkUuid, invalid } from "./atom-codec.ts";
import { encodeConditions } from "./conditions.ts";
import { OvsdbError } from "./errors.ts";
import { encodeMutations } from "./mutations.ts";
import type { Operation, OperationResult } from "./notation.ts";
import type {
  AnyTables,
  ColumnName,
  Condition,
  Mutation,
  NamedUuid,
  RowInput,
  TableName,
  TablesOf,
} from "./row-types.ts";
import type { DatabaseSchema } from "./schema.ts";
import { TableCodec } from "./table-codec.ts";

/**
 * Builds operations from plain values. Every method checks what it is given against the schema and throws
 * "invalid value" before anything is sent. Conditions of one `where` must all hold.
 */
export class Operations<Tables extends TablesOf<Tables>> {
  readonly #schema: DatabaseSchema;
  readonly #tables = new Map<string, TableCodec>();

  constructor(schema: DatabaseSchema) {
    this.#schema = schema;
  }

  /**
   * @param uuid the UUID that the row shall have (Open vSwitch 2.13 and later), which makes a repeated insert fail
   *   with "duplicate uuid"; or `{ named }`, under which other operations of the transaction mention the row
   */
  insert<T extends TableName<Tables>>(
    table: T,
    row: RowInput<Tables[T]>,
    uuid?: string | NamedUuid,
  ): Operation {
    if ("_uuid" in row && row._uuid !== uuid) {
      throw invalid(`${table}._uuid`, row._uuid, "the insert's own UUID");
    }
    const wire = { op: "insert", table, row: this.#table(table).encodeRow(row, "insert") } as const;
    if (uuid === undefined) return wire;
    if (typeof uuid === "string") return { ...wire, uuid: checkUuid(uuid, `${table}._uuid`) };
    return { ...wire, "uuid-name": checkId(uuid.named, `${table}._uuid`) };
  }

  update<T extends TableName<Tables>>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    row: RowInput<Tables[T]>,
  ): Operation {
    const codec = this.#table(table);
    return {
      op: "update",
      table,
      where: encodeConditions(codec, where),
      row: codec.encodeRow(row, "update"),
    };
  }

  mutate<T extends TableName<Tables>>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    mutations: readonly Mutation<Tables[T]>[],
  ): Operation {
    const codec = this.#table(table);
    return {
      op: "mutate",
      table,
      where: encodeConditions(codec, where),
      mutations: encodeMutations(codec, mutations),
    };
  }

  delete<T extends TableName<Tables>>(table: T, where: readonly Condition<Tables[T]>[]): Operation {
    return { op: "delete", table, where: encodeConditions(this.#table(table), where) };
  }

  /** Reads rows, `_uuid` included; `rows` turns the result into plain values. */
  select<T extends TableName<Tables>>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    columns?: readonly ColumnName<Tables[T]>[],
  ): Operation {
    const codec = this.#table(table);
    const names = [...new Set(["_uuid", ...(columns ?? codec.columnNames())])];
    for (const name of names) codec.column(name);
    return { op: "select", table, where: encodeConditions(codec, where), columns: names };
  }

  /** The rows that a `select` of this table gave; a column that was not asked for holds its default. */
  rows<T extends TableName<Tables>>(table: T, result: OperationResult | undefined): readonly Tables[T][] {
    const codec = this.#table(table);
    const reader = codec.reader(codec.columnNames());
    return (result?.rows ?? []).map((row) => reader.readSelected(row) as Tables[T]);
  }

  /**
   * Lets the transaction go on only when the selected rows, as far as `columns` go, equal `rows` (or differ, "!=").
   * @param timeoutMs how long the server waits for that; 0 tests at once and fails with "timed out"
   */
  wait<T extends TableName<Tables>>(
    table: T,
    where: readonly Condition<Tables[T]>[],
    columns: readonly ColumnName<Tables[T]>[],
    until: "==" | "!=",
    rows: readonly (RowInput<Tables[T]> & { readonly _uuid?: string })[],
    timeoutMs: number,
  ): Operation {
    const codec = this.#table(table);
    for (const column of columns) codec.column(column);
    if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 0) {
      throw new OvsdbError("invalid value", `wait: ${timeoutMs} is not a number of milliseconds`);
    }
    return {
      op: "wait",
      table,
      where: encodeConditions(codec, where),
      columns,
      until,
      rows: rows.map((row) => codec.encodeRow(row, "compare")),
      timeout: timeoutMs,
    };
  }

  /** Fails with "not owner" unless this connection holds the lock. On a cluster this is not a fence. */
  assert(lock: string | { readonly name: string }): Operation {
    return { op: "assert", lock: checkId(typeof lock === "string" ? lock : lock.name, "assert") };
  }

  /** A text for the database's log. */
  comment(text: string): Operation {
    return { op: "comment", comment: text };
  }

  /** @param durable the reply comes only when the transaction is on disk */
  commit(durable: boolean): Operation {
    return { op: "commit", durable };
  }

  abort(): Operation {
    return { op: "abort" };
  }

  #table(name: string): TableCodec {
    let codec = this.#tables.get(name);
    if (codec === undefined) {
      codec = new TableCodec(this.#schema, name);
      this.#tables.set(name, codec);
    }
    return codec;
  }
}

/** Writes the operations of a transaction (RFC 7047 §5.2), typed by a schema. */
export function operationsFor<Tables extends TablesOf<Tables> = AnyTables>(
  schema: DatabaseSchema,
): Operations<Tables> {
  return new Operations<Tables>(schema);
}

/** The condition that selects one row. */
export function byUuid(uuid: string): readonly [readonly ["_uuid", "==", string]] {
  return [["_uuid", "==", uuid]];
}
