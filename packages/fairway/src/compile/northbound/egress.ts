import { derive, deriveMac } from "../../identity.ts";
import { gatewaySubnets, hasEgress } from "../../intent/egress.ts";
import { legsOf } from "../../intent/router-gateways.ts";
import { routesOfRouter } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf, formatCidr, parseIp, singleAddress, subnetOf } from "../../ip.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { type NetworkRouter, portOptions, routeRow } from "./network-router.ts";

/**
 * The transit link between a network's router and the uplink on each host. The same for every network: it is seen on
 * the link alone, and each host tells its uplinks apart by their interface.
 */
const transit = {
  4: { router: "169.254.77.1", uplink: "169.254.77.2", prefix: 30, anywhere: "0.0.0.0/0" },
  6: { router: "fdfa::1", uplink: "fdfa::2", prefix: 126, anywhere: "::/0" },
} as const satisfies Record<Family, unknown>;

/**
 * A second subnet on the same link, in which each host that reaches containers on other hosts has an address by its number.
 * It is apart from the first so that a container's packets to 169.254.0.0/16 go out by its own host's uplink all the same.
 */
export const hostAccessLink = {
  4: { router: "169.254.80.1", subnet: "169.254.80.0", prefix: 20 },
  6: { router: "fdfa::1:1", subnet: "fdfa::1:0", prefix: 116 },
} as const satisfies Record<Family, unknown>;

/** The address of every network's uplink on each host. */
export function uplinkAddress(family: Family): string {
  return transit[family].uplink;
}

/** The switch between a network's router and its hosts. */
export function transitSwitch(network: string): string {
  return derive("transit", network);
}

/** The router's on that switch. */
export function transitMac(network: string): string {
  return deriveMac("transit-router", network);
}

/** What a host has to know to plug and to address its uplink on a network. */
export interface TransitLink {
  /** Name of the logical port, which is the uplink's `iface-id` (ovn-controller(8)). */
  readonly ifaceId: string;
  readonly mac: string;
  /** The uplink's addresses, with prefix lengths. */
  readonly addresses: string[];
  readonly router: { readonly mac: string; readonly addresses: string[] };
}

/** The families in which a network has a way out. */
function familiesOf(view: View, network: string): readonly Family[] {
  return [...new Set(gatewaySubnets(view, network).map(({ cidr }) => familyOf(cidr)))];
}

/** The link between a network's router and its uplinks, in the families in which the network has a way out. */
export function transitLink(view: View, network: string): TransitLink {
  const links = familiesOf(view, network).map((family) => transit[family]);
  return {
    ifaceId: derive("leg", network),
    mac: deriveMac("leg", network),
    addresses: links.map(({ uplink, prefix }) => `${uplink}/${prefix}`),
    router: { mac: transitMac(network), addresses: links.map(({ router }) => router) },
  };
}

/**
 * A switch between the network's router and its uplinks, and the routes to them. The uplinks share one `localport`:
 * every host plugs its own, and what a container sends out goes to the one of its host (ovn-nb(5)).
 */
export function compileEgress(
  view: View,
  network: IntentRow<"Network">,
  router: NetworkRouter,
): readonly DesiredRow[] {
  if (!hasEgress(view, network)) return transitRoutes([], router);
  const uuid = network._uuid;
  const families = familiesOf(view, uuid);
  const switchUuid = transitSwitch(uuid);
  const routerPort = router.rowOf("transit-router-port");
  const switchPort = derive("transit-switch-port", uuid);
  const { ifaceId, mac, router: routerEnd } = transitLink(view, uuid);
  const addresses = [mac, ...families.map((family) => transit[family].uplink)].join(" ");
  return [
    {
      table: "Logical_Switch",
      uuid: switchUuid,
      references: [],
      columns: { name: switchUuid, external_ids: { "fairway-name": `${network.name} (transit)` } },
    },
    {
      table: "Logical_Router_Port",
      uuid: routerPort,
      references: [router.place("ports")],
      columns: {
        name: routerPort,
        mac: routerEnd.mac,
        networks: families.flatMap((family) =>
          [transit[family], hostAccessLink[family]].map(({ router, prefix }) => `${router}/${prefix}`),
        ),
        options: portOptions(router),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      references: [inSwitch(switchUuid, "ports")],
      columns: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": routerPort },
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: ifaceId,
      references: [inSwitch(switchUuid, "ports")],
      columns: {
        name: ifaceId,
        type: "localport",
        addresses: [addresses],
      },
    },
    ...families.flatMap((family) => defaultRoute(view, family, router, routerPort)),
    ...transitRoutes(families, router),
  ];
}

/** The way out by the uplinks, unless the router has a default route of its own, or an external gateway. */
function defaultRoute(
  view: View,
  family: Family,
  router: NetworkRouter,
  routerPort: string,
): readonly DesiredRow[] {
  const { anywhere, uplink } = transit[family];
  const { shared } = router;
  if (shared !== undefined && routesOfRouter(shared).some(({ destination }) => destination === anywhere))
    return [];
  if (shared !== undefined && legsOf(view, shared._uuid).some((leg) => leg.family === family)) return [];
  const columns = { ip_prefix: anywhere, nexthop: uplink, output_port: routerPort };
  return [routeRow(router, ["default-route", String(family)], columns)];
}

/**
 * On a router that several networks share, all their transit links have the same addresses, and every network would be led to any of them. So the table of each says
 * by longer prefixes, which OVN's routers look at first, that they are its own, or that they are nowhere.
 * @param families in which the network has a transit link.
 */
export function transitRoutes(families: readonly Family[], router: NetworkRouter): readonly DesiredRow[] {
  if (router.shared === undefined) return [];
  return ([4, 6] as const).flatMap((family) => {
    const { uplink } = transit[family];
    const isOwn = families.includes(family);
    const output_port = isOwn ? router.rowOf("transit-router-port") : null;
    const to = (purpose: string, ip_prefix: string, nexthop: string) =>
      routeRow(router, [purpose, String(family)], {
        ip_prefix,
        nexthop: isOwn ? nexthop : "discard",
        output_port,
      });
    return [
      to("uplink-route", formatCidr(singleAddress(uplink)), uplink),
      // The name service, also where a default route leads elsewhere.
      ...(family === 4 ? [to("link-local-route", "169.254.0.0/16", uplink)] : []),
      // Without a next hop the destination itself is on the link.
      ...halvesOf(family).map((half, at) => to(`hosts-route-${at}`, half, "")),
    ];
  });
}

/** The two halves of the subnet in which hosts have their addresses. */
function halvesOf(family: Family): readonly string[] {
  const { subnet, prefix } = hostAccessLink[family];
  const { first, last } = subnetOf(family, parseIp(subnet).value, prefix);
  const half = (last - first + 1n) / 2n;
  return [first, first + half].map((value) => formatCidr(subnetOf(family, value, prefix + 1)));
}
