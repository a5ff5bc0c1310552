import {
  type AnyTables,
  byUuid,
  type Operation,
  operationsFor,
  type Replica,
  type Row,
} from "@fairway/ovsdb";
import { changedCells } from "../cells.ts";
import type { DesiredRow, NorthboundTable, Unit } from "../compile/desired.ts";
import { schema, type Tables } from "./generated/northbound.ts";
import { OWNED_TABLES, parentage } from "./ownership.ts";

const op = operationsFor<AnyTables>(schema);

type Tagged = Row & { readonly external_ids: Readonly<Record<string, string>> };

/**
 * The least that makes Northbound hold exactly the desired rows of some units: an insert, an update of the columns that
 * differ, or a delete, and one mutation of a parent's set for each child that comes or goes. Sets are never written
 * whole: a switch may have thousands of ports, foreign ones among them.
 */
export class Difference {
  readonly operations: Operation[] = [];
  /** Units with a row whose parent is neither there nor inserted; they must come again, behind their parent's unit. */
  readonly orphans = new Map<Unit, string>();
  readonly #replica: Replica<Tables>;
  readonly #inserted = new Set<string>();
  readonly #deleted = new Set<string>();

  constructor(replica: Replica<Tables>) {
    this.#replica = replica;
  }

  /** Throws where a row cannot be encoded; then nothing of the unit is in the operations. */
  add(unit: Unit, desired: readonly DesiredRow[]): void {
    const { length } = this.operations;
    try {
      this.#add(unit, desired);
    } catch (error) {
      this.operations.length = length;
      this.orphans.delete(unit);
      for (const { uuid } of desired) this.#inserted.delete(uuid);
      for (const table of OWNED_TABLES)
        for (const { _uuid } of this.#rowsOf(table, unit)) this.#deleted.delete(_uuid);
      throw error;
    }
  }

  #add(unit: Unit, desired: readonly DesiredRow[]): void {
    const wanted = new Set(desired.map(({ uuid }) => uuid));
    for (const row of desired) {
      const { parent } = row;
      const place = parentage[row.table];
      const isOrphan = parent !== null && place !== null && !this.#exists(place.table, parent);
      if (isOrphan) this.orphans.set(unit, parent);
      else this.#put(row);
    }
    for (const table of OWNED_TABLES)
      for (const row of this.#rowsOf(table, unit)) if (!wanted.has(row._uuid)) this.#remove(table, row);
  }

  #put({ table, uuid, cells, parent }: DesiredRow): void {
    const row = this.#get(table, uuid);
    if (row === undefined) {
      this.operations.push(op.insert(table, cells, uuid));
      this.#inserted.add(uuid);
    } else {
      const changed = changedCells(row, cells);
      if (Object.keys(changed).length > 0) this.operations.push(op.update(table, byUuid(uuid), changed));
    }
    const place = parentage[table];
    // A row that is there is in its parent's set: one that no set refers to is gone (RFC 7047 §3.2, isRoot).
    if (parent === null || place === null || row?.external_ids["fairway-parent"] === parent) return;
    this.operations.push(op.mutate(place.table, byUuid(parent), [[place.column, "insert", [uuid]]]));
  }

  #remove(table: NorthboundTable, row: Tagged): void {
    const place = parentage[table];
    const parent = row.external_ids["fairway-parent"];
    if (place === null) {
      this.operations.push(op.delete(table, byUuid(row._uuid)));
      this.#deleted.add(row._uuid);
    } else if (parent !== undefined && !this.#deleted.has(parent)) {
      this.operations.push(op.mutate(place.table, byUuid(parent), [[place.column, "delete", [row._uuid]]]));
    }
  }

  #exists(table: NorthboundTable, uuid: string): boolean {
    return this.#inserted.has(uuid) || (this.#get(table, uuid) !== undefined && !this.#deleted.has(uuid));
  }

  #get(table: NorthboundTable, uuid: string): Tagged | undefined {
    return this.#replica.table(table).get(uuid);
  }

  #rowsOf(table: NorthboundTable, unit: Unit): readonly Tagged[] {
    return this.#replica.table(table).find("byUnit", unit);
  }
}
