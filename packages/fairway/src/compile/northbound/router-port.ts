import { derive, routerMac } from "../../identity.ts";
import { isOnWire } from "../../intent/egress.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { hostsOnWire } from "../../intent/physical-hosts.ts";
import { largestSenderMtu } from "../../intent/route-targets.ts";
import { largestMtu, leadingRoutes, routerAddresses } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { routerAdvertisements } from "./dhcp.ts";
import { gatewayPrefix } from "./gateway-network.ts";
import { type NetworkRouter, portOptions, routeRow } from "./network-router.ts";

type Network = IntentRow<"Network">;

/** So many hosts stand in for each other between a router and a wire: each watches all others (ovn-nb(5), Gateway_Chassis). */
const mostGatewayHosts = 5;

/** The addresses of a network's router on it with prefix lengths, as Logical_Router_Port `networks` wants them. */
export function routerNetworks(view: View, network: Network): readonly string[] {
  return routerAddresses(view, network).map(({ subnet, ip }) => `${ip}/${gatewayPrefix(cidrOf(subnet))}`);
}

/** The ports by which a network's router and its switch are one (ovn-nb(5), Logical_Switch_Port `type=router`). */
export function compileRouterPort(
  view: View,
  network: Network,
  router: NetworkRouter,
  networks: readonly string[],
): readonly DesiredRow[] {
  const uuid = network._uuid;
  const routerPort = router.rowOf("router-port");
  const switchPort = derive("router-switch-port", uuid);
  return [
    {
      table: "Logical_Router_Port",
      uuid: routerPort,
      references: [router.place("ports")],
      columns: {
        name: routerPort,
        mac: routerMac(uuid),
        networks: [...networks],
        ipv6_ra_configs: routerAdvertisements(view, network, networks),
        options: { ...portOptions(router), ...mtuOption(view, network, router) },
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      references: [inSwitch(uuid, "ports")],
      columns: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": routerPort },
      },
    },
    ...gatewayHosts(view, network, routerPort),
  ];
}

/**
 * Who sends more than fits a network is told so by its router ("too big"), where another network of that, or one that a route target leads from, has a
 * larger MTU (ovn-nb(5), `gateway_mtu`).
 */
function mtuOption(view: View, { _uuid, mtu }: Network, { shared }: NetworkRouter): Record<string, string> {
  const onRouter = shared === undefined ? 0 : largestMtu(view, shared._uuid);
  const isSmaller = mtu < Math.max(onRouter, largestSenderMtu(view, _uuid));
  return isSmaller ? { gateway_mtu: String(mtu) } : {};
}

/**
 * Between a router and a wire one host passes everything on, and the next one when that is gone: on the wire nobody could tell several routers with one MAC address
 * apart. Each network has an order of hosts of its own, so that not all go by one.
 */
function gatewayHosts(view: View, network: Network, routerPort: string): readonly DesiredRow[] {
  if (!isOnWire(network)) return [];
  return hostsOnWire(view, network.physical_network ?? "")
    .map((host) => ({ host, order: derive("gateway-order", network._uuid, host) }))
    .sort((one, other) => (one.order < other.order ? -1 : 1))
    .slice(0, mostGatewayHosts)
    .flatMap(({ host }, at): readonly DesiredRow[] => {
      const row = view.get("Host", host);
      if (row === undefined) return [];
      return [
        {
          table: "Gateway_Chassis",
          uuid: derive("gateway-chassis", routerPort, host),
          references: [{ table: "Logical_Router_Port", column: "gateway_chassis", uuid: routerPort }],
          columns: {
            // Its own: Northbound takes a name once, and hosts may have one system-id, as those that were copied.
            name: `${routerPort}/${host}`,
            chassis_name: row.system_id,
            priority: mostGatewayHosts - at,
            external_ids: { "fairway-host": row.name },
          },
        },
      ];
    });
}

/** The static routes of the router that the network is attached to, for what comes from the network; those whose next hop is on no link are left out. */
export function compileStaticRoutes(view: View, router: NetworkRouter): readonly DesiredRow[] {
  const { shared } = router;
  if (shared === undefined) return [];
  return leadingRoutes(view, shared._uuid).map(({ destination, nextHop, network }) => {
    const columns = {
      ip_prefix: destination,
      nexthop: nextHop,
      output_port: derive("router-port", network, shared._uuid),
    };
    return routeRow(router, ["static-route", destination], columns);
  });
}
