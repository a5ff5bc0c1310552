import { type AnyRoute, isStream } from "./routes/route.ts";
import * as table from "./routes/table.ts";
import type { Method } from "./transport.ts";

/** What a client needs to know of a route to call it. */
export interface CallShape {
  readonly operation: string;
  readonly method: Method;
  readonly url: string;
  /** Names of what its query may have. */
  readonly query: readonly string[];
  /** Whether its path or its query has parts with names. */
  readonly hasParameters: boolean;
  readonly hasBody: boolean;
  readonly isStream: boolean;
  /** Of a stream: how its messages are written. */
  readonly format?: "events" | undefined;
}

/** The shape of each operation's call. In the bundle they stand ready: a command that asks the center loads no schema for them. */
export const callShapes: readonly CallShape[] = Object.entries<AnyRoute>(table).map(([operation, route]) => ({
  operation,
  method: route.method,
  url: route.url,
  query: Object.keys(route.query?.shape ?? {}),
  hasParameters: route.params !== undefined || route.query !== undefined,
  hasBody: route.body !== undefined,
  isStream: isStream(route),
  format: isStream(route) ? route.format : undefined,
}));
