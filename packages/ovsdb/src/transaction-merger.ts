import type { OvsdbClient } from "./client.ts";
import { deferred } from "./deferred.ts";
import { OvsdbError, type OvsdbErrorCode } from "./errors.ts";
import { checkNamedUuids } from "./named-uuids.ts";
import type { Operation, OperationResult } from "./notation.ts";
import type { RequestOptions } from "./request.ts";

export interface MergerOptions {
  /** The most operations that are merged into one transaction; 1,000 by default. */
  readonly maxOperations?: number;
  /** How long one merged transaction may take; 30 s by default. */
  readonly timeoutMs?: number;
}

interface Waiting {
  readonly operations: readonly Operation[];
  readonly resolve: (results: OperationResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Failures that no single transaction is to blame for. Trying them one by one would not help, or would not be safe. */
const common: ReadonlySet<OvsdbErrorCode> = new Set<OvsdbErrorCode>([
  "canceled",
  "closed",
  "cluster error",
  "connection lost",
  "connection refused",
  "I/O error",
  "no reply",
  "overloaded",
  "protocol error",
]);

/**
 * Merges small transactions that wait at the same time into one, which a server commits as fast as a single one. Each
 * still stands or falls alone: when the merged one is refused, they are tried one by one. They take effect in the order
 * of the calls, but nobody sees a state between two that were merged.
 */
export class TransactionMerger {
  readonly #client: OvsdbClient;
  readonly #database: string;
  readonly #maxOperations: number;
  readonly #timeoutMs: number;
  readonly #queue: Waiting[] = [];
  #working = false;

  constructor(client: OvsdbClient, database: string, options: MergerOptions = {}) {
    this.#client = client;
    this.#database = database;
    this.#maxOperations = options.maxOperations ?? 1_000;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  /**
   * Like `client.transact`.
   * @param options.signal takes the transaction back while it waits; once sent, its outcome is unknown to this caller
   */
  async transact(
    operations: readonly Operation[],
    { signal }: Pick<RequestOptions, "signal"> = {},
  ): Promise<OperationResult[]> {
    // Another transaction's names are not this one's, even if both become one.
    checkNamedUuids(operations);
    const { promise, resolve, reject } = deferred<OperationResult[]>();
    const waiting: Waiting = { operations, resolve, reject };
    const onAbort = () => {
      const place = this.#queue.indexOf(waiting);
      if (place !== -1) this.#queue.splice(place, 1);
      const options = { cause: signal?.reason, outcomeUnknown: place === -1 };
      reject(new OvsdbError("canceled", "transact: given up by the caller", options));
    };
    this.#queue.push(waiting);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    if (!this.#working) {
      this.#working = true;
      // One turn later, so that calls of one turn are merged already.
      queueMicrotask(() => void this.#work());
    }
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #work(): Promise<void> {
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch())
      await this.#commit(batch);
    this.#working = false;
  }

  /** The longest beginning of the queue that can be one transaction. */
  #takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const names = new Set<string>();
    let size = 0;
    for (const waiting of this.#queue) {
      const { operations } = waiting;
      const own = namesOf(operations);
      size += operations.length;
      if (batch.length > 0 && (size > this.#maxOperations || own.some((name) => names.has(name)))) break;
      if (!isMergeable(operations)) {
        if (batch.length === 0) batch.push(waiting);
        break;
      }
      for (const name of own) names.add(name);
      batch.push(waiting);
    }
    this.#queue.splice(0, batch.length);
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#send(batch.flatMap(({ operations }) => operations));
      let start = 0;
      for (const { operations, resolve } of batch) {
        resolve(results.slice(start, start + operations.length));
        start += operations.length;
      }
    } catch (error) {
      const oneByOne =
        batch.length > 1 && error instanceof OvsdbError && !error.outcomeUnknown && !common.has(error.code);
      if (oneByOne) await this.#commitEach(batch);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** Sent together: a server keeps their order. */
  async #commitEach(batch: readonly Waiting[]): Promise<void> {
    await Promise.all(
      batch.map(async ({ operations, resolve, reject }) => {
        try {
          resolve(await this.#send(operations));
        } catch (error) {
          reject(error);
        }
      }),
    );
  }

  #send(operations: readonly Operation[]): Promise<OperationResult[]> {
    return this.#client.transact(this.#database, operations, { timeoutMs: this.#timeoutMs });
  }
}

function namesOf(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation) =>
    operation.op === "insert" && operation["uuid-name"] !== undefined ? [operation["uuid-name"]] : [],
  );
}

/** One that waits or aborts would make all others wait or fail. */
function isMergeable(operations: readonly Operation[]): boolean {
  return operations.every(
    (operation) => operation.op !== "abort" && (operation.op !== "wait" || operation.timeout === 0),
  );
}
