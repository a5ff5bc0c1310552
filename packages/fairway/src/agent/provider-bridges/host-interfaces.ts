import { networkInterfaces } from "node:os";
import { FairwayError } from "../../errors.ts";
import type { Links } from "../ports/links.ts";

/** Interfaces of the machine that are to be put into bridges. */
export class HostInterfaces {
  readonly #links: Links;

  constructor(links: Links) {
    this.#links = links;
  }

  /**
   * @throws `not_found` where there is no such interface, `conflict` where it has an address of the host or is another bridge's: what is put into
   *   a bridge of Open vSwitch answers for its addresses no more.
   */
  async checkFree(name: string): Promise<void> {
    const link = await this.#links.find(name);
    if (link === undefined) throw new FairwayError("not_found", `this host has no interface ${name}`);
    const addresses = (networkInterfaces()[name] ?? [])
      .map(({ address }) => address)
      .filter((address) => !/^fe80:/i.test(address));
    if (addresses.length > 0)
      throw new FairwayError(
        "conflict",
        `interface ${name} has the host's address ${addresses.join(", ")}, which would be cut off; use another interface, or give the ` +
          "address to a bridge of Open vSwitch and put the interface into it",
      );
    if (link.master !== undefined)
      throw new FairwayError(
        "conflict",
        `interface ${name} is a port of a bridge or bond; take it out first`,
      );
  }

  /** A NIC that is down carries nothing. */
  async setUp(name: string): Promise<void> {
    const link = await this.#links.find(name);
    if (link !== undefined && !link.up) await this.#links.setUp(link.index, link.mtu);
  }
}
