import {
  type AnyTables,
  byUuid,
  type Operation,
  operationsFor,
  type Replica,
  type Row,
} from "@fairway/ovsdb";
import { type Columns, changedColumns, isSame } from "../columns.ts";
import type { DesiredRow, NorthboundTable, Reference, Unit } from "../compile/northbound/desired.ts";
import { schema, type Tables } from "../compile/northbound/generated/northbound.ts";
import { marksOf, referrersOf } from "../compile/northbound/marks.ts";
import { isRoot, OWNED_TABLES, placesOf, referredBy } from "./ownership.ts";

const op = operationsFor<AnyTables>(schema);

type Tagged = Row & { readonly external_ids: Readonly<Record<string, string>> };

/** A desired row, and what writes its columns; undefined where they are as they should be. */
interface Put {
  readonly row: DesiredRow;
  readonly write: Operation | undefined;
}

/** From where a row is referred to. */
type Referrer = Pick<Reference, "table" | "uuid"> & { readonly column: string };

export interface Finished {
  readonly operations: readonly Operation[];
  /**
   * Units with a row that is to be referred to by one that is neither there nor inserted, each with the unit that makes that one: they
   * must come again, behind it.
   */
  readonly orphans: ReadonlyMap<Unit, Unit>;
}

/**
 * The least that makes Northbound hold exactly the desired rows of some units: an insert, an update of the columns that
 * differ, or a delete, and one mutation of a referring set for each row that comes or goes. Sets are never written
 * whole: a switch may have thousands of ports, foreign ones among them. A row that one of the units no longer desires and another one
 * does stays where it is.
 */
export class Difference {
  readonly #replica: Replica<Tables>;
  readonly #units = new Map<Unit, readonly Put[]>();

  constructor(replica: Replica<Tables>) {
    this.#replica = replica;
  }

  /** Units come in their order: see `inOrder`. Throws where a row cannot be encoded; then nothing of the unit is written. */
  add(unit: Unit, desired: readonly DesiredRow[]): void {
    const puts = desired.map((row) => ({ row, write: this.#write(unit, row) }));
    this.#units.set(unit, puts);
  }

  /** What makes Northbound hold the rows of all units that were added. */
  finish(): Finished {
    const operations: Operation[] = [];
    const orphans = new Map<Unit, Unit>();
    const desired = new Set([...this.#units.values()].flatMap((puts) => puts.map(({ row }) => row.uuid)));
    const superfluous = this.#superfluous(desired);
    const added = desired.union(superfluous);
    const inserted = new Set<string>();
    const isThere = ({ table, uuid }: Reference) =>
      inserted.has(uuid) || (this.#get(table, uuid) !== undefined && !superfluous.has(uuid));
    for (const [unit, puts] of this.#units)
      for (const { row, write } of puts) {
        const missing = row.references.find((reference) => !isThere(reference));
        if (missing !== undefined) {
          orphans.set(unit, missing.unit ?? unit);
          continue;
        }
        if (write !== undefined) operations.push(write);
        if (this.#get(row.table, row.uuid) === undefined) {
          inserted.add(row.uuid);
          operations.push(...this.#referToOthers(row, added));
        }
        operations.push(...this.#refer(row, inserted));
      }
    for (const [uuid, table] of superfluous) operations.push(...remove(table, uuid));
    return { operations, orphans };
  }

  #write(unit: Unit, { table, uuid, columns, references }: DesiredRow): Operation | undefined {
    const external_ids = { ...columns.external_ids, ...marksOf(unit, references) };
    const wanted = { ...columns, external_ids } as Columns;
    const known = this.#get(table, uuid);
    if (known === undefined) return op.insert(table, wanted, uuid);
    const changed = changedColumns(known, wanted);
    return Object.keys(changed).length === 0 ? undefined : op.update(table, byUuid(uuid), changed);
  }

  /** Rows of the units that none of them desires, with their tables. */
  #superfluous(desired: ReadonlySet<string>): ReadonlyMap<string, NorthboundTable> {
    const superfluous = new Map<string, NorthboundTable>();
    for (const unit of this.#units.keys())
      for (const table of OWNED_TABLES)
        for (const { _uuid } of this.#find(table, "byUnit", unit))
          if (!desired.has(_uuid)) superfluous.set(_uuid, table);
    return superfluous;
  }

  /**
   * Refers to a row from where it is to be, and from nowhere else, unless its own mark says that it is so. What it says of a row that
   * is made anew does not hold; a root row stays where it is not referred to any more, so that of its referrers is read.
   */
  #refer({ table, uuid, references }: DesiredRow, inserted: ReadonlySet<string>): readonly Operation[] {
    const known = this.#get(table, uuid);
    const wanted = references.map((reference) => reference.uuid);
    const isReferred = (reference: Reference) =>
      !isRoot(table) ||
      referredBy(this.#get(reference.table, reference.uuid), reference.column).includes(uuid);
    const isMarked =
      known !== undefined && isSame(referrersOf(known.external_ids), wanted) && references.every(isReferred);
    return [
      ...(known === undefined || isMarked ? [] : release(table, uuid, wanted)),
      ...references
        .filter((reference) => !isMarked || inserted.has(reference.uuid))
        .map((reference) => mutate(reference, "insert", uuid)),
    ];
  }

  /** A row that is made anew refers also to rows of units that were not added, if another reference has kept them. */
  #referToOthers({ table, uuid }: DesiredRow, added: ReadonlySet<string>): readonly Operation[] {
    return OWNED_TABLES.flatMap((from) =>
      placesOf(from)
        .filter((place) => place.table === table)
        .flatMap(({ column }) =>
          this.#find(from, "byReferrer", uuid)
            .filter(({ _uuid }) => !added.has(_uuid))
            .map(({ _uuid }) => mutate({ table, column, uuid }, "insert", _uuid)),
        ),
    );
  }

  #get(table: NorthboundTable, uuid: string): Tagged | undefined {
    return this.#replica.table(table).get(uuid);
  }

  #find(table: NorthboundTable, index: "byUnit" | "byReferrer", key: string): readonly Tagged[] {
    return this.#replica.table(table).find(index, key);
  }
}

function mutate({ table, column, uuid }: Referrer, how: "insert" | "delete", row: string): Operation {
  return op.mutate(table, byUuid(uuid), [[column, how, [row]]]);
}

/** Whatever keeps the row lets it go. */
function remove(table: NorthboundTable, uuid: string): readonly Operation[] {
  const released = release(table, uuid, []);
  return isRoot(table) ? [...released, op.delete(table, byUuid(uuid))] : released;
}

/** Whatever refers to a row lets it go, also where its mark does not name that. @param others the UUIDs of those that keep it. */
function release(table: NorthboundTable, uuid: string, others: readonly string[]): readonly Operation[] {
  return placesOf(table).map((place) =>
    op.mutate(
      place.table,
      [[place.column, "includes", [uuid]], ...others.map((other) => ["_uuid", "!=", other] as const)],
      [[place.column, "delete", [uuid]]],
    ),
  );
}
