import { familyOf } from "../ip.ts";
import type { IntentRow, View } from "./view.ts";

/** A subnet that has a gateway, and with it a way to other places. */
type GatewaySubnet = IntentRow<"Subnet"> & { readonly gateway: string };

/** A network's subnets that have a gateway, IPv4 first. */
export function gatewaySubnets(view: View, network: string): readonly GatewaySubnet[] {
  return view
    .find("Subnet", "byNetwork", network)
    .filter((row): row is GatewaySubnet => row.gateway !== null)
    .sort((one, other) => familyOf(one.cidr) - familyOf(other.cidr) || (one.cidr < other.cidr ? -1 : 1));
}

/** Whether a network leads out of the hosts that its containers are on, by an uplink of each. */
export function hasEgress(view: View, network: IntentRow<"Network">): boolean {
  const leads = network.mode === "nat" || network.mode === "routed";
  return leads && !network.internal && gatewaySubnets(view, network._uuid).length > 0;
}
