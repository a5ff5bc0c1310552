import type { Atom, ColumnValue, Row } from "@fairway/ovsdb";

/** The columns of a row, without its UUID. */
export type Cells = Readonly<Record<string, ColumnValue>>;

export function cellsOf(row: Row): Cells {
  const { _uuid: _, ...cells } = row;
  return cells;
}

/** Those of `wanted` that differ from what `row` has. Sets have no order, nor have maps. */
export function changedCells(row: Row, wanted: Cells): Cells {
  const has = cellsOf(row);
  return Object.fromEntries(Object.entries(wanted).filter(([column, value]) => !isSame(has[column], value)));
}

function isSame(one: ColumnValue | undefined, other: ColumnValue): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (isSet(one)) return isSet(other) && isSameSet(new Set(one), new Set(other));
  if (isSet(other)) return false;
  const entries = Object.entries(one);
  const { length } = Object.keys(other);
  return entries.length === length && entries.every(([key, value]) => other[key] === value);
}

function isSet(value: NonNullable<ColumnValue>): value is readonly Atom[] {
  return Array.isArray(value);
}

function isSameSet(one: ReadonlySet<Atom>, other: ReadonlySet<Atom>): boolean {
  return one.size === other.size && one.isSubsetOf(other);
}
