import { z } from "zod";
import { components } from "./common.ts";

/** A route target with the networks that have it, by name. */
export const routeTarget = z.strictObject({
  /** `AS:NUMBER` or `ADDRESS:NUMBER`. */
  target: z.string(),
  /** The networks that lead to what others export by it. */
  importedBy: z.array(z.string()),
  /** The networks to which others lead by it. */
  exportedBy: z.array(z.string()),
});
export type RouteTarget = z.infer<typeof routeTarget>;
components.add(routeTarget, { id: "RouteTarget" });
