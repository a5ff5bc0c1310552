import type { View } from "../../intent/view.ts";
import type { DesiredRow } from "./desired.ts";

/** A kind of unit: each row of a table of the intent has one of it. */
export interface UnitKind {
  /** What a unit begins with. It is written into Northbound. */
  readonly name: string;
  /** What earlier versions wrote instead. */
  readonly formerly?: string;
  /** Whose rows have such a unit, and a `status` in which it says what is wrong. */
  readonly table: "Network" | "Endpoint" | "Router" | "Security_Group" | "Policy" | "Vip";
  /** Its part of that status. */
  readonly statusPart: string;
  /** @param uuid of the row. @returns the rows that the unit consists of. */
  compile(view: View, uuid: string): readonly DesiredRow[];
}
