import { parseCidr } from "../ip.ts";
import { isOnWire } from "./egress.ts";
import type { IntentRow } from "./view.ts";

/** The option of a network that says who gives its containers their addresses. */
export const ipamOption = "ipam";
export const ipamValues = ["fairway", "dhcp"] as const;

/** Where the DHCP server of a network's LAN is asked. */
export interface LeaseWire {
  readonly physicalNetwork: string;
  readonly vlan: number | null;
}

/** Where the addresses of a network's subnet come from its LAN's DHCP server; undefined where Fairway gives them. IPv6 has none of that. */
export function leaseWire(
  network: IntentRow<"Network">,
  { cidr }: Pick<IntentRow<"Subnet">, "cidr">,
): LeaseWire | undefined {
  const { options, physical_network: physicalNetwork, segment: vlan } = network;
  if (options[ipamOption] !== "dhcp" || !isOnWire(network) || physicalNetwork === null) return undefined;
  return parseCidr(cidr).family === 4 ? { physicalNetwork, vlan } : undefined;
}
