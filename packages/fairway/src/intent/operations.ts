import { type AnyTables, operationsFor } from "@fairway/ovsdb";
import { schema, type Tables } from "./generated/fairway.ts";

export { byUuid } from "@fairway/ovsdb";

/** Operations on the intent's database, typed by its schema. */
export const op = operationsFor<Tables>(schema);
/** The same for whoever handles rows of any table. */
export const anyOp = operationsFor<AnyTables>(schema);
export const DATABASE = schema.name;
