import { isYes } from "../option-word.ts";
import type { IntentRow } from "./view.ts";

/** The option of a network that says whether its members reach each other. */
export const iccOption = "icc";

/** What Docker's bridge driver calls it: inter-container connectivity. A row has it beside ours. */
export const dockersIccOption = "com.docker.network.bridge.enable_icc";

/** The option of an endpoint that says whether all members of its network reach it, and it them, also where they are kept apart. */
export const promiscuousOption = "fairway.promiscuous";

/** Whether a network's members are kept apart. */
export function isApart({ options }: Pick<IntentRow<"Network">, "options">): boolean {
  return options[iccOption] === "false";
}

/** Whether an endpoint is for all members of its network. */
export function isPromiscuous({ options }: Pick<IntentRow<"Endpoint">, "options">): boolean {
  return isYes(options[promiscuousOption]) === true;
}
