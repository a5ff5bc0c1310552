import { networkInterfaces } from "node:os";
import { FairwayError } from "../../errors.ts";
import type { Links } from "../ports/links.ts";

/** Interfaces of the machine that are to be put into bridges. */
export class HostInterfaces {
  readonly #links: Links;

  constructor(links: Links) {
    this.#links = links;
  }

  /** The addresses of the host on an interface; none where there is no such interface. Those with a label (`eth0:1`) stand under it. */
  addressesOf(name: string): readonly string[] {
    return Object.entries(networkInterfaces())
      .flatMap(([label, addresses = []]) => (label.split(":", 1)[0] === name ? addresses : []))
      .map(({ address }) => address)
      .filter((address) => !/^fe80:/i.test(address));
  }

  /**
   * @throws `not_found` where there is no such interface, `conflict` where it has an address of the host or is another bridge's: what is put into
   *   a bridge of Open vSwitch answers for its addresses no more.
   */
  async checkFree(name: string): Promise<void> {
    const link = await this.#links.find(name);
    if (link === undefined) throw new FairwayError("not_found", `this host has no interface ${name}`);
    const addresses = this.addressesOf(name);
    if (addresses.length > 0)
      throw new FairwayError(
        "conflict",
        `interface ${name} has the host's address ${addresses.join(", ")}, which would be cut off; use another interface, or have the ` +
          "address moved to the bridge: create the physical port with --take-address",
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
