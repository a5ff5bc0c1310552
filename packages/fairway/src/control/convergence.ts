import type { Unit } from "../compile/desired.ts";
import { unitsTouchedBy } from "../compile/touched.ts";
import { allUnits, compileUnit } from "../compile/units.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { Difference } from "./difference.ts";
import type { Northbound } from "./northbound.ts";
import { Slices } from "./slices.ts";

/** How long work goes on between two turns of the event loop, ms. */
const SLICE_MS = 4;
/** Units in one transaction. */
const MAX_BATCH = 512;
const RETRY_MS = { first: 100, last: 5_000 } as const;

/**
 * Keeps Northbound equal to the intent. A change marks the units that it touches; marked units are compiled and the
 * difference is applied, all that is marked at once in one transaction. Whatever fails stays marked.
 */
export class Convergence implements AsyncDisposable {
  readonly #store: Store;
  readonly #northbound: Northbound;
  readonly #logger: Logger;
  readonly #marked = new Set<Unit>();
  readonly #stop = new AbortController();
  #applying: ReadonlySet<Unit> = new Set();
  #running: Promise<void> | undefined;
  #retryMs: number = RETRY_MS.first;
  #lastError: string | undefined;

  constructor(store: Store, northbound: Northbound, logger: Logger) {
    this.#store = store;
    this.#northbound = northbound;
    this.#logger = logger;
    store.replica.on("change", (changes) => {
      for (const change of changes)
        for (const unit of unitsTouchedBy(store.view, change, changes.length)) this.#marked.add(unit);
      this.#run();
    });
    store.replica.on("synced", () => this.#run());
    northbound.replica.on("synced", () => this.#run());
    northbound.replica.on("change", (changes) => {
      for (const { old, new: now } of changes) {
        for (const row of [old, now]) {
          const unit = row?.external_ids["fairway"] as Unit | undefined;
          // Also where the change is our own: a look costs little, and somebody else's may have come with it.
          if (unit !== undefined) this.#marked.add(unit);
        }
      }
      this.#run();
    });
  }

  /** Units that wait or are being applied. */
  get pending(): number {
    return this.#marked.size + this.#applying.size;
  }

  isPending(unit: Unit): boolean {
    return this.#marked.has(unit) || this.#applying.has(unit);
  }

  /** Why the last try failed; undefined when it did not. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Compiles everything, what Northbound has too much of included. Both replicas must be complete. */
  async full(): Promise<void> {
    await Promise.all([
      this.#store.replica.synced(this.#stop.signal),
      this.#northbound.replica.synced(this.#stop.signal),
    ]);
    const slices = new Slices(SLICE_MS);
    for (const units of [allUnits(this.#store.view), this.#northbound.units()])
      for (const unit of units) {
        this.#marked.add(unit);
        if (slices.isOver) await slices.next();
      }
    this.#run();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #run(): void {
    if (this.#marked.size === 0 || this.#stop.signal.aborted) return;
    this.#running ??= this.#drain();
  }

  /** Runs while this central leads and both replicas are complete; a later change or a full compile starts it again. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#marked.size > 0 && this.#mayApply()) {
      const batch = new Set(this.#marked.values().take(MAX_BATCH));
      for (const unit of batch) this.#marked.delete(unit);
      this.#applying = batch;
      try {
        await this.#apply(batch);
        this.#retryMs = RETRY_MS.first;
        this.#lastError = undefined;
      } catch (error) {
        for (const unit of batch) this.#marked.add(unit);
        this.#lastError = messageOf(error);
        if (error instanceof FairwayError && error.code === "not_leader") break;
        this.#logger.warn(
          { units: batch.size, reason: messageOf(error) },
          "Northbound did not take a change; trying again",
        );
        await this.#pause();
      } finally {
        this.#applying = new Set();
      }
    }
    this.#running = undefined;
  }

  async #apply(units: ReadonlySet<Unit>): Promise<void> {
    const started = performance.now();
    const difference = new Difference(this.#northbound.replica);
    const slices = new Slices(SLICE_MS);
    for (const unit of networksFirst(units)) {
      difference.add(unit, compileUnit(this.#store.view, unit));
      if (slices.isOver) await slices.next();
    }
    for (const [unit, parent] of difference.orphans) this.#marked.add(networkBehind(unit, parent)).add(unit);
    if (difference.operations.length === 0) return;
    await this.#northbound.commit(difference.operations);
    const durationMs = performance.now() - started;
    this.#logger.debug(
      {
        units: units.size,
        operations: difference.operations.length,
        durationMs,
        requests: this.#requestsOf(units),
      },
      "applied to Northbound",
    );
  }

  #mayApply(): boolean {
    if (this.#stop.signal.aborted || this.#store.epoch === undefined) return false;
    return this.#store.replica.isSynced && this.#northbound.replica.isSynced;
  }

  /** The requests that these units were made by, so that one of them can be followed through the log. */
  #requestsOf(units: ReadonlySet<Unit>): readonly string[] {
    const requests = new Set<string>();
    for (const unit of units) {
      const [kind, uuid = ""] = unit.split("/");
      const request = kind === "endpoint" ? this.#store.view.get("Endpoint", uuid)?.request : undefined;
      if (request) requests.add(request);
      if (requests.size === 16) break;
    }
    return [...requests];
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#retryMs);
    this.#stop.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.last);
  }
}

/** The unit that makes the switch which another unit's port is missing. */
function networkBehind(unit: Unit, parent: string): Unit {
  const [kind, uuid = ""] = unit.split("/");
  return `network/${kind === "reach" ? uuid : parent}`;
}

/** A port's mutation of its switch must find the switch, which the same transaction may insert. */
function networksFirst(units: ReadonlySet<Unit>): readonly Unit[] {
  const all = [...units];
  return [
    ...all.filter((unit) => unit.startsWith("network/")),
    ...all.filter((unit) => !unit.startsWith("network/")),
  ];
}
