import type { IntentRow } from "./view.ts";

/** The option of a network that says whether what is sent to a group goes to its members alone; of a router, whether it goes on to those of other networks. */
export const multicastOption = "multicast";

/** Whether a network's switch keeps account of who is in which group (without a word it floods), or a router leads on what is sent to one (else it does not). */
export function knowsGroups({ options }: Pick<IntentRow<"Network">, "options">): boolean {
  return options[multicastOption] === "true";
}
