import type { NorthboundTable } from "../compile/desired.ts";

/** Where rows of a table are referred to: a row that no set refers to is gone at commit (RFC 7047 §3.2, isRoot). */
interface Parentage {
  readonly table: NorthboundTable;
  readonly column: "ports" | "static_routes" | "acls";
}

/** null: a root table, whose rows live until they are deleted. */
export const parentage: Readonly<Record<NorthboundTable, Parentage | null>> = {
  Logical_Switch: null,
  Logical_Switch_Port: { table: "Logical_Switch", column: "ports" },
  Logical_Router: null,
  Logical_Router_Port: { table: "Logical_Router", column: "ports" },
  ACL: { table: "Logical_Switch", column: "acls" },
  Logical_Router_Static_Route: { table: "Logical_Router", column: "static_routes" },
};

export const OWNED_TABLES = Object.keys(parentage) as readonly NorthboundTable[];
