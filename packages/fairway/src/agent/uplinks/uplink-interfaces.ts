import { disableTransmitChecksumOffload } from "../../host/offload.ts";
import {
  hasUserspaceDatapath,
  type OpenVSwitchReplica,
  tunnelAddressIn,
} from "../../host/open-vswitch/open-vswitch.ts";
import { familyOf } from "../../ip.ts";
import { enableForwarding, prepareUplink } from "../firewall/kernel-settings.ts";
import { isInternalName, uplinkName } from "../ports/interface-names.ts";
import type { Links } from "../ports/links.ts";
import { hostAddresses } from "./host-addresses.ts";
import type { HostAddresses, Routing } from "./routing.ts";
import type { Uplink, UplinkItem } from "./uplink.ts";

/** An uplink's interface as far as this host can make it. */
export interface MadeUplink {
  readonly uplink: Uplink;
  /** Whether at least one of its families works. */
  readonly works: boolean;
  /** Why a family does not. */
  readonly trouble?: string;
}

/** The uplinks as the kernel sees them: interfaces with settings, addresses, neighbours, routes and rules. */
export class UplinkInterfaces {
  readonly #links: Links;
  readonly #routing: Routing;
  readonly #replica: OpenVSwitchReplica;
  readonly #reaches: (cidr: string) => boolean | undefined;

  /** @param reaches whether the host itself is to reach a subnet. */
  constructor(
    links: Links,
    routing: Routing,
    replica: OpenVSwitchReplica,
    reaches: (cidr: string) => boolean | undefined,
  ) {
    this.#links = links;
    this.#routing = routing;
    this.#replica = replica;
    this.#reaches = reaches;
  }

  /**
   * Makes an uplink's interface what it must be, also where somebody changed it; undefined where it is not there.
   * @param isLeading whether OVN leads packets from and to it by now.
   */
  async make(item: UplinkItem, number: number, isLeading: boolean): Promise<MadeUplink | undefined> {
    const name = uplinkName(item);
    const link = await this.#links.find(name);
    if (link === undefined) return undefined;
    const families = new Set(item.cidrs.map(familyOf));
    enableForwarding(families);
    prepareUplink(name, families, item.mode === "wire");
    if (hasUserspaceDatapath(this.#replica)) await disableTransmitChecksumOffload(name);
    if (!link.up || link.mtu !== item.mtu) await this.#links.setUp(link.index, item.mtu);
    const uplink: Uplink = { item, name, number };
    const host = this.ownAddresses();
    const failures = await this.#routing.address(uplink, link.index, host, isLeading, this.#reaches);
    const trouble = Array.from(failures, ([family, reason]) => `IPv${family}: ${reason}`).join("; ");
    return {
      uplink,
      works: failures.size < families.size,
      ...(failures.size > 0 && { trouble }),
    };
  }

  /** Removes what the kernel keeps without its link. @param numbers of the uplinks that stay. */
  async forgetExcept(numbers: ReadonlySet<number>): Promise<void> {
    await this.#routing.removeRulesExcept(numbers);
  }

  /**
   * Removes the interfaces of uplinks, and of bridges of ours, that Open vSwitch has forgotten: those of its userspace datapath outlive a killed ovs-vswitchd, and one
   * that starts again knows of none that left its database meanwhile.
   */
  async removeForgotten(): Promise<void> {
    if (!hasUserspaceDatapath(this.#replica)) return;
    const unused = (await this.#links.unusedTaps()).filter(({ name }) => isInternalName(name));
    if (unused.length === 0) return;
    const known = new Set([...this.#replica.table("Interface").rows()].map(({ name }) => name));
    await Promise.all(unused.filter(({ name }) => !known.has(name)).map((link) => this.#links.remove(link)));
  }

  /** What this host calls itself to its containers. */
  ownAddresses(): HostAddresses {
    return hostAddresses(this.#tunnelAddress());
  }

  #tunnelAddress(): string | undefined {
    const [row] = this.#replica.table("Open_vSwitch").rows();
    return row && tunnelAddressIn(row.external_ids);
  }
}
