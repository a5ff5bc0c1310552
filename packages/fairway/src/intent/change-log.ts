import { AsyncLocalStorage } from "node:async_hooks";
import type { Operation } from "@fairway/ovsdb";
import type { Logger } from "../logger.ts";

/** On whose behalf the intent is changed. */
export interface Author {
  /** E.g. `root`, `host node-1` or `principal ci`. */
  readonly who: string;
  /** The id of the request that caused it. */
  readonly request: string;
}

/** What the center does by itself: expiry, hosts that are not heard. */
const center: Author = { who: "center", request: "" };

/** So many rows of a change are named. */
const namedAtMost = 20;

/** Who changed what of the intent: a line in the log for each change that was committed. */
export class ChangeLog {
  readonly #authors = new AsyncLocalStorage<Author>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** On whose behalf this runs. */
  get author(): Author {
    return this.#authors.getStore() ?? center;
  }

  /** Runs work, and all that it calls and awaits, on somebody's behalf. Gives what it gives, and throws what it throws. */
  onBehalfOf<Result>(author: Author, work: () => Result): Result {
    return this.#authors.run(author, work);
  }

  /** Notes a change that was committed; one that wrote nothing is none. */
  committed({ who, request }: Author, operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    const changes = operations.slice(0, namedAtMost).map(sentenceOf);
    const more = operations.length - changes.length;
    this.#logger.info(
      { author: who, ...(request !== "" && { request }), changes, ...(more > 0 && { more }) },
      "intent changed",
    );
  }
}

/** `insert Network 2f1f7a5e-…`, without what stands in the row. */
function sentenceOf(operation: Operation): string {
  const {
    op,
    table = "",
    uuid,
    where,
  } = operation as {
    readonly op: string;
    readonly table?: string;
    readonly uuid?: string;
    readonly where?: readonly (readonly [string, string, unknown])[];
  };
  return `${op} ${table} ${uuid ?? uuidIn(where?.[0]?.[2])}`;
}

/** The UUID in OVSDB's notation, `["uuid", "…"]` (RFC 7047 §5.1). */
function uuidIn(notation: unknown): string {
  return Array.isArray(notation) ? String(notation[1]) : String(notation);
}
