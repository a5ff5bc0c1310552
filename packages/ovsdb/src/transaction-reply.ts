import { readUuid } from "./atom-codec.ts";
import { errorFromServer, OvsdbError } from "./errors.ts";
import { isRecord, type Operation, type OperationResult, type WireRow } from "./notation.ts";

/**
 * Reads the answer to `transact` (RFC 7047 §4.1.3): one result per operation, or a failed one after which the rest is
 * null, or one element more when the commit as a whole failed. Throws the error that the server tells.
 */
export function readTransactionReply(reply: unknown, operations: readonly Operation[]): OperationResult[] {
  if (!Array.isArray(reply)) throw new OvsdbError("protocol error", "A transaction's reply is not an array");
  const elements: readonly unknown[] = reply;
  for (const [index, element] of elements.entries()) {
    if (isRecord(element) && "error" in element) throw failure(element, index, operations);
  }
  if (elements.length < operations.length) {
    throw new OvsdbError("protocol error", "A transaction's reply has too few results");
  }
  return operations.map((_operation, index) => readResult(elements[index]));
}

function failure(element: unknown, index: number, operations: readonly Operation[]): OvsdbError {
  const operation = operations[index];
  if (operation === undefined) return errorFromServer(element, "The commit failed");
  const table = "table" in operation ? ` of ${operation.table}` : "";
  const context = `Operation ${index} (${operation.op}${table}) failed`;
  return errorFromServer(element, context, { operationIndex: index, operation });
}

function readResult(element: unknown): OperationResult {
  if (element === null) return {};
  if (!isRecord(element)) throw new OvsdbError("protocol error", "An operation's result is not an object");
  const uuid = readUuid(element["uuid"]);
  const { count, rows } = element;
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(typeof count === "number" ? { count } : {}),
    ...(Array.isArray(rows) ? { rows: rows as readonly WireRow[] } : {}),
  };
}
