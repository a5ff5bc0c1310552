import { FairwayError } from "../../errors.ts";
import { Netlink } from "../../host/netlink/netlink.ts";

/** A netlink socket to the kernel's netfilter; undefined where the kernel has none, and so neither rules nor tracked connections. */
export function openNetfilter(): Netlink | undefined {
  try {
    return new Netlink("netfilter");
  } catch (error) {
    if (error instanceof FairwayError && error.code === "unsupported") return undefined;
    throw error;
  }
}
