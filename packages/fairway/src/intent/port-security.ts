import { portSecurityLevels } from "../fields.ts";
import type { IntentRow } from "./view.ts";

export type PortSecurity = (typeof portSecurityLevels)[number];

/** The option of a network that says it. */
export const portSecurityOption = "port-security";

/** What a network's endpoints may send; networks that were made without a word have `mac`. */
export function portSecurityOf({ options }: Pick<IntentRow<"Network">, "options">): PortSecurity {
  const asked = options[portSecurityOption];
  return portSecurityLevels.find((level) => level === asked) ?? "mac";
}
