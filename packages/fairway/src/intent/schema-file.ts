import { fileURLToPath } from "node:url";

/** The intent's schema, for ovsdb-tool(1). It lies beside this module, and beside the bundle that this module becomes part of. */
export const schemaFile = fileURLToPath(new URL("./fairway.ovsschema", import.meta.url));
