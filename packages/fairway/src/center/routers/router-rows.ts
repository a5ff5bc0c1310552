import type { Draft } from "../../intent/draft.ts";
import type { IntentRow } from "../../intent/view.ts";

type Row = IntentRow<"Router">;

/** Makes a router to which nothing is attached yet. */
export function insertRouter(draft: Draft, uuid: string, columns: Omit<Row, "_uuid" | "status">): Row {
  return draft.insert("Router", uuid, { ...columns, status: {} });
}
