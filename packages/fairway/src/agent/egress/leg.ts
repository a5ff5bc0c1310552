import { createHash } from "node:crypto";
import type { HostLegItem } from "../../api/types.ts";

/** Every leg's name begins with it, so that one rule of a firewall can mean all of them. */
export const legPrefix = "fw-leg";

/** The same name for the same network, always; the kernel allows 15 characters (`IFNAMSIZ`). */
export function legName(network: string): string {
  return `${legPrefix}${createHash("sha256").update(network).digest("hex").slice(0, 8)}`;
}

/**
 * A leg that this host has. Its number is its conntrack zone, its packet mark and its routing table: what tells two
 * networks with the same addresses apart.
 */
export interface Leg {
  readonly item: HostLegItem;
  readonly name: string;
  readonly number: number;
}

/**
 * The numbers of legs: from the top of conntrack's 65,535 zones, because on the kernel's datapath OVN takes its own
 * from the bottom of the same ones.
 */
export const legNumbers = { first: 64_000, last: 65_534 } as const;
