import type { Unit } from "../compile/northbound/desired.ts";
import type { UnitKind } from "../compile/northbound/unit-kind.ts";
import { kindOf, rowOf } from "../compile/northbound/units.ts";
import { shorten, storable } from "../free-text.ts";
import { type Status, withPart } from "../intent/status.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";

/** Of one reason, in UTF-16 units. */
const LONGEST = 300;

/**
 * Writes into the `status` of networks and endpoints why their units are put aside, and takes it away again when they work. It
 * compares what stands there with what is so, so that what one center wrote is taken back by the next.
 */
export class UnitReasons implements AsyncDisposable {
  readonly #store: Store;
  readonly #reasons: () => ReadonlyMap<Unit, string>;
  readonly #told = new Set<Unit>();
  readonly #loop: Loop;

  /** @param reasons why units are put aside, now. */
  constructor(store: Store, reasons: () => ReadonlyMap<Unit, string>, logger: Logger) {
    this.#store = store;
    this.#reasons = reasons;
    this.#loop = new Loop({ name: "write why units are put aside", work: () => this.#write(), logger });
  }

  /** Reasons came or went. */
  readonly soon = (): void => this.#loop.soon();

  /** Looks at a unit's row, which another center may have written to. */
  notice(unit: Unit): void {
    const kind = kindOf(unit);
    if (kind !== undefined && this.#statusOf(kind, unit)?.[kind.statusPart] !== undefined)
      this.#told.add(unit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  async #write(): Promise<void> {
    if (this.#store.epoch === undefined) return;
    const reasons = this.#reasons();
    const units = [...this.#told.union(new Set(reasons.keys()))];
    await Promise.all(units.map((unit) => this.#tell(unit, reasons.get(unit))));
  }

  async #tell(unit: Unit, why: string | undefined): Promise<void> {
    const reason = why === undefined ? undefined : fitting(why);
    const kind = kindOf(unit);
    if (kind !== undefined) await this.#put(kind, rowOf(unit), reason);
    if (reason === undefined) this.#told.delete(unit);
    else this.#told.add(unit);
  }

  async #put({ table, statusPart }: UnitKind, uuid: string, reason: string | undefined): Promise<void> {
    const status = this.#store.view.get(table, uuid)?.status;
    if (status === undefined || status[statusPart] === reason) return;
    await this.#store.change((draft) => {
      const present = draft.get(table, uuid)?.status ?? {};
      draft.update(table, uuid, { status: withPart(present, statusPart, reason) });
    });
  }

  #statusOf({ table }: UnitKind, unit: Unit): Status | undefined {
    return this.#store.view.get(table, rowOf(unit))?.status;
  }
}

function fitting(reason: string): string {
  return shorten(storable(`is not as it should be in OVN Northbound: ${reason}`), LONGEST);
}
