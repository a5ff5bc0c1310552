import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../../intent/generated/fairway.ts";
import type { View } from "../../intent/view.ts";
import { Dependencies } from "../tracking/dependencies.ts";
import { Reader } from "../tracking/readers.ts";
import type { DesiredRow, Unit } from "./desired.ts";
import { compileUnit, isKnown, unitKinds } from "./units.ts";

/** The units of the intent, with what each read when it was compiled last. */
export class TrackedUnits {
  readonly #dependencies: Dependencies;
  readonly #readers = new Map<Unit, UnitReader>();
  readonly #mark: (unit: Unit) => void;

  /**
   * @param view what is committed.
   * @param mark takes a unit that must be compiled: it is new or gone, or what it read has changed. It may come more than once.
   */
  constructor(view: View, mark: (unit: Unit) => void) {
    this.#dependencies = new Dependencies(view);
    this.#mark = mark;
  }

  /** How many facts are still to be worked out again before all units are marked that must be. */
  get unsettled(): number {
    return this.#dependencies.unsettled;
  }

  /** Works out one of those. */
  settleNext(): void {
    this.#dependencies.settleNext();
  }

  /** Marks the units that a transaction touches. The view shows it already. */
  follow(changes: readonly Change<Tables>[]): void {
    for (const { table, uuid, old, new: now } of changes) {
      if (old !== undefined && now !== undefined) continue;
      for (const kind of unitKinds) if (kind.table === table) this.#mark(`${kind.name}/${uuid}`);
    }
    this.#dependencies.follow(changes);
  }

  /** The rows that a unit consists of now. Throws what its kind throws; what it read until then is noted all the same. */
  compile(unit: Unit): readonly DesiredRow[] {
    const known = this.#readers.get(unit);
    if (!isKnown(this.#dependencies.view, unit)) {
      if (known !== undefined) this.#dependencies.forget(known);
      this.#readers.delete(unit);
      return [];
    }
    const reader = known ?? new UnitReader(unit, this.#mark);
    this.#readers.set(unit, reader);
    return this.#dependencies.make(reader, (view) => compileUnit(view, unit));
  }
}

class UnitReader extends Reader {
  readonly #unit: Unit;
  readonly #mark: (unit: Unit) => void;

  constructor(unit: Unit, mark: (unit: Unit) => void) {
    super();
    this.#unit = unit;
    this.#mark = mark;
  }

  touched(): void {
    this.#mark(this.#unit);
  }
}
