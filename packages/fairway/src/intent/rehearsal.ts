import { Draft } from "./draft.ts";
import type { Changeable } from "./joint-change.ts";
import type { Plan } from "./pending-change.ts";
import type { View } from "./view.ts";

/** What a plan would give, without a change: what it took is given back. Throws what the plan throws, and what cannot be encoded. */
function rehearse<T>(view: View, plan: Plan<T>): T {
  const draft = new Draft(view);
  try {
    const result = plan(draft);
    draft.operations();
    return result;
  } finally {
    draft.abandon();
  }
}

/** Makes a change; where `isDry` says so it is only told what it would give. Throws what the plan throws. */
export async function changeOrRehearse<T>(
  store: Changeable,
  { isDry = false }: { readonly isDry?: boolean },
  plan: Plan<T>,
): Promise<T> {
  return isDry ? rehearse(store.view, plan) : store.change(plan);
}
