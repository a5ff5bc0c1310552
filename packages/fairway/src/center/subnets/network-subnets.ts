import { cidrOf, soundCidr } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Cidr, contains, parseIp } from "../../ip.ts";

type Subnet = IntentRow<"Subnet">;

/** A network's subnets, IPv4 before IPv6, then by number. One that is damaged leaves the others. */
export function subnetsOf(view: View, network: string): readonly Subnet[] {
  return view
    .find("Subnet", "byNetwork", network)
    .filter((row) => soundCidr(row) !== undefined)
    .sort((one, other) => compareCidrs(cidrOf(one), cidrOf(other)));
}

/** Throws `invalid` where one of a network's subnets is damaged. */
export function checkUndamaged(view: View, network: string): void {
  for (const row of view.find("Subnet", "byNetwork", network)) cidrOf(row);
}

/** The subnet of a network in which an address lies; a damaged one has none. */
export function subnetWith(view: View, network: string, ip: string): Subnet | undefined {
  const address = parseIp(ip);
  return view.find("Subnet", "byNetwork", network).find((row) => {
    const cidr = soundCidr(row);
    return cidr !== undefined && contains(cidr, address);
  });
}

function compareCidrs(one: Cidr, other: Cidr): number {
  return one.family - other.family || (one.first < other.first ? -1 : Number(one.first > other.first));
}
