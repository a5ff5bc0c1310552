import type { Draft } from "../intent/draft.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import type { Logger } from "../logger.ts";
import { Isolated } from "../runtime/isolated.ts";
import { forgetUses, hasForgettableUses } from "./addresses/address-uses.ts";
import { freeAddress } from "./addresses/bindings.ts";
import { endHostAccess } from "./hosts/host-access.ts";
import { closeNames, hasOverdueNames } from "./security-groups/resolved-names.ts";

/** What it is called among the rows that are tried again later. */
const uses = "uses of addresses";

/**
 * Frees the addresses of networks that were asked for and that no endpoint took. Pools, and the addresses
 * of networks that Fairway does not drive, end by their engine's word alone: see foreign-pools.ts.
 * Ends reservations whose time has come, and forgets who had an address long ago.
 * Hosts without a container on a network reach it no longer, when nobody has asked for a while. Nor do members of a group what a name stood for.
 * One row that cannot be written leaves the others.
 */
export class Expiry {
  readonly #store: Pick<Store, "view" | "change">;
  readonly #rows: Isolated;

  constructor(store: Pick<Store, "view" | "change">, logger: Logger) {
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
    const accesses = Array.from(view.rows("Host_Access")).filter(({ until }) => until <= now);
    const groups = Array.from(view.rows("Security_Group")).filter((row) => hasOverdueNames(row, now));
    this.#rows.keep(new Set([...[...addresses, ...accesses, ...groups].map(({ _uuid }) => _uuid), uses]));
    const freed = new Set<string>();
    await Promise.all([
      ...addresses.map(({ _uuid }) =>
        this.#attempt(_uuid, (draft) => {
          if (free(draft, _uuid, now)) freed.add(_uuid);
        }),
      ),
      ...accesses.map(({ _uuid }) => this.#attempt(_uuid, (draft) => endHostAccess(draft, _uuid, now))),
      ...groups.map(({ _uuid }) => this.#attempt(_uuid, (draft) => closeNames(draft, _uuid, now))),
      ...(hasForgettableUses(view, now) ? [this.#attempt(uses, (draft) => forgetUses(draft, now))] : []),
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

function free(draft: Draft, uuid: string, now: number): boolean {
  const address = draft.get("Address", uuid);
  if (address === undefined || !isOver(address, now) || address.endpoint !== null) return false;
  if (draft.get("Subnet", address.subnet)?.network === null) return false;
  freeAddress(draft, uuid);
  return true;
}
