import { derive, deriveMac } from "../identity.ts";
import { gatewaySubnets, hasEgress } from "../intent/egress.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { type Family, familyOf } from "../ip.ts";
import { type DesiredRow, tag, type Unit } from "./desired.ts";

/**
 * The transit link between a network's router and the leg on each host. The same for every network: it is seen on
 * the link alone, and each host tells its legs apart by their interface.
 */
const transit = {
  4: { router: "169.254.77.1", leg: "169.254.77.2", prefix: 30, anywhere: "0.0.0.0/0" },
  6: { router: "fdfa::1", leg: "fdfa::2", prefix: 126, anywhere: "::/0" },
} as const satisfies Record<Family, unknown>;

/**
 * A second subnet on the same link, in which each host that reaches containers on other hosts has an address by its number.
 * It is apart from the first so that a container's packets to 169.254.0.0/16 go out by its own host's leg all the same.
 */
export const reachLink = {
  4: { router: "169.254.80.1", subnet: "169.254.80.0", prefix: 20 },
  6: { router: "fdfa::1:1", subnet: "fdfa::1:0", prefix: 116 },
} as const satisfies Record<Family, unknown>;

/** The switch between a network's router and its hosts. */
export function transitSwitch(network: string): string {
  return derive("transit", network);
}

/** The router's on that switch. */
export function transitMac(network: string): string {
  return deriveMac("transit-router", network);
}

/** What a host has to know to plug and to address its leg on a network. */
export interface TransitLink {
  /** Name of the logical port, which is the leg's `iface-id` (ovn-controller(8)). */
  readonly ifaceId: string;
  readonly mac: string;
  /** The leg's addresses, with prefix lengths. */
  readonly addresses: string[];
  readonly router: { readonly mac: string; readonly addresses: string[] };
}

/** The families in which a network has a way out. */
function familiesOf(view: View, network: string): readonly Family[] {
  return [...new Set(gatewaySubnets(view, network).map(({ cidr }) => familyOf(cidr)))];
}

export function transitLink(view: View, network: string): TransitLink {
  const links = familiesOf(view, network).map((family) => transit[family]);
  return {
    ifaceId: derive("leg", network),
    mac: deriveMac("leg", network),
    addresses: links.map(({ leg, prefix }) => `${leg}/${prefix}`),
    router: { mac: transitMac(network), addresses: links.map(({ router }) => router) },
  };
}

/**
 * A switch between the network's router and its legs, and the default routes to them. The legs share one `localport`:
 * every host plugs its own, and what a container sends out goes to the one of its host (ovn-nb(5)).
 * @param router the UUID of the network's router.
 */
export function compileEgress(
  view: View,
  network: IntentRow<"Network">,
  router: string,
  unit: Unit,
): readonly DesiredRow[] {
  if (!hasEgress(view, network)) return [];
  const uuid = network._uuid;
  const families = familiesOf(view, uuid);
  const switchUuid = transitSwitch(uuid);
  const routerPort = derive("transit-router-port", uuid);
  const switchPort = derive("transit-switch-port", uuid);
  const { ifaceId, mac, router: routerEnd } = transitLink(view, uuid);
  const addresses = [mac, ...families.map((family) => transit[family].leg)].join(" ");
  return [
    {
      table: "Logical_Switch",
      uuid: switchUuid,
      parent: null,
      cells: {
        name: switchUuid,
        external_ids: tag(unit, null, { "fairway-name": `${network.name} (transit)` }),
      },
    },
    {
      table: "Logical_Router_Port",
      uuid: routerPort,
      parent: router,
      cells: {
        name: routerPort,
        mac: routerEnd.mac,
        networks: families.flatMap((family) =>
          [transit[family], reachLink[family]].map(({ router, prefix }) => `${router}/${prefix}`),
        ),
        external_ids: tag(unit, router),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      parent: switchUuid,
      cells: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": routerPort },
        external_ids: tag(unit, switchUuid),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: ifaceId,
      parent: switchUuid,
      cells: {
        name: ifaceId,
        type: "localport",
        addresses: [addresses],
        external_ids: tag(unit, switchUuid),
      },
    },
    ...families.map((family) => defaultRoute(family, uuid, router, routerPort, unit)),
  ];
}

function defaultRoute(
  family: Family,
  network: string,
  router: string,
  routerPort: string,
  unit: Unit,
): DesiredRow {
  const { anywhere, leg } = transit[family];
  return {
    table: "Logical_Router_Static_Route",
    uuid: derive("default-route", network, String(family)),
    parent: router,
    cells: {
      ip_prefix: anywhere,
      nexthop: leg,
      output_port: routerPort,
      external_ids: tag(unit, router),
    },
  };
}
