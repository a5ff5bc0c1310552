import type { HostAccessItem, HostUplinkItem } from "../../center/schemas/host-state.ts";
import { uplinkNumbers } from "../firewall/uplink-numbers.ts";

/** An uplink by which containers leave this host and are published on it, or one by which the host reaches those on other hosts. */
export type UplinkItem = HostUplinkItem | HostAccessItem;

/**
 * An uplink that this host has. The number of one for containers is its conntrack zone, its packet mark and its routing table: what
 * tells two networks with the same addresses apart. Those by which the host reaches others have none: their networks differ.
 */
export interface Uplink {
  readonly item: UplinkItem;
  readonly name: string;
  readonly number: number;
}

/** The routing table in which every address is this host's. */
export const deliveryTable = uplinkNumbers.first - 2;

/** The routing table by which the host itself reaches containers, its own and those on other hosts. */
export const hostAccessTable = uplinkNumbers.last + 1;

/**
 * The routing table by which the host itself reaches its own containers on wires. What it forwards goes past it: whoever else
 * wants to reach them goes by the wire's routers, and by what those allow.
 */
export const wireAccessTable = uplinkNumbers.last + 2;
