import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";

/**
 * Frees the addresses of networks that were asked for and that no endpoint took (design §3). Pools, and the addresses
 * of networks that Fairway does not drive, end by their engine's word alone: see foreign-pools.ts.
 * Hosts without a container on a network reach it no longer, when nobody has asked for a while.
 * @param now ms
 * @returns how many addresses went
 */
export async function expire(store: Store, now: number): Promise<number> {
  const isOver = (row: { readonly expires: number | null }) => row.expires !== null && row.expires <= now;
  const isForgotten = ({ asked_until: until }: IntentRow<"Docker_Network">) => until !== null && until <= now;
  const isDue =
    store.view.find("Address", "expiring", "").some(isOver) ||
    store.view.find("Docker_Network", "asked", "").some(isForgotten);
  if (!isDue) return 0;
  return store.change((draft) => {
    let count = 0;
    for (const address of draft.find("Address", "expiring", "")) {
      if (!isOver(address) || address.endpoint !== null) continue;
      if (draft.get("Subnet", address.subnet)?.network === null) continue;
      draft.delete("Address", address._uuid);
      count++;
    }
    for (const handle of draft.find("Docker_Network", "asked", ""))
      if (isForgotten(handle)) draft.update("Docker_Network", handle._uuid, { asked_until: null });
    return count;
  });
}
