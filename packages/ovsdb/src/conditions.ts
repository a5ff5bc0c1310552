import type { ColumnCodec } from "./column-codec.ts";
import { OvsdbError } from "./errors.ts";
import type { ConditionFunction, WireCondition } from "./notation.ts";
import type { TableCodec } from "./table-codec.ts";

type PlainCondition = readonly [column: string, test: ConditionFunction, value: unknown];

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
    const part = test === "includes" || test === "excludes" ? "part" : undefined;
    return [column, test, codec.encode(value, part)];
  });
}

function isNumber(codec: ColumnCodec): boolean {
  const numeric = codec.key.type.type === "integer" || codec.key.type.type === "real";
  return numeric && (codec.kind === "scalar" || codec.kind === "optional");
}
