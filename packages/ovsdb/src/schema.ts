import { OvsdbError } from "./errors.ts";
import { type Atom, isRecord } from "./notation.ts";

/** A database's schema (RFC 7047 §3.2) with every default filled in. */
export interface DatabaseSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: Readonly<Record<string, TableSchema>>;
}

export interface TableSchema {
  readonly columns: Readonly<Record<string, ColumnSchema>>;
  readonly maxRows: number;
  readonly isRoot: boolean;
  readonly indexes: readonly (readonly string[])[];
}

export interface ColumnSchema {
  readonly type: ColumnType;
  readonly ephemeral: boolean;
  readonly mutable: boolean;
}

export interface ColumnType {
  readonly key: BaseType;
  readonly value: BaseType | undefined;
  readonly min: number;
  /** `Infinity` for "unlimited". */
  readonly max: number;
}

type AtomicType = "integer" | "real" | "boolean" | "string" | "uuid";

export interface BaseType {
  readonly type: AtomicType;
  readonly enum?: readonly Atom[];
  /** Bounds of an integer's or a real's value. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Bounds of a string's length in characters (Unicode code points). */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly refTable?: string;
  readonly refType?: "strong" | "weak";
}

const atomicTypes: ReadonlySet<string> = new Set(["integer", "real", "boolean", "string", "uuid"]);

/**
 * Reads a `.ovsschema` file's parsed JSON, or a server's answer to `get_schema`.
 * Throws "invalid schema" with the place of the fault.
 */
export function parseSchema(json: unknown): DatabaseSchema {
  const source = record(json, "schema");
  const tables = record(source["tables"], "tables");
  return {
    name: text(source["name"], "name"),
    version: source["version"] === undefined ? "0.0.0" : text(source["version"], "version"),
    tables: mapValues(tables, (table, name) => parseTable(table, name)),
  };
}

function parseTable(json: unknown, name: string): TableSchema {
  const source = record(json, name);
  const columns = mapValues(record(source["columns"], `${name}.columns`), (column, key) =>
    parseColumn(column, `${name}.${key}`),
  );
  const indexes = source["indexes"] === undefined ? [] : list(source["indexes"], `${name}.indexes`);
  return {
    columns,
    maxRows: optionalNumber(source["maxRows"], `${name}.maxRows`) ?? Number.POSITIVE_INFINITY,
    isRoot: flag(source["isRoot"], false, `${name}.isRoot`),
    indexes: indexes.map((index) => list(index, `${name}.indexes`).map((column) => text(column, name))),
  };
}

function parseColumn(json: unknown, place: string): ColumnSchema {
  const source = record(json, place);
  return {
    type: parseColumnType(source["type"], place),
    ephemeral: flag(source["ephemeral"], false, `${place}.ephemeral`),
    mutable: flag(source["mutable"], true, `${place}.mutable`),
  };
}

function parseColumnType(json: unknown, place: string): ColumnType {
  if (typeof json === "string") return { key: parseBaseType(json, place), value: undefined, min: 1, max: 1 };
  const source = record(json, place);
  const value = source["value"] === undefined ? undefined : parseBaseType(source["value"], `${place}.value`);
  const min = optionalNumber(source["min"], `${place}.min`) ?? 1;
  const unlimited = source["max"] === "unlimited";
  const max = unlimited ? Number.POSITIVE_INFINITY : (optionalNumber(source["max"], `${place}.max`) ?? 1);
  if (min < 0 || min > 1 || max < 1) fault(place, "min must be 0 or 1, and max at least 1");
  return { key: parseBaseType(source["key"], `${place}.key`), value, min, max };
}

function parseBaseType(json: unknown, place: string): BaseType {
  if (typeof json === "string") return { type: atomicType(json, place) };
  const source = record(json, place);
  const type = atomicType(source["type"], place);
  const minimum = optionalNumber(source[type === "real" ? "minReal" : "minInteger"], place);
  const maximum = optionalNumber(source[type === "real" ? "maxReal" : "maxInteger"], place);
  const minLength = optionalNumber(source["minLength"], place);
  const maxLength = optionalNumber(source["maxLength"], place);
  const refTable = source["refTable"] === undefined ? undefined : text(source["refTable"], place);
  return {
    type,
    ...(source["enum"] === undefined ? {} : { enum: parseEnum(source["enum"], place) }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(refTable === undefined
      ? {}
      : { refTable, refType: source["refType"] === "weak" ? ("weak" as const) : ("strong" as const) }),
  };
}

/** An enum is a set in notation: `["set", [atom, ...]]` or one bare atom. */
function parseEnum(json: unknown, place: string): readonly Atom[] {
  const atoms = Array.isArray(json) && json[0] === "set" ? list(json[1], `${place}.enum`) : [json];
  return atoms.map((atom) => {
    if (typeof atom === "string" || typeof atom === "number" || typeof atom === "boolean") return atom;
    return fault(`${place}.enum`, "expected strings, numbers or booleans");
  });
}

function atomicType(json: unknown, place: string): AtomicType {
  if (typeof json === "string" && atomicTypes.has(json)) return json as AtomicType;
  return fault(place, `${JSON.stringify(json)} is not an atomic type`);
}

function mapValues<V>(source: Readonly<Record<string, unknown>>, parse: (value: unknown, key: string) => V) {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, parse(value, key)]));
}

function record(json: unknown, place: string): Readonly<Record<string, unknown>> {
  return isRecord(json) ? json : fault(place, "expected an object");
}

function list(json: unknown, place: string): readonly unknown[] {
  return Array.isArray(json) ? json : fault(place, "expected an array");
}

function text(json: unknown, place: string): string {
  return typeof json === "string" ? json : fault(place, "expected a string");
}

function flag(json: unknown, otherwise: boolean, place: string): boolean {
  if (json === undefined) return otherwise;
  return typeof json === "boolean" ? json : fault(place, "expected true or false");
}

function optionalNumber(json: unknown, place: string): number | undefined {
  if (json === undefined) return undefined;
  return typeof json === "number" ? json : fault(place, "expected a number");
}

function fault(place: string, reason: string): never {
  throw new OvsdbError("invalid schema", `${place}: ${reason}`);
}
