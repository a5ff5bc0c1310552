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

/** Whether a network's frames leave its hosts by a wire: whoever routes there routes for it, too. */
export function isOnWire({
  mode,
  physical_network,
}: Pick<IntentRow<"Network">, "mode" | "physical_network">): boolean {
  return mode === "flat" && physical_network !== null;
}

/** Whether each host has an uplink of its own to the containers that it has on a wire: the wire itself does not lead to their host. */
export function hasWireUplink(network: IntentRow<"Network">): boolean {
  return isOnWire(network) && !network.internal;
}
