import type { Atom, ColumnValue, Row } from "@fairway/ovsdb";

/** The columns of a row, without its UUID. */
export type Columns = Readonly<Record<string, ColumnValue>>;

/** All columns of a row but its UUID. */
export function columnsOf(row: Row): Columns {
  const { _uuid: _, ...columns } = row;
  return columns;
}

/** Those of `wanted` that differ from what `row` has. */
export function changedColumns(row: Row, wanted: Columns): Columns {
  const has = columnsOf(row);
  return Object.fromEntries(Object.entries(wanted).filter(([column, value]) => !isSame(has[column], value)));
}

/** Sets have no order, nor have maps. */
export function isSame(one: ColumnValue | undefined, other: ColumnValue): boolean {
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
