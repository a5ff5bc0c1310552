import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Cidr, contains, formatCidr, overlaps, parseCidr, parseIp } from "../../ip.ts";

/** Subnets that exist elsewhere at this site, by the center's configuration: no host may know of them, and no network gets them. */
export class KeptSubnets {
  readonly cidrs: readonly Cidr[];

  /** @param cidrs `addresses.reserved`. */
  constructor(cidrs: readonly string[]) {
    this.cidrs = cidrs.map(parseCidr);
  }

  /** Throws `invalid` for a subnet that overlaps one of them. */
  check(subnets: readonly string[]): void {
    for (const subnet of subnets.map(parseCidr)) {
      const kept = this.cidrs.find((each) => overlaps(each, subnet));
      if (kept === undefined) continue;
      throw new FairwayError(
        "invalid",
        `subnet ${formatCidr(subnet)} overlaps ${formatCidr(kept)}, which the center keeps for something else ` +
          "(addresses.reserved in its configuration); choose another one",
      );
    }
  }
}

/**
 * Containers of a network that leads out of its hosts would take a host's tunnel address for one of their own: they would not reach that
 * host, and the hosts not them. On a wire the hosts may be, too. Throws `invalid` where a subnet has one.
 */
export function checkTunnelsApart(
  view: View,
  { mode, internal }: Pick<IntentRow<"Network">, "mode" | "internal">,
  subnets: readonly string[],
): void {
  if (mode === "isolated" || mode === "flat" || internal) return;
  for (const subnet of subnets.map(parseCidr))
    for (const { name, tunnel_address: address } of view.rows("Host")) {
      if (address === null || !contains(subnet, parseIp(address))) continue;
      throw new FairwayError(
        "invalid",
        `subnet ${formatCidr(subnet)} has the tunnel address ${address} of host ${name}, which its containers would take for one of ` +
          "their own; choose a subnet that no host is on, or a network that leads to no host (mode=isolated, --internal)",
      );
    }
}
