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
    router: { mac: deriveMac("transit-router", network), addresses: links.map(({ router }) => router) },
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
  const transitSwitch = derive("transit", uuid);
  const routerPort = derive("transit-router-port", uuid);
  const switchPort = derive("transit-switch-port", uuid);
  const { ifaceId, mac, router: routerEnd } = transitLink(view, uuid);
  const addresses = [mac, ...families.map((family) => transit[family].leg)].join(" ");
  return [
    {
      table: "Logical_Switch",
      uuid: transitSwitch,
      parent: null,
      cells: {
        name: transitSwitch,
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
        networks: families.map((family) => `${transit[family].router}/${transit[family].prefix}`),
        external_ids: tag(unit, router),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      parent: transitSwitch,
      cells: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": routerPort },
        external_ids: tag(unit, transitSwitch),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: ifaceId,
      parent: transitSwitch,
      cells: {
        name: ifaceId,
        type: "localport",
        addresses: [addresses],
        external_ids: tag(unit, transitSwitch),
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
