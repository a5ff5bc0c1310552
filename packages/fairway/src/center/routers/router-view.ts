import { isOnWire } from "../../intent/egress.ts";
import { knowsGroups, multicastOption } from "../../intent/multicast.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { hostsOnWire } from "../../intent/physical-hosts.ts";
import { interfaceOf, linksOf, routerAddresses, routesOfRouter, routeTrouble } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { withPrefix } from "../../ip.ts";
import { wholeOf } from "../access/seen.ts";
import { referred } from "../lookup.ts";
import { revisionOf } from "../revision.ts";
import type { Router } from "../schemas/router.ts";
import { gatewayTroubles, gatewayView } from "./gateway-view.ts";
import { wishedGateway } from "./gateway-wish.ts";
import { zonePolicyView, zoneTroubles } from "./zone-policy.ts";

type Row = IntentRow<"Router">;

/** A virtual router as the API shows it. */
export function routerView(view: View, row: Row): Router {
  const networks = networksOf(view, row);
  return {
    uuid: row._uuid,
    name: row.name,
    organization:
      row.organization === null ? null : referred(view.get("Organization", row.organization)).name,
    zones: zonesOf(view, row),
    routes: { ...row.routes },
    gateway: gatewayView(wholeOf(view), row._uuid),
    ...zonePolicyView(row),
    labels: { ...row.labels },
    options: { ...row.options },
    interfaces: networks.map((network) => {
      const { _uuid, addresses, claims, options } = referred(interfaceOf(view, network._uuid));
      return {
        uuid: _uuid,
        network: { uuid: network._uuid, name: network.name },
        addresses: routerAddresses(view, network).map(({ subnet, ip }) => withPrefix(ip, cidrOf(subnet))),
        asked: [...addresses].sort(),
        claims: { ...claims },
        options: { ...options },
      };
    }),
    revision: revisionOfRouter(view, row),
    status: statusOf(view, row, networks),
  };
}

/** The full names of a router's zones. */
function zonesOf(view: View, { _uuid }: Row): string[] {
  return view
    .find("Zone", "byRouter", _uuid)
    .map(({ name }) => name)
    .sort();
}

/** The revision of what a router is to be; what networks a domain has is said by them. */
export function revisionOfRouter(view: View, row: Row): string {
  const { _uuid, name, organization, routes, zone_policy, zone_rules, labels, options } = row;
  const attached = organization === null ? view.find("Router_Interface", "byRouter", _uuid) : [];
  const interfaces = attached
    .map(({ network, addresses, options }) => ({ network, addresses: [...addresses].sort(), options }))
    .sort((one, other) => (one.network < other.network ? -1 : 1));
  const gateway = wishedGateway(wholeOf(view), _uuid);
  const own = { name, routes, zone_policy, zone_rules, labels, options, interfaces };
  return revisionOf({ ...own, ...(gateway !== null && { gateway }) });
}

/** What does not work, by part: what Northbound said, and what follows from the intent itself. */
function statusOf(view: View, row: Row, networks: readonly IntentRow<"Network">[]): Router["status"] {
  const links = linksOf(view, row._uuid);
  const routes = routesOfRouter(row).flatMap((route) => {
    const trouble = routeTrouble(view, links, route);
    return trouble === undefined ? [] : [[`route ${route.destination}`, trouble] as const];
  });
  const wires = networks
    .filter((network) => isOnWire(network) && hostsOnWire(view, network.physical_network ?? "").length === 0)
    .map(({ name }) => [`network ${name}`, "no host has an interface on its physical network"] as const);
  const deaf = knowsGroups(row) ? networks.filter((network) => !knowsGroups(network)) : [];
  const groups = deaf.map((network) => [`multicast, network ${network.name}`, whyDeaf(network)] as const);
  const gateway = Object.entries(gatewayTroubles(wholeOf(view), row._uuid));
  return {
    ...row.status,
    ...Object.fromEntries([...routes, ...zoneTroubles(view, row), ...wires, ...groups, ...gateway]),
  };
}

/** Why a router that leads groups on does not do so on a network. */
function whyDeaf(network: IntentRow<"Network">): string {
  if (isOnWire(network)) return "nothing that is sent to a group is led to or from a wire";
  return `its switch does not know who is in a group: fairway network update ${network.name} -o ${multicastOption}=true`;
}

function networksOf(view: View, { _uuid }: Row): readonly IntentRow<"Network">[] {
  return view
    .find("Router_Interface", "byRouter", _uuid)
    .map(({ network }) => referred(view.get("Network", network)))
    .sort((one, other) => one.name.localeCompare(other.name));
}
