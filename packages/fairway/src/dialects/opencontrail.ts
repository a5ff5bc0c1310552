import type { Dialect } from "./dialect.ts";

/** opencontrail-docker-libnetwork: its one option, `rt`, and its label of the same name are Fairway's own (docs/route-targets.md). */
export const opencontrail: Dialect = { options: [] };
