import { setTimeout as sleep } from "node:timers/promises";
import { type Operation, type OvsdbClient, OvsdbError, Replica } from "@fairway/ovsdb";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Backoff } from "../runtime/backoff.ts";
import { orAbort } from "../runtime/or-abort.ts";
import { ChangeLog } from "./change-log.ts";
import { Draft } from "./draft.ts";
import { schema, type Tables } from "./generated/fairway.ts";
import { type IndexName, indexes, type TableName } from "./indexes.ts";
import { byUuid, DATABASE, op } from "./operations.ts";
import type { PendingChange, Plan, Planned } from "./pending-change.ts";
import { Term } from "./term.ts";
import { type IntentRow, settingsOf, type View } from "./view.ts";

export interface StoreOptions {
  /** How long a commit may take, and how long it waits for a complete replica, ms; 10 s by default. */
  readonly commitTimeoutMs?: number;
}

/** Changes in one transaction; they are planned in one stretch, and Docker's other calls wait meanwhile. */
const MAX_BATCH = 64;
const MAX_ATTEMPTS = 3;
const defaultCommitTimeoutMs = 10_000;

/**
 * The intent: a replica of its database, and the one way to change it. Changes that arrive while a commit is under way
 * become one transaction; one that fails alone fails alone. Every transaction begins with a `wait` on the epoch, so that a center that no
 * longer leads cannot write. Each is on the disk before anybody hears of it (RFC 7047 §5.2.8): who was promised an address may not lose it
 * to a power cut.
 *
 * When `change` returns, `view` shows the change: ovsdb-server sends a monitor's update before the transaction's reply.
 */
export class Store implements AsyncDisposable {
  readonly replica: Replica<Tables>;
  readonly changeLog: ChangeLog;
  readonly #client: OvsdbClient;
  readonly #logger: Logger;
  readonly #commitTimeoutMs: number;
  readonly #queue: PendingChange[] = [];
  readonly #backoff = new Backoff({ firstMs: 20, longestMs: 1_000 });
  readonly #closing = new AbortController();
  readonly #completions: ((draft: Draft) => void)[] = [];
  #committing: Promise<void> | undefined;
  #leading: { readonly term: Term; readonly epoch: number } | undefined;

  constructor(client: OvsdbClient, logger: Logger, options: StoreOptions = {}) {
    this.#client = client;
    this.#logger = logger;
    this.changeLog = new ChangeLog(logger);
    this.#commitTimeoutMs = options.commitTimeoutMs ?? defaultCommitTimeoutMs;
    const everything = Object.fromEntries(Object.keys(indexes).map((table) => [table, {}]));
    this.replica = new Replica<Tables>(client, schema, { tables: everything, indexes });
    this.replica.on("change", this.#lookAtEpoch);
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

  /** The epoch under which this center leads, or undefined. */
  get epoch(): number | undefined {
    return this.#leading?.term.isOver === false ? this.#leading.epoch : undefined;
  }

  /**
   * Raises the epoch for a term: whoever led before can write no more. Changes are committed until the term ends. A term may raise its
   * epoch again, above one that was seen elsewhere; where somebody else has raised it meanwhile, the term is over.
   * @param above the new epoch is higher than this one, too.
   * @returns the new epoch. Throws `not_leader` where another center was faster or the term is over.
   */
  async lead(
    name: string,
    settings: Omit<IntentRow<"Central">, "_uuid" | "epoch" | "leader">,
    { term = new Term(), above = 0 }: { readonly term?: Term; readonly above?: number } = {},
  ): Promise<number> {
    await orAbort(this.replica.synced(term.signal), term.signal);
    term.signal.throwIfAborted();
    const row = settingsOf(this.view);
    this.#leading = undefined;
    const epoch = Math.max(row?.epoch ?? 0, above) + 1;
    const operations: Operation[] =
      row === undefined
        ? [
            op.wait("Central", [], ["leader"], "==", [], 0),
            op.insert("Central", { ...settings, epoch, leader: name }),
          ]
        : [waitFor(row.epoch, row._uuid), op.update("Central", byUuid(row._uuid), { epoch, leader: name })];
    const durable = [...held(term), ...operations, op.commit(true)];
    const bounds = { timeoutMs: this.#commitTimeoutMs, signal: term.signal };
    try {
      await this.#client.transact(DATABASE, durable, bounds);
    } catch (cause) {
      term.signal.throwIfAborted();
      term.end(`the epoch could not be raised: ${messageOf(cause)}`);
      throw isFenced(cause) ? notLeader(cause) : cause;
    }
    term.signal.throwIfAborted();
    this.#leading = { term, epoch };
    return epoch;
  }

  /**
   * Commits what `plan` drafts and returns what it returns.
   * Throws what `plan` throws; `invalid` where the database cannot hold what it drafts; `not_leader`; `unavailable` where the
   * database does not answer.
   */
  change<T>(plan: Plan<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settle = resolve as (value: unknown) => void;
    const { author } = this.changeLog;
    this.#queue.push({ plan, author, resolve: settle, reject, attempts: 0, mayBeCommitted: false });
    this.#committing ??= this.#drain();
    return promise;
  }

  /**
   * Adds what follows from a change, whoever makes it, to the same transaction.
   * @param complete reads a plan's draft and drafts more; what it throws refuses the change.
   */
  completeBy(complete: (draft: Draft) => void): void {
    this.#completions.push(complete);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leading?.term.end("it stops");
    this.#closing.abort();
    await this.#committing;
    await this.replica.close();
  }

  /** Ends in the same turn in which it finds nothing to do, so that no change comes between and stays. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Callers of the same turn of the event loop belong into one transaction.
      await Promise.resolve();
      const changes = this.#queue.splice(0, MAX_BATCH);
      try {
        await this.#commit(changes);
      } catch (cause) {
        // Whatever it is, it is these changes' alone; those that are settled already do not hear of it.
        for (const change of changes) change.reject(refused(cause));
      }
    }
    this.#committing = undefined;
  }

  async #commit(changes: readonly PendingChange[]): Promise<void> {
    // A plan on what the replica showed before a reconnect could give away what is taken.
    if (!this.replica.isSynced) await this.#untilSynced();
    const row = settingsOf(this.view);
    const { epoch } = this;
    const term = this.#leading?.term;
    if (term === undefined || epoch === undefined || row?.epoch !== epoch) {
      for (const change of changes) change.reject(notLeader());
      return;
    }
    const batch = new Draft(this.view);
    const planned = changes.flatMap((change) => this.#runPlan(change, batch) ?? []);
    try {
      const operations = batch.operations();
      if (operations.length > 0) {
        const fence = waitFor(epoch, row._uuid);
        const bounds = { timeoutMs: this.#commitTimeoutMs, signal: term.signal };
        await this.#client.transact(DATABASE, [fence, ...operations, op.commit(true)], bounds);
      }
    } catch (cause) {
      this.#abandon(batch);
      await this.#recover(planned, cause);
      return;
    }
    this.#backoff.reset();
    for (const { change, result, operations } of planned) {
      this.changeLog.committed(change.author, operations);
      change.resolve(result);
    }
  }

  /** Runs a plan on a draft of its own, so that a plan that throws, or drafts what cannot be encoded, changes nothing. */
  #runPlan(change: PendingChange, batch: Draft): Planned | undefined {
    const draft = new Draft(batch);
    try {
      const result = change.plan(draft);
      for (const complete of this.#completions) complete(draft);
      const operations = draft.operations();
      draft.mergeInto(batch);
      return { change, result, operations };
    } catch (error) {
      this.#abandon(draft);
      change.reject(isUnencodable(error) ? unencodable(error) : error);
      return undefined;
    }
  }

  #abandon(draft: Draft): void {
    for (const error of draft.abandon())
      this.#logger.error({ error: messageOf(error) }, "what a plan had taken could not be given back");
  }

  async #recover(planned: readonly Planned[], cause: unknown): Promise<void> {
    const changes = planned.map(({ change }) => change);
    const [change] = changes;
    if (isFenced(cause)) this.#leading?.term.end("the intent has another epoch");
    if (this.epoch === undefined) {
      for (const change of changes) change.reject(notLeader(cause));
    } else if (cause instanceof OvsdbError && cause.retryable) {
      await this.#again(changes, cause);
    } else if (changes.length > 1) {
      this.#logger.warn(
        { changes: changes.length, reason: messageOf(cause) },
        "a merged commit failed; trying one by one",
      );
      for (const change of changes)
        await this.#commit([change]).catch((cause: unknown) => change.reject(refused(cause)));
    } else if (change?.mayBeCommitted === true) {
      // What stands in its way may be its own first try, which the replica shows by now.
      change.mayBeCommitted = false;
      this.#queue.push(change);
    } else change?.reject(refused(cause));
  }

  /** What may pass. Plans are idempotent, so they may run again on what the replica then shows. */
  async #again(changes: readonly PendingChange[], cause: OvsdbError): Promise<void> {
    const { signal } = this.#closing;
    await sleep(this.#backoff.failed(), undefined, { signal }).catch(() => undefined);
    for (const change of changes) {
      change.mayBeCommitted ||= cause.outcomeUnknown;
      if (++change.attempts < MAX_ATTEMPTS) this.#queue.push(change);
      else change.reject(unavailable(cause));
    }
  }

  /** An epoch that is not this term's: another center leads, or the database was restored from a backup. */
  readonly #lookAtEpoch = (): void => {
    if (this.#leading === undefined || this.#leading.term.isOver) return;
    const epoch = settingsOf(this.view)?.epoch;
    if (epoch === this.#leading.epoch) return;
    this.#leading.term.end(`the intent has ${epoch === undefined ? "no epoch" : `epoch ${epoch}`}`);
  };

  /** Throws `unavailable`. */
  async #untilSynced(): Promise<void> {
    const bound = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#commitTimeoutMs)]);
    await this.replica.synced(bound).catch((cause: unknown) => {
      throw unavailable(cause);
    });
  }
}

function waitFor(epoch: number, uuid: string): Operation {
  return op.wait("Central", byUuid(uuid), ["epoch"], "==", [{ epoch }], 0);
}

/** The server itself checks at the commit that the lock is held (RFC 7047 §5.2.10). */
function held({ lock }: Term): readonly Operation[] {
  return lock === undefined ? [] : [op.assert(lock)];
}

/** A `wait` for the epoch is the only operation that times out, and the leader's lock the only one that is asserted. */
function isFenced(cause: unknown): boolean {
  return cause instanceof OvsdbError && (cause.code === "timed out" || cause.code === "not owner");
}

function isUnencodable(cause: unknown): cause is OvsdbError {
  return cause instanceof OvsdbError && cause.code === "invalid value";
}

function unencodable(cause: OvsdbError): FairwayError {
  return new FairwayError("invalid", `this cannot be kept: ${cause.message}`, { cause });
}

function refused(cause: unknown): unknown {
  if (cause instanceof FairwayError) return cause;
  if (isUnencodable(cause)) return unencodable(cause);
  return new FairwayError("internal", `the intent refused the change: ${messageOf(cause)}`, { cause });
}

function unavailable(cause: unknown): FairwayError {
  return new FairwayError("unavailable", `the intent's database does not answer: ${messageOf(cause)}`, {
    cause,
  });
}

function notLeader(cause?: unknown): FairwayError {
  return new FairwayError("not_leader", "this center does not lead; ask the one that does", { cause });
}
