import { type Operation, type OvsdbClient, OvsdbError, Replica } from "@fairway/ovsdb";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Draft } from "./draft.ts";
import { schema, type Tables } from "./generated/fairway.ts";
import { type IndexName, indexes, type TableName } from "./indexes.ts";
import { byUuid, DATABASE, op } from "./operations.ts";
import { central, type IntentRow, type View } from "./view.ts";

/** Reads the draft and writes to it; runs again from the start where a commit has to be repeated, so it makes no UUIDs. */
export type Plan<T> = (draft: Draft) => T;

interface Wish {
  readonly plan: Plan<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  attempts: number;
}

interface Planned {
  readonly wish: Wish;
  readonly result: unknown;
}

/** Wishes in one transaction; they are planned in one stretch, and Docker's other calls wait meanwhile. */
const MAX_BATCH = 64;
const MAX_ATTEMPTS = 3;
const COMMIT_TIMEOUT_MS = 10_000;

/**
 * The intent: a replica of its database, and the one way to change it. Wishes that arrive while a commit is under way
 * become one transaction; one that fails alone fails alone. Every transaction begins with a `wait` on the epoch
 * (design §2), so that a central that no longer leads cannot write.
 *
 * When `change` returns, `view` shows the change: ovsdb-server sends a monitor's update before the transaction's reply.
 */
export class Store implements AsyncDisposable {
  readonly replica: Replica<Tables>;
  readonly #client: OvsdbClient;
  readonly #logger: Logger;
  readonly #queue: Wish[] = [];
  #committing: Promise<void> | undefined;
  #epoch: number | undefined;

  constructor(client: OvsdbClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
    const everything = Object.fromEntries(Object.keys(indexes).map((table) => [table, {}]));
    this.replica = new Replica<Tables>(client, schema, { tables: everything, indexes });
  }

  /** What is committed. */
  readonly view: View = {
    get: <T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined =>
      this.replica.table(table).get(uuid),
    rows: <T extends TableName>(table: T): Iterable<IntentRow<T>> => this.replica.table(table).rows(),
    find: <T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] =>
      this.replica.table(table).find(index, key),
    count: <T extends TableName>(table: T, index: IndexName<T>, key: string): number =>
      this.replica.table(table).count(index, key),
  };

  /** The epoch under which this central leads, or undefined. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /**
   * Raises the epoch: whoever led before can write no more.
   * @returns the new epoch. Throws `not_leader` where another central was faster.
   */
  async lead(
    name: string,
    settings: Omit<IntentRow<"Central">, "_uuid" | "epoch" | "leader">,
  ): Promise<number> {
    await this.replica.synced();
    const row = central(this.view);
    const epoch = (row?.epoch ?? 0) + 1;
    const operations: Operation[] =
      row === undefined
        ? [
            op.wait("Central", [], ["leader"], "==", [], 0),
            op.insert("Central", { ...settings, epoch, leader: name }),
          ]
        : [waitFor(row.epoch, row._uuid), op.update("Central", byUuid(row._uuid), { epoch, leader: name })];
    try {
      await this.#client.transact(DATABASE, operations, { timeoutMs: COMMIT_TIMEOUT_MS });
    } catch (cause) {
      if (isEpochPassed(cause)) throw notLeader(cause);
      throw cause;
    }
    this.#epoch = epoch;
    return epoch;
  }

  /** Stops writing; wishes that wait are refused with `not_leader`. */
  resign(): void {
    this.#epoch = undefined;
  }

  /**
   * Commits what `plan` drafts and returns what it returns.
   * Throws what `plan` throws; `not_leader`; `unavailable` where the database does not answer.
   */
  change<T>(plan: Plan<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ plan, resolve: resolve as (value: unknown) => void, reject, attempts: 0 });
      this.#committing ??= this.#drain();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resign();
    await this.#committing;
    await this.replica.close();
  }

  /** Ends in the same turn in which it finds nothing to do, so that no wish comes between and stays. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Callers of the same turn of the event loop belong into one transaction.
      await Promise.resolve();
      await this.#commit(this.#queue.splice(0, MAX_BATCH));
    }
    this.#committing = undefined;
  }

  async #commit(wishes: readonly Wish[]): Promise<void> {
    const row = central(this.view);
    if (this.#epoch === undefined || row?.epoch !== this.#epoch) {
      for (const wish of wishes) wish.reject(notLeader());
      return;
    }
    const batch = new Draft(this.view);
    const planned = wishes.flatMap((wish) => draw(wish, batch) ?? []);
    const operations = batch.operations();
    try {
      if (operations.length > 0) {
        const fence = waitFor(this.#epoch, row._uuid);
        await this.#client.transact(DATABASE, [fence, ...operations], { timeoutMs: COMMIT_TIMEOUT_MS });
      }
    } catch (cause) {
      batch.abandon();
      await this.#recover(planned, cause);
      return;
    }
    for (const { wish, result } of planned) wish.resolve(result);
  }

  async #recover(planned: readonly Planned[], cause: unknown): Promise<void> {
    const wishes = planned.map(({ wish }) => wish);
    if (isEpochPassed(cause)) {
      this.resign();
      for (const wish of wishes) wish.reject(notLeader(cause));
    } else if (cause instanceof OvsdbError && cause.retryable) {
      await this.#again(wishes, cause);
    } else if (wishes.length > 1) {
      this.#logger.warn(
        { wishes: wishes.length, reason: messageOf(cause) },
        "a merged commit failed; trying one by one",
      );
      for (const wish of wishes) await this.#commit([wish]);
    } else {
      for (const wish of wishes)
        wish.reject(
          new FairwayError("internal", `the intent refused the change: ${messageOf(cause)}`, { cause }),
        );
    }
  }

  /** The connection went away. Plans are idempotent, so they may run again on what the replica then shows. */
  async #again(wishes: readonly Wish[], cause: OvsdbError): Promise<void> {
    const synced = await this.replica.synced(AbortSignal.timeout(COMMIT_TIMEOUT_MS)).then(
      () => true,
      () => false,
    );
    for (const wish of wishes) {
      if (synced && ++wish.attempts < MAX_ATTEMPTS) this.#queue.push(wish);
      else
        wish.reject(
          new FairwayError("unavailable", `the intent's database does not answer: ${cause.message}`, {
            cause,
          }),
        );
    }
  }
}

/** Runs a plan on a draft of its own, so that a plan that throws changes nothing. */
function draw(wish: Wish, batch: Draft): Planned | undefined {
  const draft = new Draft(batch);
  try {
    const result = wish.plan(draft);
    draft.mergeInto(batch);
    return { wish, result };
  } catch (error) {
    draft.abandon();
    wish.reject(error);
    return undefined;
  }
}

function waitFor(epoch: number, uuid: string): Operation {
  return op.wait("Central", byUuid(uuid), ["epoch"], "==", [{ epoch }], 0);
}

/** `wait` is always the first operation, and nothing else times out. */
function isEpochPassed(cause: unknown): boolean {
  return cause instanceof OvsdbError && cause.code === "timed out";
}

function notLeader(cause?: unknown): FairwayError {
  return new FairwayError("not_leader", "this central does not lead; ask the one that does", { cause });
}
