import type { Unit } from "../compile/desired.ts";

/** The row of the intent that a unit is compiled for. */
export function rowOf(unit: Unit): { readonly table: "Network" | "Endpoint"; readonly uuid: string } {
  const [kind, uuid = ""] = unit.split("/");
  return { table: kind === "endpoint" ? "Endpoint" : "Network", uuid };
}
