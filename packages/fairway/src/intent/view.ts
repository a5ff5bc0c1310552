import type { Tables } from "./generated/fairway.ts";
import type { IndexName, TableName } from "./indexes.ts";

export type IntentRow<T extends TableName> = Tables[T];

/** The intent as it is read: what is committed, or a draft on top of it. */
export interface View {
  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined;
  rows<T extends TableName>(table: T): Iterable<IntentRow<T>>;
  /** In no particular order. */
  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[];
  /** How many `find` would give; it costs the same however many there are. */
  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number;
}

/** The one row of settings. */
export function central(view: View): IntentRow<"Central"> | undefined {
  for (const row of view.rows("Central")) return row;
  return undefined;
}
