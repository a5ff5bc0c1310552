import { familyOf } from "../../ip.ts";
import type { Links } from "../links.ts";
import { disableTransmitChecksumOffload } from "../offload.ts";
import { hasUserspaceDatapath, type OpenVSwitchReplica } from "../open-vswitch.ts";
import { hostAddresses } from "./host-addresses.ts";
import { enableForwarding, prepareLeg } from "./kernel-settings.ts";
import { type Leg, type LegItem, legName } from "./leg.ts";
import type { Routing } from "./routing.ts";

/** A leg's interface as far as this host can make it. */
export interface MadeLeg {
  readonly leg: Leg;
  /** Whether at least one of its families works. */
  readonly works: boolean;
  /** Why a family does not. */
  readonly trouble?: string;
}

/** The legs as the kernel sees them: interfaces with settings, addresses, neighbours, routes and rules. */
export class LegInterfaces {
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
   * Makes a leg's interface what it must be, also where somebody changed it; undefined where it is not there.
   * @param isLeading whether OVN leads packets from and to it by now.
   */
  async make(item: LegItem, number: number, isLeading: boolean): Promise<MadeLeg | undefined> {
    const name = legName(item);
    const link = await this.#links.find(name);
    if (link === undefined) return undefined;
    const families = new Set(item.cidrs.map(familyOf));
    enableForwarding(families);
    prepareLeg(name, families);
    if (hasUserspaceDatapath(this.#replica)) await disableTransmitChecksumOffload(name);
    if (!link.up || link.mtu !== item.mtu) await this.#links.setUp(link.index, item.mtu);
    const leg: Leg = { item, name, number };
    const host = hostAddresses(this.#tunnelAddress());
    const failures = await this.#routing.address(leg, link.index, host, isLeading, this.#reaches);
    const trouble = Array.from(failures, ([family, reason]) => `IPv${family}: ${reason}`).join("; ");
    return {
      leg,
      works: failures.size < families.size,
      ...(failures.size > 0 && { trouble }),
    };
  }

  /** Removes what the kernel keeps without its link. @param numbers of the legs that stay. */
  async forgetExcept(numbers: ReadonlySet<number>): Promise<void> {
    await this.#routing.removeRulesExcept(numbers);
  }

  #tunnelAddress(): string | undefined {
    const [row] = this.#replica.table("Open_vSwitch").rows();
    return row?.external_ids["ovn-encap-ip"]?.split(",", 1)[0];
  }
}
