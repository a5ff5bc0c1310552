import type { Draft } from "../intent/draft.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import { canonicalIp, formatCidr, parseCidr } from "../ip.ts";
import { mayActFor } from "./access.ts";
import type { Addresses } from "./addresses.ts";
import { registeredHost } from "./lookup.ts";
import { deleteSubnet, spaceOf } from "./pool.ts";
import type { ForeignNetworks } from "./schemas/pool.ts";
import type { Context } from "./service.ts";

type Subnet = IntentRow<"Subnet">;
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
  async tell(host: string, told: ForeignNetworks, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const networks = told.networks.map(canonical);
    await this.#store.change((draft) => {
      registeredHost(draft, host);
      const unclear = new Set<string>();
      for (const { engineId, subnets } of networks)
        for (const cidr of subnets) if (!this.#adopt(draft, host, engineId, cidr)) unclear.add(cidr);
      for (const pool of draft.find("Subnet", "byUnboundHost", host)) {
        if (pool.foreign !== null)
          this.#follow(
            draft,
            pool,
            networks.find(({ engineId }) => engineId === pool.foreign),
          );
        else if (this.#isOver(pool) && !unclear.has(pool.cidr)) deleteSubnet(draft, pool._uuid);
      }
    });
  }

  /**
   * Finds the pool of a foreign network. Where several have its CIDR, some belong to networks that are being made:
   * once those are bound or late, what is left is the network's.
   * @returns false where that cannot be told yet.
   */
  #adopt(draft: Draft, host: string, engineId: string, cidr: string): boolean {
    const unbound = draft.find("Subnet", "byUnboundHost", host).filter((pool) => pool.cidr === cidr);
    if (unbound.some(({ foreign }) => foreign === engineId)) return true;
    const candidates = unbound.filter(({ foreign }) => foreign === null);
    if (candidates.length > 1 && !candidates.every((pool) => this.#isOver(pool))) return false;
    for (const { _uuid } of candidates)
      draft.update("Subnet", _uuid, {
        foreign: engineId,
        // Out of the way of the next pool of this CIDR, and of its other candidates.
        space: spaceOf(host, `foreign/${engineId}/${_uuid}`),
        expires: null,
      });
    return true;
  }

  /** What is missing for the first time is kept for a while still: the engine may have been about to list it. */
  #follow(draft: Draft, pool: Subnet, network: ForeignNetwork | undefined): void {
    if (network === undefined) {
      if (this.#isOver(pool)) deleteSubnet(draft, pool._uuid);
      else if (pool.expires === null)
        draft.update("Subnet", pool._uuid, { expires: this.#addresses.reservedUntil });
      return;
    }
    draft.update("Subnet", pool._uuid, { expires: null });
    for (const address of draft.find("Address", "bySubnet", pool._uuid)) {
      if (address.purpose === "gateway") continue;
      if (network.addresses.includes(address.ip))
        draft.update("Address", address._uuid, { purpose: "endpoint", expires: null });
      else if (address.purpose === "auxiliary") continue;
      else if (this.#isOver(address)) draft.delete("Address", address._uuid);
      else if (address.expires === null)
        draft.update("Address", address._uuid, { expires: this.#addresses.reservedUntil });
    }
  }

  #isOver({ expires }: { readonly expires: number | null }): boolean {
    return expires !== null && expires <= this.#now();
  }
}

function canonical({ engineId, subnets, addresses }: ForeignNetwork): ForeignNetwork {
  return {
    engineId,
    subnets: subnets.map((cidr) => formatCidr(parseCidr(cidr))),
    addresses: addresses.map(canonicalIp),
  };
}
