import { createHash } from "node:crypto";
import type { HostLegItem, HostReachItem } from "../../api/types.ts";

/** Every leg's name begins with it, so that one rule of a firewall can mean all of them. */
export const legPrefix = "fw-leg";

/** A leg by which containers leave this host and are published on it, or one by which the host reaches those on other hosts. */
export type LegItem = HostLegItem | HostReachItem;

/** What follows the prefix; no hexadecimal digit, so that both of a network differ. */
const mark = { leg: "", reach: "h" } as const satisfies Record<LegItem["kind"], string>;

/** The same name for the same network, always; the kernel allows 15 characters (`IFNAMSIZ`). */
export function legName({ kind, network }: Pick<LegItem, "kind" | "network">): string {
  return `${legPrefix}${mark[kind]}${createHash("sha256").update(network).digest("hex").slice(0, 8)}`;
}

/**
 * A leg that this host has. The number of one for containers is its conntrack zone, its packet mark and its routing table: what
 * tells two networks with the same addresses apart. Those by which the host reaches others have none: their networks differ.
 */
export interface Leg {
  readonly item: LegItem;
  readonly name: string;
  readonly number: number;
}

/**
 * The numbers of legs: from the top of conntrack's 65,535 zones, because on the kernel's datapath OVN takes its own
 * from the bottom of the same ones.
 */
export const legNumbers = { first: 64_000, last: 65_534, none: 0 } as const;

/** The routing table by which the host itself reaches containers, its own and those on other hosts. */
export const hostAccessTable = legNumbers.last + 1;
