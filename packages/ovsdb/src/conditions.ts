import { type ColumnCodec, sameValue } from "./column-codec.ts";
import { OvsdbError } from "./errors.ts";
import type { Atom, ConditionFunction, WireCondition } from "./notation.ts";
import type { ColumnValue, Row } from "./row-types.ts";
import type { TableCodec } from "./table-codec.ts";

export type PlainCondition = readonly [column: string, test: ConditionFunction, value: unknown];

const ordering: ReadonlySet<string> = new Set(["<", "<=", ">=", ">"]);

/** Checks and encodes conditions (RFC 7047 §5.1). Throws "invalid value". */
export function encodeConditions(table: TableCodec, conditions: readonly unknown[]): WireCondition[] {
  return (conditions as readonly PlainCondition[]).map(([column, test, value]) => {
    const codec = table.column(column);
    const place = `${table.name}.${column} ${test}`;
    if (ordering.has(test) && !isNumber(codec)) {
      throw new OvsdbError("invalid value", `${place}: only numbers have an order`);
    }
    if (ordering.has(test) && value === null) {
      throw new OvsdbError("invalid value", `${place}: an empty value has no order`);
    }
    return [column, test, codec.encode(value, partOf(test))];
  });
}

/** Whether a row meets any of the conditions, judged as a server does. */
export function rowTest(table: TableCodec, conditions: readonly PlainCondition[]): (row: Row) => boolean {
  const tests = conditions.map(([column, test, value]) => {
    const codec = table.column(column);
    const operand = codec.decode(codec.encode(value, partOf(test)));
    return (row: Row) => {
      const held = (row as unknown as Readonly<Record<string, ColumnValue>>)[column];
      return meets(held ?? null, test, operand);
    };
  });
  return (row) => tests.some((test) => test(row));
}

/** `includes` and `excludes` take any number of elements, whatever the column's own bounds are. */
function partOf(test: ConditionFunction): "part" | undefined {
  return test === "includes" || test === "excludes" ? "part" : undefined;
}

function isNumber(codec: ColumnCodec): boolean {
  const numeric = codec.key.type.type === "integer" || codec.key.type.type === "real";
  return numeric && (codec.kind === "scalar" || codec.kind === "optional");
}

function meets(held: ColumnValue, test: ConditionFunction, operand: ColumnValue): boolean {
  if (test === "==") return sameValue(held, operand);
  if (test === "!=") return !sameValue(held, operand);
  if (test === "includes") return elements(operand).every((element) => holds(held, element));
  if (test === "excludes") return !elements(operand).some((element) => holds(held, element));
  if (typeof held !== "number" || typeof operand !== "number") return false;
  if (test === "<") return held < operand;
  if (test === "<=") return held <= operand;
  return test === ">" ? held > operand : held >= operand;
}

type Element = Atom | readonly [key: string, value: Atom];

/** What a value consists of: its atoms, or a map's pairs. */
function elements(value: ColumnValue): readonly Element[] {
  if (value === null) return [];
  if (typeof value !== "object") return [value];
  return Array.isArray(value) ? value : Object.entries(value);
}

function holds(held: ColumnValue, element: Element): boolean {
  return elements(held).some((each) => {
    if (typeof each !== "object" || typeof element !== "object") return each === element;
    return each[0] === element[0] && each[1] === element[1];
  });
}
