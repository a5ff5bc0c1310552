import { OvsdbError } from "./errors.ts";
import type { MonitoredTable } from "./monitored-table.ts";
import { isRecord } from "./notation.ts";
import type { Row } from "./row-types.ts";

/** One changed row. */
export interface RowChange {
  readonly table: string;
  readonly uuid: string;
  readonly old: Row | undefined;
  readonly new: Row | undefined;
}

/** Works out one row from what it was and what a server sent about it; undefined: it is gone. */
type ReadRow = (
  table: MonitoredTable,
  uuid: string,
  old: Row | undefined,
  update: unknown,
) => Row | undefined;

/** `update` (RFC 7047 §4.1.6): `new` is the whole row. Such a server sends every row, so the selection is made here. */
export const readRowUpdate: ReadRow = (table, uuid, _old, update) => {
  if (!isRecord(update)) throw unreadable("a row's update");
  if (update["new"] === undefined) return undefined;
  const row = table.reader.read(uuid, update["new"]);
  return table.accepts(row) ? row : undefined;
};

/** `update2` and `update3` (ovsdb-server(7) §4.1.14): `modify` is a difference. */
export const readRowUpdate2: ReadRow = ({ reader }, uuid, old, update) => {
  if (!isRecord(update)) throw unreadable("a row's update");
  const whole = update["initial"] ?? update["insert"];
  if (whole !== undefined) return reader.read(uuid, whole);
  if ("delete" in update) return undefined;
  if (old === undefined) throw unreadable("a change of a row that was never sent");
  return reader.applyDiff(old, update["modify"]);
};

/** Applies changes, all or none; gives those that made a difference. Throws "protocol error". */
export function applyChanges(
  tables: ReadonlyMap<string, MonitoredTable>,
  updates: unknown,
  readRow: ReadRow,
): RowChange[] {
  const changes: RowChange[] = [];
  for (const [table, uuid, update] of eachRow(tables, updates)) {
    const { name, store } = table;
    const old = store.get(uuid);
    const row = readRow(table, uuid, old, update);
    if (old === undefined && row === undefined) continue;
    changes.push({ table: name, uuid, old, new: row });
  }
  return applied(tables, changes);
}

/** Makes the tables equal to a complete content, or leaves them; gives the differences. Throws "protocol error". Rows that did not change stay the same objects. */
export function replaceContent(
  tables: ReadonlyMap<string, MonitoredTable>,
  updates: unknown,
  readRow: ReadRow,
): RowChange[] {
  const changes: RowChange[] = [];
  const present = new Map([...tables.keys()].map((name) => [name, new Set<string>()]));
  for (const [table, uuid, update] of eachRow(tables, updates)) {
    const { name, store, reader } = table;
    const row = readRow(table, uuid, undefined, update);
    if (row === undefined) continue;
    present.get(name)?.add(uuid);
    const old = store.get(uuid);
    if (old !== undefined && reader.same(old, row)) continue;
    changes.push({ table: name, uuid, old, new: row });
  }
  for (const { name, store } of tables.values()) {
    for (const old of store.rows()) {
      if (present.get(name)?.has(old._uuid) === true) continue;
      changes.push({ table: name, uuid: old._uuid, old, new: undefined });
    }
  }
  return applied(tables, changes);
}

/** Everything is read before anything is changed: half of an update would be known to nobody. */
function applied(tables: ReadonlyMap<string, MonitoredTable>, changes: RowChange[]): RowChange[] {
  for (const { table, uuid, new: row } of changes) tables.get(table)?.store.set(uuid, row);
  return changes;
}

function* eachRow(
  tables: ReadonlyMap<string, MonitoredTable>,
  updates: unknown,
): Generator<[table: MonitoredTable, uuid: string, update: unknown]> {
  if (!isRecord(updates)) throw unreadable("a table's updates");
  for (const name in updates) {
    const table = tables.get(name);
    const rows = updates[name];
    if (table === undefined || !isRecord(rows)) throw unreadable(`updates of ${name}`);
    for (const uuid in rows) yield [table, uuid, rows[uuid]];
  }
}

function unreadable(what: string): OvsdbError {
  return new OvsdbError("protocol error", `The server sent ${what} that makes no sense`);
}
