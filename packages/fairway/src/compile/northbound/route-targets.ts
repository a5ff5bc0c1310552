import { derive, deriveMac } from "../../identity.ts";
import { importsOf } from "../../intent/imported-routes.ts";
import { linkOf } from "../../intent/route-target-links.ts";
import { targetsOf } from "../../intent/route-target-text.ts";
import { memberOf } from "../../intent/route-targets.ts";
import type { View } from "../../intent/view.ts";
import { type Family, familyOf, formatCidr, formatIp, parseIp, singleAddress } from "../../ip.ts";
import type { DesiredRow } from "./desired.ts";
import { type NetworkRouter, networkRouter, portOptions, routeRow } from "./network-router.ts";
import { onLink } from "./route-target-link.ts";
import type { UnitKind } from "./unit-kind.ts";

/**
 * Where routers have their addresses on the links of route targets: apart from those of the transit links (`egress.ts`), of wires (`wire-uplink.ts`), of the
 * name service, and of clouds' metadata (169.254.169.254).
 */
const first: Readonly<Record<Family, string>> = { 4: "169.254.96.1", 6: "fdfa::3:1" };

/** What leads from a network to others by its route targets: its router's ports on their links, and the routes. */
export const routeTargetUnits = {
  name: "route-targets",
  table: "Network",
  statusPart: "northbound (route targets)",
  compile: compileRouteTargets,
} as const satisfies UnitKind;

function compileRouteTargets(view: View, uuid: string): readonly DesiredRow[] {
  const network = view.get("Network", uuid);
  const member = memberOf(view, uuid);
  if (network === undefined || member === undefined) return [];
  const router = networkRouter(view, network);
  const { families } = member;
  const links = new Map(
    targetsOf(member).map((target) => [
      target,
      new Map(linkOf(view, target).map(({ network, place }) => [network, place])),
    ]),
  );
  const ports = [...links].flatMap(([target, places]) => {
    const place = places.get(uuid);
    return place === undefined ? [] : portRows(view, { network: uuid, router, families, target, place });
  });
  const routes = importsOf(view, uuid).routes.map(({ cidr, network, target }) =>
    routeRow(router, ["imported-route", cidr], {
      ip_prefix: cidr,
      nexthop: addressAt(familyOf(cidr), links.get(target)?.get(network) ?? 0),
      output_port: routerPort(router, target),
    }),
  );
  return [...ports, ...routes];
}

interface PortOfLink {
  readonly network: string;
  readonly router: NetworkRouter;
  readonly families: readonly Family[];
  readonly target: string;
  readonly place: number;
}

/** A router's port on a link has its own addresses alone: routes name the port, and OVN knows all routers' ports on a switch. */
function portRows(
  view: View,
  { network, router, families, target, place }: PortOfLink,
): readonly DesiredRow[] {
  const uuid = routerPort(router, target);
  const switchPort = derive("route-target-switch-port", network, target);
  return [
    {
      table: "Logical_Router_Port",
      uuid,
      references: [router.place("ports")],
      columns: {
        name: uuid,
        mac: deriveMac("route-target", network, target),
        networks: families.map((family) => formatCidr(singleAddress(addressAt(family, place)))),
        options: portOptions(router),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      references: [onLink(view, target)],
      columns: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": uuid },
      },
    },
  ];
}

function routerPort(router: NetworkRouter, target: string): string {
  return router.rowOf("route-target-port", target);
}

function addressAt(family: Family, place: number): string {
  return formatIp(family, parseIp(first[family]).value + BigInt(place));
}
