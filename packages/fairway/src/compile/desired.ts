import type { Cells } from "../cells.ts";

/** Tables of OVN Northbound that Fairway writes (ovn-nb(5)). */
export type NorthboundTable =
  | "Logical_Switch"
  | "Logical_Switch_Port"
  | "Logical_Router"
  | "Logical_Router_Port"
  | "Logical_Router_Static_Route"
  | "ACL";

/**
 * What is compiled and applied as one: `network/UUID`, `endpoint/UUID`, and `reach/UUID` of a network's hosts. It stands in `external_ids:fairway` of every
 * row that it is made of, so that what is ours and not desired any more can be told.
 */
export type Unit = `${"network" | "endpoint" | "reach"}/${string}`;

/** A row that Northbound must have. Columns that it does not name are somebody else's. */
export interface DesiredRow {
  readonly table: NorthboundTable;
  readonly uuid: string;
  readonly cells: Cells;
  /** The row whose set of references keeps this one alive; null for rows of root tables. */
  readonly parent: string | null;
}

/** The marks of a row of ours. `fairway-parent` tells where a row that must go is referred to. */
export function tag(
  unit: Unit,
  parent: string | null,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...more, fairway: unit, ...(parent === null ? {} : { "fairway-parent": parent }) };
}
