import { OvsdbError } from "./errors.ts";
import type { Operation, WireCondition, WireMutation, WireValue } from "./notation.ts";

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

function valuesOf(operation: Operation): readonly WireValue[] {
  switch (operation.op) {
    case "insert":
      return Object.values(operation.row);
    case "update":
      return [...Object.values(operation.row), ...operandsOf(operation.where)];
    case "mutate":
      return [...operandsOf(operation.mutations), ...operandsOf(operation.where)];
    case "wait":
      return [...operation.rows.flatMap((row) => Object.values(row)), ...operandsOf(operation.where)];
    case "select":
    case "delete":
      return operandsOf(operation.where);
    default:
      return [];
  }
}

/** Of conditions and mutations: both are a column, a word and a value. */
function operandsOf(triples: readonly (WireCondition | WireMutation)[]): readonly WireValue[] {
  return triples.map(([, , value]) => value);
}

function findUnknown(values: readonly WireValue[], names: ReadonlySet<string>): string | undefined {
  return values
    .flatMap(atomsOf)
    .flatMap((atom) => (Array.isArray(atom) && atom[0] === "named-uuid" ? [String(atom[1])] : []))
    .find((name) => !names.has(name));
}

/** A map's pair is no atom, though one of two texts may look like it: `["named-uuid", "x"]`. */
function atomsOf(value: WireValue): readonly unknown[] {
  if (!Array.isArray(value)) return [value];
  const [tag, content]: readonly unknown[] = value;
  if (tag === "set") return content as readonly unknown[];
  if (tag === "map") return (content as readonly (readonly unknown[])[]).flat();
  return [value];
}
