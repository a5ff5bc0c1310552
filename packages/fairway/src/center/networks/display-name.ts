import type { IntentRow } from "../../intent/view.ts";

type Named = Pick<IntentRow<"Network">, "name" | "options">;

/** The option of a network that says what people call it, as OpenContrail's driver has it. */
export const displayNameOption = "name";

/** What people call a network beside its name; null: nothing. */
export function displayNameOf({ options }: Pick<Named, "options">): string | null {
  return options[displayNameOption] || null;
}

/** A network in a sentence: its name, and behind it in brackets what people call it. */
export function fullNameOf(network: Named): string {
  const shown = displayNameOf(network);
  return shown === null ? network.name : `${network.name} (${shown})`;
}
