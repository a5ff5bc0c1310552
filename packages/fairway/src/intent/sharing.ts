import type { IntentRow, View } from "./view.ts";

/** The names of the organizations with which a network is shared, as far as a view has them. */
export function sharedWith(view: View, { shared_with }: IntentRow<"Network">): string[] {
  return shared_with.flatMap((uuid) => view.get("Organization", uuid)?.name ?? []).sort();
}
