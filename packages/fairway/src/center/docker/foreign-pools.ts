import type { Draft } from "../../intent/draft.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp, formatCidr, parseCidr } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { confirmAddress, expireAddress, freeAddress } from "../addresses/bindings.ts";
import type { Context } from "../context.ts";
import { referred, registeredHost } from "../lookup.ts";
import type { ForeignNetworks } from "../schemas/pool.ts";
import { deleteSubnet } from "../subnets/subnets.ts";

type Pool = IntentRow<"Docker_Pool">;
type ForeignNetwork = ForeignNetworks["networks"][number];

/**
 * Pools that no network of Fairway's binds: those that networks of other drivers use (`docker network create -d bridge
 * --ipam-driver fairway`), and those that nobody uses. No call tells the one from the other; the engine's list of its
 * networks does. So a pool is freed only when its engine has just said that no network uses it; an engine that is
 * silent keeps what it has.
 */
export class ForeignPools {
  readonly #store: Store;
  readonly #addresses: Addresses;
  readonly #now: () => number;

  constructor(store: Store, addresses: Addresses, now: () => number) {
    this.#store = store;
    this.#addresses = addresses;
    this.#now = now;
  }

  /** @param told all networks of other drivers on this engine that have our IPAM driver. */
  async report(host: string, told: ForeignNetworks, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const networks = told.networks.map(canonical);
    await this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      const unclear = new Set<string>();
      for (const { engineId, subnets } of networks)
        for (const cidr of subnets) if (!this.#adopt(draft, owner, engineId, cidr)) unclear.add(cidr);
      for (const pool of draft.find("Docker_Pool", "byUnboundHost", owner._uuid)) {
        if (pool.foreign_network !== null)
          this.#follow(
            draft,
            pool,
            networks.find(({ engineId }) => engineId === pool.foreign_network),
          );
        else if (this.#isOver(pool) && !unclear.has(cidrOf(draft, pool))) deleteSubnet(draft, pool.subnet);
      }
    });
  }

  /**
   * Finds the pool of a foreign network. Where several have its CIDR, some belong to networks that are being made:
   * once those are bound or late, what is left is the network's.
   * @returns false where that cannot be told yet.
   */
  #adopt(draft: Draft, { _uuid: host }: IntentRow<"Host">, engineId: string, cidr: string): boolean {
    const unbound = draft
      .find("Docker_Pool", "byUnboundHost", host)
      .filter((pool) => cidrOf(draft, pool) === cidr);
    if (unbound.some(({ foreign_network }) => foreign_network === engineId)) return true;
    const candidates = unbound.filter(({ foreign_network }) => foreign_network === null);
    if (candidates.length > 1 && !candidates.every((pool) => this.#isOver(pool))) return false;
    for (const { _uuid } of candidates)
      draft.update("Docker_Pool", _uuid, { foreign_network: engineId, expires: null });
    return true;
  }

  /** What is missing for the first time is kept for a while still: the engine may have been about to list it. */
  #follow(draft: Draft, pool: Pool, network: ForeignNetwork | undefined): void {
    const { reservedUntil } = this.#addresses;
    if (network === undefined) {
      if (this.#isOver(pool)) deleteSubnet(draft, pool.subnet);
      else if (pool.expires === null) draft.update("Docker_Pool", pool._uuid, { expires: reservedUntil });
      return;
    }
    draft.update("Docker_Pool", pool._uuid, { expires: null });
    if (network.addresses === undefined) return;
    for (const address of draft.find("Address", "bySubnet", pool.subnet)) {
      if (address.purpose === "gateway") continue;
      if (network.addresses.includes(address.ip)) confirmAddress(draft, address._uuid);
      else if (address.purpose === "auxiliary") continue;
      else if (this.#isOver(address)) freeAddress(draft, address._uuid);
      else if (address.expires === null) expireAddress(draft, address._uuid, reservedUntil);
    }
  }

  #isOver({ expires }: { readonly expires: number | null }): boolean {
    return expires !== null && expires <= this.#now();
  }
}

function cidrOf(view: View, { subnet }: Pool): string {
  return referred(view.get("Subnet", subnet)).cidr;
}

function canonical({ engineId, subnets, addresses }: ForeignNetwork): ForeignNetwork {
  return {
    engineId,
    subnets: subnets.map((cidr) => formatCidr(parseCidr(cidr))),
    ...(addresses !== undefined && { addresses: addresses.map(canonicalIp) }),
  };
}
