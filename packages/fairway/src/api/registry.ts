import type { Method } from "@fairway/client";
import type { AnyRoute } from "./routes/route.ts";
import * as table from "./routes/table.ts";

/** A route with its name: unique, and what a client offers it as. */
export type Operation = AnyRoute & { readonly operation: string };

const methods: readonly Method[] = ["GET", "PUT", "POST", "PATCH", "DELETE"];

/** The whole API, by path and method. */
export const registry: readonly Operation[] = Object.entries<AnyRoute>(table)
  .map(([operation, route]) => ({ ...route, operation }))
  .sort((a, b) => compare(a.url, b.url) || methods.indexOf(a.method) - methods.indexOf(b.method));

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
