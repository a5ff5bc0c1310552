import type { Operation } from "./notation.ts";

interface ErrorKind {
  /** Whether the same request may succeed when it is made again, with nothing changed by its author. */
  readonly retryable: boolean;
  readonly meaning: string;
}

function kind(retryable: boolean, meaning: string): ErrorKind {
  return { retryable, meaning };
}

/** Every code that an `OvsdbError` can carry. The words of the server are kept as they are. */
export const errorKinds = {
  // Answers of a server: RFC 7047 §3.1, §4.1, §5.2 and ovsdb-server(7).
  "constraint violation": kind(false, "The commit would break a rule of the schema, such as a unique index."),
  "referential integrity violation": kind(
    false,
    "A strong reference would point to a row that is not there.",
  ),
  "duplicate uuid": kind(
    false,
    "A row with the UUID that the client chose exists; after a lost reply: it committed.",
  ),
  "duplicate uuid-name": kind(false, "Two inserts of one transaction use the same name."),
  "domain error": kind(false, "A mutation has no result, such as a division by zero."),
  "range error": kind(false, "A mutation's result does not fit its column."),
  "resources exhausted": kind(true, "The server lacks memory or another resource."),
  "I/O error": kind(true, "The server could not write its file, such as on a full disk."),
  "timed out": kind(true, "A `wait` was not fulfilled in its time: somebody else changed the rows."),
  "not owner": kind(false, "An `assert` named a lock that this connection does not hold."),
  "not supported": kind(false, "The server does not know what the operation asks for."),
  "not allowed": kind(true, "The database is read-only at this time, such as on a backup server."),
  "permission error": kind(false, "The role of this connection does not allow the operation."),
  "cluster error": kind(true, "The cluster could not commit, such as while it has no leader."),
  "database not available": kind(true, "The member has not joined its cluster yet or has left it."),
  "unknown database": kind(false, "The server has no database of this name."),
  "unknown table": kind(false, "The database has no table of this name."),
  "unknown column": kind(false, "The table has no column of this name."),
  "unknown method": kind(false, "The server is too old for the request."),
  "unknown monitor": kind(false, "The monitor named in the request does not exist on this connection."),
  "syntax error": kind(false, "The server could not read the request."),
  "internal error": kind(false, "The server reports a fault of its own."),
  aborted: kind(false, "The transaction contained `abort`, or the server gave it up."),
  canceled: kind(false, "The caller's signal gave the request up, or the server did."),
  "server error": kind(false, "The server used a word that is not listed here; `details` has it."),
  // Found on this side.
  "invalid value": kind(false, "A value, column or table does not fit the schema; nothing was sent."),
  "invalid schema": kind(false, "The text is not a schema as RFC 7047 §3.2 describes it."),
  "invalid argument": kind(false, "An option of this library has no meaning as given."),
  "connection lost": kind(true, "The connection ended before the reply came."),
  "connection refused": kind(true, "No connection could be made, or the server is not one to be used."),
  "no reply": kind(true, "The reply did not come within the time that the caller set."),
  overloaded: kind(true, "Too many bytes wait to be sent; nothing was sent."),
  "message too large": kind(false, "A message is longer than the limit for messages."),
  "protocol error": kind(false, "The peer sent something that is not OVSDB's protocol."),
  closed: kind(false, "The client, replica or lock was closed by its owner."),
} as const satisfies Record<string, ErrorKind>;

export type OvsdbErrorCode = keyof typeof errorKinds;

export interface OvsdbErrorOptions {
  readonly cause?: unknown;
  /** The server's own explanation. */
  readonly details?: string;
  /** The request was sent, but whether it took effect is not known. */
  readonly outcomeUnknown?: boolean;
  /** Which operation of the transaction failed, counted from 0. Absent when the commit as a whole did. */
  readonly operationIndex?: number;
  readonly operation?: Operation;
}

/** The only error that this package throws on its own account. */
export class OvsdbError extends Error {
  override readonly name = "OvsdbError";
  readonly code: OvsdbErrorCode;
  readonly retryable: boolean;
  readonly outcomeUnknown: boolean;
  readonly details: string | undefined;
  readonly operationIndex: number | undefined;
  readonly operation: Operation | undefined;

  constructor(code: OvsdbErrorCode, message: string, options: OvsdbErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = errorKinds[code].retryable;
    // A member of a cluster that lost its leader cannot tell whether the transaction went through.
    this.outcomeUnknown = options.outcomeUnknown ?? code === "cluster error";
    this.details = options.details;
    this.operationIndex = options.operationIndex;
    this.operation = options.operation;
  }
}

/** Makes an error of what a server put into `error`: an object as in RFC 7047 §3.1, or a bare word. */
export function errorFromServer(
  answer: unknown,
  context: string,
  options: OvsdbErrorOptions = {},
): OvsdbError {
  const { word, details } = readAnswer(answer);
  const code = isKnown(word) ? word : "server error";
  const told = [code === word ? undefined : word, details].filter((part) => part !== undefined).join(": ");
  const message = told === "" ? `${context}: ${code}` : `${context}: ${code} (${told})`;
  return new OvsdbError(code, message, told === "" ? options : { ...options, details: told });
}

function readAnswer(answer: unknown): { word: string; details: string | undefined } {
  if (typeof answer === "string") return { word: answer, details: undefined };
  if (
    typeof answer === "object" &&
    answer !== null &&
    "error" in answer &&
    typeof answer.error === "string"
  ) {
    const details = "details" in answer && typeof answer.details === "string" ? answer.details : undefined;
    return { word: answer.error, details };
  }
  return { word: "unreadable error", details: JSON.stringify(answer) };
}

function isKnown(word: string): word is OvsdbErrorCode {
  return Object.hasOwn(errorKinds, word);
}
