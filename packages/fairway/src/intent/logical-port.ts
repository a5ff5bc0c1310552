import { familyOf } from "../ip.ts";
import { nameServiceAddress } from "../name-service-address.ts";
import { isGatewayDisabled } from "./disabled-gateway.ts";
import { hasEgress } from "./egress.ts";
import { type HostRoute, routesOf } from "./parsed-rows.ts";
import { has, type IntentRow, type View } from "./view.ts";

type Network = IntentRow<"Network">;
type Subnet = IntentRow<"Subnet">;
type Endpoint = IntentRow<"Endpoint">;

/** An endpoint that was made by name, for a virtual machine, a namespace or whatever else: no engine has it. */
export type LogicalPort = Endpoint & { readonly name: string };

/** Whether an endpoint is such a port, and no engine's. */
export function isLogicalPort(endpoint: Endpoint): endpoint is LogicalPort {
  return endpoint.name !== null;
}

/** Whether a network has such ports: then DHCP answers on it, to them alone. */
export function hasLogicalPorts(view: View, network: string): boolean {
  return has(view, "Endpoint", "portsOfNetwork", network);
}

/** What answers as a subnet's gateway; undefined where nothing does. */
export function answeringGateway(view: View, network: Network, subnet: Subnet): string | undefined {
  if (network.internal || subnet.gateway === null) return undefined;
  const options = view.find("Subnet", "byNetwork", network._uuid).map((row) => row.options);
  return isGatewayDisabled(network.options, options) ? undefined : subnet.gateway;
}

/**
 * The name servers that a port is told with an address of a subnet: those that were asked for the subnet, or else, in IPv4 and where
 * there is a way to it, Fairway's own, which answers the cluster's names and passes on the rest.
 */
export function nameServers(view: View, network: Network, subnet: Subnet): readonly string[] {
  const family = familyOf(subnet.cidr);
  const asked = subnet.dns.filter((server) => familyOf(server) === family);
  if (asked.length > 0) return asked;
  const leads = hasEgress(view, network) && answeringGateway(view, network, subnet) !== undefined;
  return family === 4 && leads ? [nameServiceAddress] : [];
}

/** The routes of a port with an address of a subnet beside its default route: those that were asked for, and the network's other subnets. */
export function portRoutes(view: View, network: Network, subnet: Subnet): readonly HostRoute[] {
  const family = familyOf(subnet.cidr);
  const subnets = view
    .find("Subnet", "byNetwork", network._uuid)
    .filter(({ cidr }) => familyOf(cidr) === family)
    .sort((one, other) => (one.cidr < other.cidr ? -1 : 1));
  const others = subnets.filter(({ _uuid }) => _uuid !== subnet._uuid);
  return [
    ...subnets.flatMap(routesOf).filter(({ destination }) => familyOf(destination) === family),
    ...others.map(({ cidr }) => ({ destination: cidr, nextHop: null })),
  ];
}
