import { derive, deriveMac } from "../../identity.ts";
import {
  gatewayOf,
  hostsOfGateway,
  leavesByGateway,
  legsOf,
  orderOfHosts,
} from "../../intent/router-gateways.ts";
import { attachedNetworks, largestMtu, routesOfRouter } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Family } from "../../ip.ts";
import { type DesiredRow, inRouter, inSwitch, type Unit } from "./desired.ts";
import { transitRoutes } from "./egress.ts";
import { gatewayPrefix } from "./gateway-network.ts";
import { type NetworkRouter, networkRouter, portOptions, routeRow } from "./network-router.ts";
import type { UnitKind } from "./unit-kind.ts";

type Gateway = IntentRow<"Router_Gateway">;

const anywhere: Readonly<Record<Family, string>> = { 4: "0.0.0.0/0", 6: "::/0" };
/** OVN takes 0 to 32767 (ovn-nb(5), Logical_Router_Policy). */
const highestPriority = 32_767;

/** A router's way out by hosts that its user chose: its port on the external network, what changes addresses there, and the default routes to it. */
export const routerGatewayUnits = {
  name: "router-gateway",
  table: "Router",
  statusPart: "northbound (gateway)",
  compile: compileRouterGateway,
} as const satisfies UnitKind;

/** The name of a router's port on its external network. The port that OVN makes of it for the host that has it is called `cr-` and this. */
export function externalPort(router: string): string {
  return derive("external-port", router);
}

/** A router's MAC address on its external network. */
export function externalMac(router: string): string {
  return deriveMac("external-port", router);
}

function compileRouterGateway(view: View, uuid: string): readonly DesiredRow[] {
  const router = view.get("Router", uuid);
  const gateway = gatewayOf(view, uuid);
  const legs = legsOf(view, uuid);
  if (router === undefined || gateway === undefined || legs.length === 0) return [];
  const hosts = hostRows(view, gateway);
  // A port without a host would be on each, and the wire's machines could not tell them apart.
  if (hosts.length === 0) return [];
  return [
    ...portRows(view, router, gateway),
    ...hosts,
    ...transitRoutes([], externalRouter(router)),
    ...(gateway.snat ? sourceRows(view, uuid) : []),
    ...attachedNetworks(view, uuid)
      .filter(leavesByGateway)
      .flatMap((network) => defaultRoutes(view, network, router)),
  ];
}

/** The router as what comes from the external network sees it, which is led to the attached networks alone. */
function externalRouter(router: IntentRow<"Router">): NetworkRouter {
  const uuid = router._uuid;
  return {
    shared: router,
    uuid,
    place: (column) => inRouter(uuid, column, unitOf(uuid)),
    rowOf: (purpose, ...of) => derive(`external-${purpose}`, uuid, ...of),
    routeTable: externalPort(uuid),
  };
}

function portRows(view: View, router: IntentRow<"Router">, gateway: Gateway): readonly DesiredRow[] {
  const uuid = router._uuid;
  const port = externalPort(uuid);
  const switchPort = derive("external-switch-port", uuid);
  const mtu = view.get("Network", gateway.network)?.mtu ?? 0;
  const external = externalRouter(router);
  return [
    {
      table: "Logical_Router_Port",
      uuid: port,
      references: [external.place("ports")],
      columns: {
        name: port,
        mac: externalMac(uuid),
        networks: legsOf(view, uuid).map(({ ip, cidr }) => `${ip}/${gatewayPrefix(cidr)}`),
        options: {
          ...portOptions(external),
          ...(mtu < largestMtu(view, uuid) && { gateway_mtu: String(mtu) }),
        },
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      references: [inSwitch(gateway.network, "ports", `network/${gateway.network}`)],
      columns: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        // The host that takes over tells the wire so (ovn-nb(5), `nat-addresses`).
        options: { "router-port": port, "nat-addresses": "router" },
      },
    },
  ];
}

/**
 * The first in the order has the highest priority (ovn-nb(5), Gateway_Chassis). All stand there, also one that cannot be the way out: it would hear nothing of the others otherwise, and
 * take the gateway from them when it is put there again.
 */
function hostRows(view: View, gateway: Gateway): readonly DesiredRow[] {
  const port = externalPort(gateway.router);
  const order = orderOfHosts(hostsOfGateway(view, gateway), gateway.holder);
  return order.flatMap((host, at): readonly DesiredRow[] => {
    const row = view.get("Host", host);
    if (row === undefined) return [];
    return [
      {
        table: "Gateway_Chassis",
        uuid: derive("gateway-chassis", port, host),
        references: [{ table: "Logical_Router_Port", column: "gateway_chassis", uuid: port }],
        columns: {
          name: `${port}/${host}`,
          chassis_name: row.system_id,
          priority: order.length - at,
          external_ids: { "fairway-host": row.name },
        },
      },
    ];
  });
}

/**
 * Whatever leaves has the router's address, also what comes from behind a static route: nothing leaves under another one. What comes back is known to the
 * connection tracking; the rest of what the wire sends in is not led on, but the router answers the wire itself.
 */
function sourceRows(view: View, router: string): readonly DesiredRow[] {
  const port = externalPort(router);
  const unit = unitOf(router);
  const policy = (name: string, priority: number, match: string, action: "allow" | "drop"): DesiredRow => ({
    table: "Logical_Router_Policy",
    uuid: derive(name, router),
    references: [inRouter(router, "policies", unit)],
    columns: { priority, match, action },
  });
  return [
    ...legsOf(view, router).map(
      ({ family, ip }): DesiredRow => ({
        table: "NAT",
        uuid: derive("snat", router, String(family)),
        references: [inRouter(router, "nat", unit)],
        columns: { type: "snat", external_ip: ip, logical_ip: anywhere[family], gateway_port: port },
      }),
    ),
    policy("answers-itself", highestPriority, `inport == "${port}" && outport == "${port}"`, "allow"),
    policy("answers-only", highestPriority - 1, `inport == "${port}" && !ct.trk`, "drop"),
  ];
}

/** For what comes from a network; a static default route of the router's comes before. */
function defaultRoutes(
  view: View,
  network: IntentRow<"Network">,
  router: IntentRow<"Router">,
): readonly DesiredRow[] {
  const fixed = routesOfRouter(router).map(({ destination }) => destination);
  return legsOf(view, router._uuid)
    .filter(({ family }) => !fixed.includes(anywhere[family]))
    .map(({ family, nextHop }) =>
      routeRow(networkRouter(view, network), ["external-route", String(family)], {
        ip_prefix: anywhere[family],
        nexthop: nextHop,
        output_port: externalPort(router._uuid),
      }),
    );
}

function unitOf(router: string): Unit {
  return `router/${router}`;
}
