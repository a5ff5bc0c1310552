import { invalid, readUuid, zeroUuid } from "./atom-codec.ts";
import { type ColumnCodec, columnCodec, sameValue } from "./column-codec.ts";
import { OvsdbError } from "./errors.ts";
import { isRecord, type WireRow } from "./notation.ts";
import type { ColumnValue, Row } from "./row-types.ts";
import type { ColumnType, DatabaseSchema, TableSchema } from "./schema.ts";

type Values = Record<string, ColumnValue>;

const uuidType: ColumnType = { key: { type: "uuid" }, value: undefined, min: 1, max: 1 };

/** Reads and writes the rows of one table. */
export class TableCodec {
  readonly name: string;
  readonly schema: TableSchema;
  readonly #columns = new Map<string, ColumnCodec>();

  constructor(database: DatabaseSchema, name: string) {
    const schema = Object.hasOwn(database.tables, name) ? database.tables[name] : undefined;
    if (schema === undefined) throw new OvsdbError("invalid value", `${database.name} has no table ${name}`);
    this.name = name;
    this.schema = schema;
    for (const [column, { type }] of Object.entries(schema.columns)) {
      this.#columns.set(column, columnCodec(type, `${name}.${column}`));
    }
    for (const column of ["_uuid", "_version"])
      this.#columns.set(column, columnCodec(uuidType, `${name}.${column}`));
  }

  /** Throws "invalid value" when the schema has no such column. */
  column(name: string): ColumnCodec {
    const codec = this.#columns.get(name);
    if (codec === undefined) throw new OvsdbError("invalid value", `${this.name} has no column ${name}`);
    return codec;
  }

  /** Encodes columns to be written; `undefined` counts as left out. */
  encodeRow(row: object, purpose: "insert" | "update" | "compare"): WireRow {
    const wire: [string, WireRow[string]][] = [];
    for (const [name, value] of Object.entries(row) as [string, unknown][]) {
      if (value === undefined || (name === "_uuid" && purpose === "insert")) continue;
      if (purpose !== "compare" && name.startsWith("_")) {
        throw invalid(`${this.name}.${name}`, value, "writable");
      }
      if (purpose === "update" && this.schema.columns[name]?.mutable === false) {
        throw new OvsdbError("invalid value", `${this.name}.${name} cannot be changed after the insert`);
      }
      wire.push([name, this.column(name).encode(value)]);
    }
    return Object.fromEntries(wire);
  }

  /** A reader of rows that hold the given columns only. */
  reader(columns: readonly string[]): RowReader {
    return new RowReader(
      this.name,
      columns.map((name) => [name, this.column(name)]),
    );
  }

  columnNames(): readonly string[] {
    return Object.keys(this.schema.columns);
  }
}

/** Makes frozen rows of what a server sends. All rows of one reader have the same columns in the same order. */
export class RowReader {
  readonly #table: string;
  readonly #codecs: ReadonlyMap<string, ColumnCodec>;
  readonly #empty: Values;

  constructor(table: string, columns: readonly (readonly [string, ColumnCodec])[]) {
    this.#table = table;
    this.#codecs = new Map(columns);
    // A row starts as a copy of this object, which keeps it in the engine's compact form however many columns it has.
    const values = [["_uuid", zeroUuid], ...columns.map(([name, codec]) => [name, codec.defaultValue])];
    this.#empty = Object.fromEntries(values) as Values;
  }

  /** A whole row; columns that are left out hold their default. Throws "protocol error". */
  read(uuid: string, wire: unknown): Row {
    const values = { ...this.#empty };
    values["_uuid"] = uuid;
    const source = this.#record(wire);
    for (const name in source) {
      const codec = this.#codecs.get(name);
      if (codec !== undefined && name !== "_uuid") values[name] = codec.decode(source[name]);
    }
    return Object.freeze(values) as unknown as Row;
  }

  /** A row of a select's answer, which carries its own `_uuid` if that was asked for. */
  readSelected(wire: unknown): Row {
    return this.read(readUuid(this.#record(wire)["_uuid"]) ?? zeroUuid, wire);
  }

  /** The row after a difference as `update2` carries it. Throws "protocol error". */
  applyDiff(old: Row, wire: unknown): Row {
    const values: Values = { ...(old as unknown as Values) };
    const source = this.#record(wire);
    for (const name in source) {
      const codec = this.#codecs.get(name);
      if (codec !== undefined && name !== "_uuid") {
        values[name] = codec.applyDiff(values[name] ?? codec.defaultValue, source[name]);
      }
    }
    return Object.freeze(values) as unknown as Row;
  }

  same(a: Row, b: Row): boolean {
    const left = a as unknown as Values;
    const right = b as unknown as Values;
    return Object.keys(this.#empty).every((name) => sameValue(left[name] ?? null, right[name] ?? null));
  }

  #record(wire: unknown): Readonly<Record<string, unknown>> {
    if (isRecord(wire)) return wire;
    throw new OvsdbError("protocol error", `${this.#table}: the server did not send a row`);
  }
}
