import type { Router } from "../center/schemas/router.ts";
import { type Field, list } from "./text.ts";

/** What of a domain's zones is said, as `show` prints it. */
export function zonePolicyFields({ zonePolicy, zoneRules }: Router): readonly Field[] {
  const rules = Object.entries(zoneRules).map(([rule, action]) => `${rule}: ${action}`);
  return [
    ["zone policy", zonePolicy],
    ["zone rules", list(rules.sort())],
  ];
}
