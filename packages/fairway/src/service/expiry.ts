import type { Store } from "../intent/store.ts";
import { deleteSubnet } from "./pool.ts";

/**
 * Frees what was asked for and never bound: pools that no network took, addresses that no endpoint took (design §3).
 * @param now ms
 * @returns how many rows went
 */
export async function expire(store: Store, now: number): Promise<number> {
  const isOver = (row: { readonly expires: number | null }) => row.expires !== null && row.expires <= now;
  const anything =
    [...store.view.rows("Subnet")].some(isOver) || [...store.view.rows("Address")].some(isOver);
  if (!anything) return 0;
  return store.change((draft) => {
    let count = 0;
    for (const subnet of draft.rows("Subnet")) {
      if (!isOver(subnet)) continue;
      deleteSubnet(draft, subnet._uuid);
      count++;
    }
    for (const address of draft.rows("Address")) {
      if (!isOver(address) || address.endpoint !== null) continue;
      draft.delete("Address", address._uuid);
      count++;
    }
    return count;
  });
}
