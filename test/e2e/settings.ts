import { parseVariant } from "../../lab/trees/tree.ts";

/** Which engine the tests run on: `VARIANT=debian13 make e2e`. */
export const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
