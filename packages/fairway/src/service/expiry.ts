import type { Draft } from "../intent/draft.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import type { Logger } from "../logger.ts";
import { Isolated } from "../runtime/isolated.ts";

/**
 * Frees the addresses of networks that were asked for and that no endpoint took (design §3). Pools, and the addresses
 * of networks that Fairway does not drive, end by their engine's word alone: see foreign-pools.ts.
 * Hosts without a container on a network reach it no longer, when nobody has asked for a while.
 * One row that cannot be written leaves the others.
 */
export class Expiry {
  readonly #store: Store;
  readonly #rows: Isolated;

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#rows = new Isolated({ what: "to let a row expire", logger });
  }

  /**
   * @param now ms
   * @returns how many addresses went
   */
  async expire(now: number): Promise<number> {
    const { view } = this.#store;
    const addresses = view.find("Address", "expiring", "").filter((row) => isOver(row, now));
    const handles = view.find("Docker_Network", "asked", "").filter((row) => isForgotten(row, now));
    this.#rows.keep(new Set([...addresses, ...handles].map(({ _uuid }) => _uuid)));
    const freed = new Set<string>();
    await Promise.all([
      ...addresses.map(({ _uuid }) =>
        this.#attempt(_uuid, (draft) => {
          if (free(draft, _uuid, now)) freed.add(_uuid);
        }),
      ),
      ...handles.map(({ _uuid }) =>
        this.#attempt(_uuid, (draft) => {
          const handle = draft.get("Docker_Network", _uuid);
          if (handle !== undefined && isForgotten(handle, now))
            draft.update("Docker_Network", _uuid, { asked_until: null });
        }),
      ),
    ]);
    return freed.size;
  }

  #attempt(uuid: string, plan: (draft: Draft) => void): Promise<boolean> {
    return this.#rows.attempt(uuid, () => this.#store.change(plan));
  }
}

function isOver({ expires }: IntentRow<"Address">, now: number): boolean {
  return expires !== null && expires <= now;
}

function isForgotten({ asked_until: until }: IntentRow<"Docker_Network">, now: number): boolean {
  return until !== null && until <= now;
}

function free(draft: Draft, uuid: string, now: number): boolean {
  const address = draft.get("Address", uuid);
  if (address === undefined || !isOver(address, now) || address.endpoint !== null) return false;
  if (draft.get("Subnet", address.subnet)?.network === null) return false;
  draft.delete("Address", uuid);
  return true;
}
