import { Draft } from "./draft.ts";
import { type IndexName, keysIn, type TableName } from "./indexes.ts";
import type { IntentRow, View } from "./view.ts";

/** The rows that an index has under any of several keys. In a draft it costs one pass over what was drafted, however many keys there are. */
export function findAmong<T extends TableName>(
  view: View,
  table: T,
  index: IndexName<T>,
  keys: ReadonlySet<string>,
): readonly IntentRow<T>[] {
  if (!(view instanceof Draft)) return Array.from(keys).flatMap((key) => view.find(table, index, key));
  const changes = view.changes(table);
  const drafted = new Set(changes.flatMap(({ before }) => before?._uuid ?? []));
  const stayed = findAmong(view.base, table, index, keys).filter(({ _uuid }) => !drafted.has(_uuid));
  const added = changes.flatMap(({ after }) => (isAmong(table, index, after, keys) ? after : []));
  return [...stayed, ...added.filter((row) => row !== undefined)];
}

/** How many `findAmong` would give. */
export function countAmong<T extends TableName>(
  view: View,
  table: T,
  index: IndexName<T>,
  keys: ReadonlySet<string>,
): number {
  if (!(view instanceof Draft))
    return Array.from(keys).reduce((sum, key) => sum + view.count(table, index, key), 0);
  const count = (row: IntentRow<T> | undefined) => Number(isAmong(table, index, row, keys));
  return view
    .changes(table)
    .reduce(
      (sum, { before, after }) => sum + count(after) - count(before),
      countAmong(view.base, table, index, keys),
    );
}

function isAmong<T extends TableName>(
  table: T,
  index: IndexName<T>,
  row: IntentRow<T> | undefined,
  keys: ReadonlySet<string>,
): boolean {
  return row !== undefined && keysIn(table, index, row).some((key) => keys.has(key));
}
