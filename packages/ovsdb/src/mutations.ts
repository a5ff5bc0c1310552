import type { ColumnCodec } from "./column-codec.ts";
import { OvsdbError } from "./errors.ts";
import type { Mutator, WireMutation, WireValue } from "./notation.ts";
import type { TableCodec } from "./table-codec.ts";

type PlainMutation = readonly [column: string, mutator: Mutator, value: unknown];

/** Checks and encodes mutations (RFC 7047 §5.1). Throws "invalid value". */
export function encodeMutations(table: TableCodec, mutations: readonly unknown[]): WireMutation[] {
  return (mutations as readonly PlainMutation[]).map(([column, mutator, value]) => {
    const codec = table.column(column);
    const place = `${table.name}.${column}`;
    if (table.schema.columns[column]?.mutable !== true) {
      throw new OvsdbError("invalid value", `${place} cannot be changed after the insert`);
    }
    const operand =
      mutator === "insert" || mutator === "delete"
        ? encodeElements(codec, mutator, value, place)
        : encodeArithmetic(codec, mutator, value, place);
    return [column, mutator, operand];
  });
}

/** The operand of arithmetic need not meet the column's own range; the result must, and the server checks it. */
function encodeArithmetic(codec: ColumnCodec, mutator: Mutator, value: unknown, place: string): WireValue {
  const { type } = codec.key.type;
  if (
    codec.kind === "map" ||
    (type !== "integer" && type !== "real") ||
    (type === "real" && mutator === "%=")
  ) {
    throw new OvsdbError("invalid value", `${place}: ${mutator} does not apply to the column's type`);
  }
  if (
    typeof value !== "number" ||
    !(type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value))
  ) {
    throw new OvsdbError("invalid value", `${place}: ${mutator} needs a number that fits the column`);
  }
  return value;
}

function encodeElements(
  codec: ColumnCodec,
  mutator: "insert" | "delete",
  value: unknown,
  place: string,
): WireValue {
  if (codec.kind === "scalar") {
    throw new OvsdbError("invalid value", `${place}: ${mutator} applies to sets and maps only`);
  }
  if (codec.kind === "map" && mutator === "delete" && Array.isArray(value)) {
    return ["set", value.map((name: unknown) => codec.key.encode(codec.key.keyFromString(String(name))))];
  }
  return codec.encode(value, "part");
}
