import { OvsdbError } from "./errors.ts";
import type { Atom } from "./notation.ts";
import {
  type BaseType,
  type ColumnSchema,
  type DatabaseSchema,
  parseSchema,
  type TableSchema,
} from "./schema.ts";

const lineWidth = 110;

/**
 * Writes the TypeScript types of a schema, and the schema itself for use at run time. The text depends on nothing but
 * the arguments, and is formatted.
 * @param source the parsed JSON of a `.ovsschema` file
 * @param tables the tables to keep; all by default
 * @throws OvsdbError "invalid schema"; "invalid argument" for a table that is not in it
 */
export function generateTypes(source: unknown, tables?: readonly string[]): string {
  const schema = parseSchema(source);
  for (const name of tables ?? []) {
    if (schema.tables[name] === undefined) {
      throw new OvsdbError("invalid argument", `${schema.name} has no table ${name}`);
    }
  }
  const kept = Object.keys(schema.tables)
    .filter((name) => tables?.includes(name) !== false)
    .sort();
  const named = kept.flatMap((name): [string, TableSchema][] => {
    const table = schema.tables[name];
    return table === undefined ? [] : [[name, table]];
  });
  return [
    `// Types of ${schema.name} ${schema.version}, made by ovsdb-types.`,
    'import { type DatabaseSchema, parseSchema } from "@fairway/ovsdb";',
    "",
    ...named.flatMap(([name, table]) => [...writeRow(name, table), ""]),
    "export interface Tables {",
    ...named.map(([name]) => `  readonly ${name}: ${rowName(name)};`),
    "}",
    "",
    `export const schema: DatabaseSchema = parseSchema(${writeJson(trim(source, kept, schema), 0, 0)});`,
    "",
  ].join("\n");
}

function writeRow(name: string, table: TableSchema): string[] {
  const columns = Object.keys(table.columns).sort();
  return [
    `export interface ${rowName(name)} {`,
    "  readonly _uuid: string;",
    ...columns.flatMap((column) => {
      const schema = table.columns[column];
      return schema === undefined ? [] : writeColumn(column, schema);
    }),
    "}",
  ];
}

function writeColumn(name: string, { type, mutable, ephemeral }: ColumnSchema): string[] {
  const notes = [
    ...describe(type.key, type.value === undefined ? "" : "Keys: "),
    ...(type.value === undefined ? [] : describe(type.value, "Values: ")),
    ...(mutable ? [] : ["Fixed at the insert."]),
    ...(ephemeral ? ["Not kept over a restart of the server."] : []),
  ];
  const property = `  readonly ${name}:`;
  const text = columnType(type);
  const line = `${property} ${text};`;
  return [
    ...(notes.length === 0 ? [] : [`  /** ${notes.join(" ")} */`]),
    ...(line.length <= lineWidth ? [line] : breakType(property, text)),
  ];
}

/** A union that is too long gets a line per member, as the formatter does it. */
function breakType(property: string, text: string): string[] {
  const set = /^readonly \((?<union>.*)\)\[\]$/.exec(text)?.groups?.["union"];
  if (set !== undefined) return [`${property} readonly (`, ...unionLines(set, "    "), "  )[];"];
  const map = /^Readonly<Partial<Record<(?<union>.*), (?<value>[^,]*)>>>$/.exec(text)?.groups;
  if (map?.["union"] !== undefined) {
    const keys = unionLines(map["union"], "        ");
    const value = `        ${map["value"]}`;
    return [
      `${property} Readonly<`,
      "    Partial<",
      "      Record<",
      `${keys.join("\n")},`,
      value,
      "      >",
      "    >",
      "  >;",
    ];
  }
  return text.includes(" | ")
    ? [property, `${unionLines(text, "    ").join("\n")};`]
    : [`${property} ${text};`];
}

function unionLines(union: string, indent: string): string[] {
  return union.split(" | ").map((member) => `${indent}| ${member}`);
}

function describe(type: BaseType, prefix: string): string[] {
  const { refTable, refType, minimum, maximum, minLength, maxLength } = type;
  const parts: string[] = [];
  if (refTable !== undefined) parts.push(`${refType} reference to ${refTable}`);
  if (minimum !== undefined || maximum !== undefined) parts.push(range(minimum, maximum));
  if (minLength !== undefined || maxLength !== undefined) {
    parts.push(`${range(minLength, maxLength)} characters`);
  }
  if (parts.length === 0) return [];
  const text = `${prefix}${parts.join(", ")}.`;
  return [text.charAt(0).toUpperCase() + text.slice(1)];
}

function range(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return `at most ${to}`;
  return to === undefined ? `at least ${from}` : `${from} to ${to}`;
}

function columnType({ key, value, min, max }: ColumnSchema["type"]): string {
  const element = atomType(key);
  if (value !== undefined) {
    const keys = key.enum !== undefined && key.type === "string";
    const entries = `${keys ? element : "string"}, ${atomType(value)}`;
    return keys ? `Readonly<Partial<Record<${entries}>>>` : `Readonly<Record<${entries}>>`;
  }
  if (max > 1) return element.includes(" | ") ? `readonly (${element})[]` : `readonly ${element}[]`;
  return min === 0 ? `${element} | null` : element;
}

const atomTypes = {
  integer: "number",
  real: "number",
  boolean: "boolean",
  string: "string",
  uuid: "string",
} as const;

function atomType(type: BaseType): string {
  return type.enum?.map((atom: Atom) => JSON.stringify(atom)).join(" | ") ?? atomTypes[type.type];
}

/** `Logical_Switch` becomes `LogicalSwitchRow`. */
function rowName(table: string): string {
  const words = table.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Row`;
}

/** The parts of the source that `parseSchema` reads. */
function trim(source: unknown, tables: readonly string[], schema: DatabaseSchema): unknown {
  const all = (source as { readonly tables: Readonly<Record<string, unknown>> }).tables;
  return {
    name: schema.name,
    version: schema.version,
    tables: Object.fromEntries(tables.map((name) => [name, all[name]])),
  };
}

/** JSON as the formatter leaves it: objects over several lines, arrays on one where they fit. */
function writeJson(value: unknown, depth: number, column: number): string {
  const indent = "  ".repeat(depth + 1);
  const end = "  ".repeat(depth);
  if (Array.isArray(value)) {
    const flat = `[${value.map((item) => writeFlat(item)).join(", ")}]`;
    if (column + flat.length + 1 <= lineWidth && !flat.includes("{") && !isMatrix(value)) return flat;
    return `[\n${value.map((item) => `${indent}${writeJson(item, depth + 1, indent.length)},\n`).join("")}${end}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([name, item]) => {
    const head = `${indent}${name}: `;
    return `${head}${writeJson(item, depth + 1, head.length)},\n`;
  });
  return `{\n${lines.join("")}${end}}`;
}

/** The formatter gives each element a line when there are several, all of them lists of several. */
function isMatrix(value: readonly unknown[]): boolean {
  return value.length > 1 && value.every((item) => Array.isArray(item) && item.length > 1);
}

function writeFlat(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map((item) => writeFlat(item)).join(", ")}]`
    : JSON.stringify(value);
}
