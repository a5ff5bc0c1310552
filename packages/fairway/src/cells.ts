import type { ColumnValue, Row } from "@fairway/ovsdb";

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
  const [a, b] = [entriesOf(one), entriesOf(other)];
  return a.length === b.length && a.every((entry, at) => entry === b[at]);
}

function entriesOf(value: object): readonly string[] {
  const entries = Array.isArray(value) ? value : Object.entries(value);
  return entries.map((entry) => JSON.stringify(entry)).sort();
}
