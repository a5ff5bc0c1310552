import type { IntentRow } from "./view.ts";

/** The option of a network that says whether names are answered on the way to the server that a container asks. */
export const dnsOption = "dns";
export const dnsValues = ["on", "off"] as const;

/** Whether a network's containers find others by whichever name server they ask; networks that were made without a word do. */
export function isIntercepted({ options }: Pick<IntentRow<"Network">, "options">): boolean {
  return options[dnsOption] !== "off";
}
