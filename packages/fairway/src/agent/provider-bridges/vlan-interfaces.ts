import { createHash } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import { findLink, removeLink } from "../../host/netlink/link.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { addVlanLink, vlanLinks } from "../../host/netlink/vlan-link.ts";

/** What marks the interfaces of ours. */
const aliasPrefix = "fairway-vlan/";
/** `IFNAMSIZ` without its zero. */
const longestName = 15;

/** The name of a NIC's interface for a VLAN, as people call them: `eth0.1001`; of a NIC with a long name a hash stands for it. */
export function vlanInterfaceName(nic: string, vlan: number): string {
  const name = `${nic}.${vlan}`;
  if (name.length <= longestName) return name;
  return `fw${createHash("sha256").update(nic).digest("hex").slice(0, 8)}.${vlan}`;
}

/** Interfaces beside a NIC's own address, each for one VLAN. */
export class VlanInterfaces {
  readonly #netlink: Netlink;

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /**
   * Makes the interface of a VLAN, if nobody has made it.
   * @param physicalNetwork whose it is, if it is made now.
   * @returns its name. @throws as `addVlanLink`, and `not_found` where there is no such NIC.
   */
  async provide(nic: string, vlan: number, physicalNetwork: string): Promise<string> {
    const name = vlanInterfaceName(nic, vlan);
    if ((await findLink(this.#netlink, name)) !== undefined) return name;
    const parent = await findLink(this.#netlink, nic);
    if (parent === undefined) throw new FairwayError("not_found", `this host has no interface ${nic}`);
    const alias = `${aliasPrefix}${physicalNetwork}`;
    await addVlanLink(this.#netlink, { name, parent: parent.index, vlan, alias });
    return name;
  }

  /** Removes those of ours that are not kept. Where Open vSwitch still has one as a port, that port is to go first. */
  async keep(names: ReadonlySet<string>): Promise<void> {
    for (const link of await vlanLinks(this.#netlink))
      if (link.alias.startsWith(aliasPrefix) && !names.has(link.name)) await removeLink(this.#netlink, link);
  }
}
