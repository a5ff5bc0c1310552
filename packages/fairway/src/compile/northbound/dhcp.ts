import { derive, routerMac } from "../../identity.ts";
import { answeringGateway, hasLogicalPorts, nameServers, portRoutes } from "../../intent/logical-port.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf, formatCidr } from "../../ip.ts";
import { nameServiceAddress } from "../../name-service-address.ts";
import type { DesiredRow } from "./desired.ts";
import type { UnitKind } from "./unit-kind.ts";

/** After half of it a client asks again, seconds. */
const leaseSeconds = 3_600;

/** By which the server goes on networks that have no gateway: on no network, so that it is no neighbour's. */
const serverWithoutGateway = "169.254.77.1";

/** What a router advertisement can say of a link in IPv6 at least (RFC 8200 §5), bytes. */
const smallestMtu6 = 1_280;

/** How seldom the router advertises itself unasked, seconds: a client forgets it after 18 h. */
const advertisedEvery = { min: 200, max: 600 } as const;

/**
 * What OVN's own DHCP server tells ports that were made by name, a row for each subnet (ovn-nb(5), DHCP_Options). Ports of containers do not
 * refer to these rows: nobody answers them.
 */
export const dhcpUnits = {
  name: "dhcp",
  table: "Network",
  statusPart: "northbound (DHCP)",
  compile: compileDhcp,
} as const satisfies UnitKind;

function compileDhcp(view: View, uuid: string): readonly DesiredRow[] {
  const network = view.get("Network", uuid);
  if (network === undefined || !hasLogicalPorts(view, uuid)) return [];
  return view.find("Subnet", "byNetwork", uuid).map(
    (subnet): DesiredRow => ({
      table: "DHCP_Options",
      uuid: dhcpOptions(subnet._uuid),
      references: [],
      columns: {
        cidr: formatCidr(cidrOf(subnet)),
        options: optionsOf[familyOf(subnet.cidr)](view, network, subnet),
        external_ids: { "fairway-name": network.name },
      },
    }),
  );
}

/** The row by which a port with an address of a subnet is answered. */
export function dhcpOptions(subnet: string): string {
  return derive("dhcp", subnet);
}

type OptionsOf = (
  view: View,
  network: IntentRow<"Network">,
  subnet: IntentRow<"Subnet">,
) => Record<string, string>;

const optionsOf: Readonly<Record<Family, OptionsOf>> = {
  4: (view, network, subnet) => {
    const gateway = answeringGateway(view, network, subnet);
    const servers = nameServers(view, network, subnet);
    const routes = classlessRoutes(view, network, subnet, gateway);
    return {
      server_id: gateway ?? serverWithoutGateway,
      server_mac: routerMac(network._uuid),
      lease_time: String(leaseSeconds),
      mtu: String(network.mtu),
      ...(gateway !== undefined && { router: gateway }),
      ...(servers.length > 0 && { dns_server: listOf(servers) }),
      ...(routes.length > 0 && { classless_static_route: listOf(routes) }),
    };
  },
  6: (view, network, subnet) => {
    const servers = nameServers(view, network, subnet);
    return {
      server_id: routerMac(network._uuid),
      ...(servers.length > 0 && { dns_server: listOf(servers) }),
    };
  },
};

/**
 * Option 121 (RFC 3442), whose clients do not look at the router's: so it has the default route, too. Some hold all of 169.254.0.0/16 for
 * their own link: the way to Fairway's name server is said for them. A next hop of zeros means the link itself.
 */
function classlessRoutes(
  view: View,
  network: IntentRow<"Network">,
  subnet: IntentRow<"Subnet">,
  gateway: string | undefined,
): readonly string[] {
  const asked = portRoutes(view, network, subnet).map(
    ({ destination, nextHop }) => [destination, nextHop ?? "0.0.0.0"] as const,
  );
  const hasOurs = nameServers(view, network, subnet).includes(nameServiceAddress);
  const ways =
    gateway === undefined
      ? []
      : [
          ...(hasOurs ? [[`${nameServiceAddress}/32`, gateway] as const] : []),
          ["0.0.0.0/0", gateway] as const,
        ];
  return [...asked, ...ways].map(([destination, hop]) => `${destination},${hop}`);
}

/** OVN's notation of several values. */
function listOf(values: readonly string[]): string {
  return `{${values.join(", ")}}`;
}

/**
 * What a network's router says of itself in IPv6, where a port may want to hear it: DHCPv6 tells no default route (RFC 8415). It names no
 * prefix to make addresses from, because a port may have its own alone.
 */
export function routerAdvertisements(
  view: View,
  network: IntentRow<"Network">,
  gateways: readonly string[],
): Readonly<Record<string, string>> {
  if (!hasLogicalPorts(view, network._uuid)) return {};
  const subnets = view
    .find("Subnet", "byNetwork", network._uuid)
    .filter((subnet) => familyOf(subnet.cidr) === 6 && answeringGateway(view, network, subnet) !== undefined);
  if (subnets.length === 0 || !gateways.some((gateway) => familyOf(gateway) === 6)) return {};
  const [server] = subnets.flatMap((subnet) => nameServers(view, network, subnet));
  return {
    address_mode: "dhcpv6_stateful",
    send_periodic: "true",
    min_interval: String(advertisedEvery.min),
    max_interval: String(advertisedEvery.max),
    ...(network.mtu >= smallestMtu6 && { mtu: String(network.mtu) }),
    ...(server !== undefined && { rdnss: server }),
  };
}
