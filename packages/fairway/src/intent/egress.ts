import { familyOf } from "../ip.ts";
import type { IntentRow, View } from "./view.ts";

/** A subnet that has a gateway, and with it a way to other places. */
interface GatewaySubnet {
  readonly cidr: string;
  readonly gateway: string;
}

/** A network's subnets that have a gateway, IPv4 first. */
export function gatewaySubnets(view: View, network: string): readonly GatewaySubnet[] {
  return view
    .find("Subnet", "byNetwork", network)
    .flatMap(({ cidr, gateway }) => (gateway === null ? [] : [{ cidr, gateway }]))
    .sort((one, other) => familyOf(one.cidr) - familyOf(other.cidr) || (one.cidr < other.cidr ? -1 : 1));
}

/** Whether a network leads out of the hosts that its containers are on, by a leg of each (design §7). */
export function hasEgress(view: View, network: IntentRow<"Network">): boolean {
  const leads = network.mode === "nat" || network.mode === "routed";
  return leads && !network.internal && gatewaySubnets(view, network._uuid).length > 0;
}
