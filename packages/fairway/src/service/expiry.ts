import type { Store } from "../intent/store.ts";

/**
 * Frees the addresses of networks that were asked for and that no endpoint took (design §3). Pools, and the addresses
 * of networks that Fairway does not drive, end by their engine's word alone: see foreign-pools.ts.
 * @param now ms
 * @returns how many addresses went
 */
export async function expire(store: Store, now: number): Promise<number> {
  const isOver = (row: { readonly expires: number | null }) => row.expires !== null && row.expires <= now;
  if (!store.view.find("Address", "expiring", "").some(isOver)) return 0;
  return store.change((draft) => {
    let count = 0;
    for (const address of draft.find("Address", "expiring", "")) {
      if (!isOver(address) || address.endpoint !== null) continue;
      if (draft.get("Subnet", address.subnet)?.network === null) continue;
      draft.delete("Address", address._uuid);
      count++;
    }
    return count;
  });
}
