import type { NorthboundTable } from "../compile/northbound/desired.ts";
import { schema } from "../compile/northbound/generated/northbound.ts";

/** A column that refers to rows of a table. */
interface Place {
  readonly table: NorthboundTable;
  readonly column: string;
}

/** The tables that have rows of ours. */
export const OWNED_TABLES = Object.keys(schema.tables).filter(
  (table): table is NorthboundTable => table !== "NB_Global",
);

/** Whether rows of a table live until they are deleted. Others live as long as a row refers to them (RFC 7047 §3.2, isRoot). */
export function isRoot(table: NorthboundTable): boolean {
  return schema.tables[table]?.isRoot === true;
}

/**
 * The columns of our tables that refer to sets of rows of a table, by the schema. What refers to one row alone is written with the row that
 * does, and weak: it is empty when that one is gone.
 */
export function placesOf(table: NorthboundTable): readonly Place[] {
  return places.get(table) ?? [];
}

const places = new Map(
  OWNED_TABLES.map((table) => [table, OWNED_TABLES.flatMap((from) => placesIn(from, table))]),
);

/** The columns of a table that refer to sets of root rows. */
export function rootPlacesIn(
  table: NorthboundTable,
): readonly { readonly column: string; readonly refTable: NorthboundTable }[] {
  return rootPlaces.get(table) ?? [];
}

const rootPlaces = new Map(
  OWNED_TABLES.map((table) => [
    table,
    OWNED_TABLES.filter(isRoot).flatMap((refTable) =>
      placesIn(table, refTable).map(({ column }) => ({ column, refTable })),
    ),
  ]),
);

/** What a row that was read refers to from one of those columns. */
export function referredBy(row: object | undefined, column: string): readonly string[] {
  return (row as Readonly<Record<string, readonly string[]>> | undefined)?.[column] ?? [];
}

function placesIn(from: NorthboundTable, table: NorthboundTable): readonly Place[] {
  return Object.entries(schema.tables[from]?.columns ?? {})
    .filter(([, { type }]) => type.key.refTable === table && type.max > 1)
    .map(([column]) => ({ table: from, column }));
}
