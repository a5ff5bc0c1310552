import type { Change } from "@fairway/ovsdb";
import type { Unit } from "../compile/northbound/desired.ts";
import type { Tables as NorthboundTables } from "../compile/northbound/generated/northbound.ts";
import { TrackedUnits } from "../compile/northbound/tracked-units.ts";
import { allUnits, inOrder, isKnown, kindOf, rowOf } from "../compile/northbound/units.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Tables } from "../intent/generated/fairway.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Loop } from "../runtime/loop.ts";
import { orAbort } from "../runtime/or-abort.ts";
import { PutAside } from "../runtime/put-aside.ts";
import { Difference } from "./difference.ts";
import { isRefusal, type Northbound } from "./northbound.ts";
import { Slices } from "./slices.ts";
import { UnitReasons } from "./unit-reasons.ts";

/** Units in one transaction. */
const MAX_BATCH = 512;
/** Pauses of what Northbound does not take, and where it does not answer. */
const UNIT_BACKOFF = { firstMs: 1_000, longestMs: 60_000 };
const BACKOFF = { firstMs: 100, longestMs: 5_000 };

/**
 * Keeps Northbound equal to the intent. A change marks the units that read what it changed; marked units are compiled and the difference is
 * applied, all that is marked at once in one transaction. A transaction that is refused is halved until the unit to blame is found: that
 * one is put aside with a back-off of its own and says why in its row's status. Whatever failed stays marked.
 */
export class Convergence implements AsyncDisposable {
  readonly #store: Store;
  readonly #northbound: Northbound;
  readonly #logger: Logger;
  readonly #units: TrackedUnits;
  readonly #marked = new Set<Unit>();
  /** Whether Northbound's units go of which the intent knows nothing. */
  #collects = false;
  readonly #aside = new PutAside<Unit>(UNIT_BACKOFF);
  readonly #loop: Loop;
  readonly #reasons: UnitReasons;
  /** By unit: others that wait for its rows. */
  readonly #orphansOf = new Map<Unit, Set<Unit>>();
  #applying: ReadonlySet<Unit> = new Set();

  constructor(store: Store, northbound: Northbound, logger: Logger) {
    this.#store = store;
    this.#northbound = northbound;
    this.#logger = logger;
    this.#units = new TrackedUnits(store.view, (unit) => {
      this.#marked.add(unit);
      this.#aside.retryNow(unit);
    });
    this.#loop = new Loop({
      name: "apply to Northbound",
      work: () => this.#drain(),
      backoff: BACKOFF,
      logger,
    });
    this.#reasons = new UnitReasons(store, () => this.#aside.reasons, logger);
    store.replica.on("change", guarded("mark what changed in the intent", logger, this.#follow));
    store.replica.on("synced", this.#loop.soon);
    northbound.replica.on("synced", this.#loop.retryNow);
    northbound.replica.on("change", guarded("mark what changed in Northbound", logger, this.#check));
  }

  /** Units that wait, are put aside or are being applied, and facts that may mark more of them. */
  get pending(): number {
    return this.#marked.size + this.#applying.size + this.#units.unsettled;
  }

  /** Why a unit is not applied; undefined where nothing is known against it. */
  reasonOf(unit: Unit): string | undefined {
    return this.#aside.reasons.get(unit) ?? this.#loop.failure;
  }

  /** Resolves when those units are written as the intent has them. Throws `unavailable` where they are not. */
  async applied(units: readonly Unit[]): Promise<void> {
    await this.#loop.idle();
    const late = units.find((unit) => this.#marked.has(unit));
    if (late === undefined && this.#units.unsettled === 0) return;
    const reason = (late && this.reasonOf(late)) ?? "it does not follow the intent";
    throw new FairwayError("unavailable", `OVN Northbound is behind: ${reason}`);
  }

  /**
   * Compiles everything, when both replicas are complete. Throws with the signal.
   * @param collects whether units go of which the intent knows nothing, from now on.
   */
  async full(signal: AbortSignal, collects: boolean): Promise<void> {
    this.#collects = collects;
    await orAbort(
      Promise.all([this.#store.replica.synced(signal), this.#northbound.replica.synced(signal)]),
      signal,
    );
    const slices = new Slices();
    for (const units of [allUnits(this.#store.view), collects ? this.#northbound.units() : []])
      for (const unit of units) {
        this.#marked.add(unit);
        this.#reasons.notice(unit);
        if (slices.isOver) await slices.next();
      }
    this.#aside.retryNow();
    this.#loop.retryNow();
    await this.#loop.idle();
    this.#reasons.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store.replica.off("synced", this.#loop.soon);
    this.#northbound.replica.off("synced", this.#loop.retryNow);
    await this.#loop[Symbol.asyncDispose]();
    await this.#reasons[Symbol.asyncDispose]();
  }

  readonly #follow = (changes: readonly Change<Tables>[]): void => {
    this.#units.follow(changes);
    if (this.pending > 0) this.#loop.soon();
  };

  readonly #check = (changes: readonly Change<NorthboundTables>[]): void => {
    // Also where the change is our own: a look costs little, and somebody else's may have come with it.
    for (const change of changes)
      for (const unit of this.#northbound.unitsOf(change))
        if (this.#collects || isKnown(this.#store.view, unit)) this.#marked.add(unit);
    if (this.#marked.size > 0) this.#loop.soon();
  };

  /** Runs while this center leads and both replicas are complete; a later change or a full compile starts it again. */
  async #drain(): Promise<void> {
    for (;;) {
      await this.#settle();
      const batch = this.#take();
      if (batch.size === 0) break;
      this.#applying = batch;
      try {
        await this.#apply([...batch]);
      } catch (error) {
        for (const unit of batch) this.#marked.add(unit);
        if (error instanceof FairwayError && error.code === "not_leader") return;
        throw error;
      } finally {
        this.#applying = new Set();
      }
    }
    const { nextDueMs } = this.#aside;
    if (nextDueMs !== undefined && this.#mayApply()) this.#loop.after(nextDueMs);
  }

  /** What is due: all that never failed together, and each that did by itself. */
  #take(): ReadonlySet<Unit> {
    if (!this.#mayApply()) return new Set();
    const healthy = this.#marked.values().filter((unit) => this.#aside.failures(unit) === 0);
    const batch = new Set(healthy.take(MAX_BATCH));
    const suspect =
      batch.size === 0 ? this.#marked.values().find((unit) => this.#aside.isDue(unit)) : undefined;
    if (suspect !== undefined) batch.add(suspect);
    for (const unit of batch) this.#marked.delete(unit);
    return batch;
  }

  /** Marks whatever is touched by way of a fact. */
  async #settle(): Promise<void> {
    const slices = new Slices();
    while (this.#units.unsettled > 0 && this.#mayApply()) {
      this.#units.settleNext();
      if (slices.isOver) await slices.next();
    }
  }

  async #apply(units: readonly Unit[]): Promise<void> {
    const started = performance.now();
    const { difference, compiled } = await this.#compile(inOrder(units));
    const { operations, orphans } = difference.finish();
    try {
      await this.#northbound.commit(operations);
    } catch (error) {
      const [first] = compiled;
      if (first === undefined || !isRefusal(error)) throw error;
      if (compiled.length === 1) return this.#failed(first, messageOf(error));
      const half = Math.ceil(compiled.length / 2);
      await this.#apply(compiled.slice(0, half));
      return this.#apply(compiled.slice(half));
    }
    for (const unit of compiled) {
      const missing = orphans.get(unit);
      if (missing === undefined) this.#succeeded(unit);
      else this.#orphaned(unit, missing);
    }
    if (operations.length === 0) return;
    const durationMs = performance.now() - started;
    const requests = this.#requestsOf(units);
    this.#logger.debug(
      { units: units.length, operations: operations.length, durationMs, requests },
      "applied to Northbound",
    );
  }

  /** Those that cannot be compiled or encoded are put aside. */
  async #compile(units: readonly Unit[]) {
    const difference = new Difference(this.#northbound.replica);
    const compiled: Unit[] = [];
    const slices = new Slices();
    for (const unit of units) {
      try {
        difference.add(unit, this.#units.compile(unit));
        compiled.push(unit);
      } catch (error) {
        this.#failed(unit, messageOf(error));
      }
      if (slices.isOver) await slices.next();
    }
    return { difference, compiled };
  }

  #failed(unit: Unit, reason: string): void {
    this.#marked.add(unit);
    if (this.#aside.failed(unit, reason)) {
      this.#logger.warn({ unit, reason }, "put aside: it cannot be written to Northbound; tried again");
      this.#reasons.soon();
    }
  }

  #succeeded(unit: Unit): void {
    for (const orphan of this.#orphansOf.get(unit) ?? []) this.#aside.retryNow(orphan);
    this.#orphansOf.delete(unit);
    if (!this.#aside.succeeded(unit)) return;
    this.#logger.info({ unit }, "Northbound has what was put aside");
    this.#reasons.soon();
  }

  /** A row of another unit from which its own are referred to is not there: it comes again behind that unit, or waits for it. */
  #orphaned(unit: Unit, other: Unit): void {
    const why = this.#aside.reasons.get(other);
    this.#marked.add(other).add(unit);
    if (why === undefined && !this.#applying.has(other)) return;
    this.#orphansOf.set(other, (this.#orphansOf.get(other) ?? new Set()).add(unit));
    this.#failed(unit, `its network's switch is missing${why === undefined ? "" : `: ${why}`}`);
  }

  #mayApply(): boolean {
    if (this.#loop.signal.aborted || this.#store.epoch === undefined) return false;
    return this.#store.replica.isSynced && this.#northbound.isLed;
  }

  /** The requests that these units were made by, so that one of them can be followed through the log. */
  #requestsOf(units: readonly Unit[]): readonly string[] {
    const requests = new Set<string>();
    for (const unit of units) {
      const request =
        kindOf(unit)?.table === "Endpoint"
          ? this.#store.view.get("Endpoint", rowOf(unit))?.request
          : undefined;
      if (request) requests.add(request);
      if (requests.size === 16) break;
    }
    return [...requests];
  }
}
