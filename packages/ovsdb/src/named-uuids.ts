import { OvsdbError } from "./errors.ts";
import type { Operation } from "./notation.ts";

/**
 * Checks that each row which is mentioned by a name is made by an insert of the same transaction, before or after
 * (RFC 7047 §4.1.3). Throws "invalid value" and tells the operation.
 */
export function checkNamedUuids(operations: readonly Operation[]): void {
  const names = new Set<string>();
  for (const operation of operations) {
    if (operation.op === "insert" && operation["uuid-name"] !== undefined) names.add(operation["uuid-name"]);
  }
  for (const [operationIndex, operation] of operations.entries()) {
    const unknown = findUnknown(valuesOf(operation), names);
    if (unknown === undefined) continue;
    const message = `Operation ${operationIndex} (${operation.op}) mentions ${unknown}, which no insert of the transaction makes`;
    throw new OvsdbError("invalid value", message, { operationIndex, operation });
  }
}

function valuesOf(operation: Operation): readonly unknown[] {
  switch (operation.op) {
    case "insert":
      return Object.values(operation.row);
    case "update":
      return [...Object.values(operation.row), operation.where];
    case "mutate":
      return [operation.mutations, operation.where];
    case "wait":
      return [...operation.rows.flatMap((row) => Object.values(row)), operation.where];
    case "select":
    case "delete":
      return operation.where;
    default:
      return [];
  }
}

function findUnknown(values: readonly unknown[], names: ReadonlySet<string>): string | undefined {
  for (const value of values) {
    if (!Array.isArray(value)) continue;
    if (value[0] === "named-uuid" && value.length === 2 && typeof value[1] === "string") {
      if (!names.has(value[1])) return value[1];
      continue;
    }
    const unknown = findUnknown(value, names);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}
