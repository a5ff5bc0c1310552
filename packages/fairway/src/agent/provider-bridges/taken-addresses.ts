import { networkInterfaces } from "node:os";
import type { AddressGrant } from "../../center/schemas/pool.ts";
import { messageOf } from "../../errors.ts";
import { findNeighbour } from "../../host/neighbour-probe.ts";
import { canonicalIp } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import type { Links } from "../ports/links.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";

/** Of one network; whoever wants to know more looks into the log. */
const mostTold = 5;

/** Where an address is to be used. */
export type OnWire = NonNullable<AddressGrant["wire"]>;

export interface TakenAddressesParts {
  readonly state: Pick<HostState, "items">;
  readonly links: Pick<Links, "find">;
  readonly troubles: Troubles;
  readonly logger: Logger;
}

/** Which addresses of networks on wires are somebody's whom the center does not know: another machine's of the LAN, or this host's own. */
export class TakenAddresses {
  readonly #parts: TakenAddressesParts;
  /** By network: who was seen to have an address. */
  readonly #seen = new Map<string, Map<string, string>>();

  constructor(parts: TakenAddressesParts) {
    this.#parts = parts;
  }

  /**
   * Who has an address on a wire, in words; undefined where nobody answers for it, or where this host is not on the wire. What cannot be found out is
   * not known to be taken.
   * @throws the signal's reason.
   */
  async holder(
    { network, physicalNetwork, vlan }: OnWire,
    ip: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { state, logger } = this.#parts;
    const item = state.items.get(`provider-bridge/${physicalNetwork}`);
    if (item?.kind !== "provider-bridge") return undefined;
    try {
      const holder = isOwn(ip) ? "this host" : await this.#neighbour(item.interface, vlan, ip, signal);
      this.#note(network, ip, holder);
      return holder;
    } catch (error) {
      signal.throwIfAborted();
      logger.warn(
        { network, address: ip, error: messageOf(error) },
        "nobody was asked whether an address is free on the wire",
      );
      return undefined;
    }
  }

  async #neighbour(
    nic: string,
    vlan: number | null,
    ip: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const link = await this.#parts.links.find(nic);
    return link && findNeighbour(link, vlan, ip, signal);
  }

  #note(network: string, ip: string, holder: string | undefined): void {
    const { state, troubles, logger } = this.#parts;
    const seen = this.#seen.get(network) ?? new Map<string, string>();
    this.#seen.set(network, seen);
    seen.delete(ip);
    if (holder !== undefined) {
      logger.warn(
        { network, address: ip, holder },
        "an address is somebody else's on the wire; it is not given",
      );
      seen.set(ip, holder);
    }
    const known = new Set(
      Array.from(state.items.values(), (item) => ("network" in item ? item.network : undefined)),
    );
    for (const [each, addresses] of this.#seen)
      if (addresses.size === 0 || !known.has(each)) this.#seen.delete(each);
    troubles.of(
      "addresses on wires",
      Array.from(this.#seen, ([each, addresses]) => ({
        network: each,
        isMeant: true as const,
        reason: `not given, for somebody else on the wire has them: ${Array.from(
          addresses,
          ([address, who]) => `${address} (${who})`,
        )
          .slice(-mostTold)
          .join(", ")}`,
      })),
    );
  }
}

function isOwn(ip: string): boolean {
  return Object.values(networkInterfaces()).some((addresses = []) =>
    addresses.some(({ address, scopeid }) => !scopeid && canonicalIp(address) === ip),
  );
}
