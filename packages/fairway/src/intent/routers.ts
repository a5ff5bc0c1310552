import { type Cidr, contains, familyOf, formatCidr, overlaps, parseCidr, parseIp } from "../ip.ts";
import { gatewaySubnets } from "./egress.ts";
import { cidrOf, soundCidr, soundIp } from "./parsed-rows.ts";
import { gatewayOf } from "./router-gateways.ts";
import { fact, type IntentRow, type View } from "./view.ts";

type Network = IntentRow<"Network">;
type Subnet = IntentRow<"Subnet">;

/** An address by which a router answers on a subnet. */
interface RouterAddress {
  readonly subnet: Subnet;
  readonly ip: string;
}

/** The virtual router that a network is attached to; undefined of one that has a router of its own, or none. */
export function routerOf(view: View, network: Network): IntentRow<"Router"> | undefined {
  if (network.internal) return undefined;
  const attached = interfaceOf(view, network._uuid);
  return attached && view.get("Router", attached.router);
}

/** A network's interface on a virtual router; undefined where it is attached to none. */
export function interfaceOf(view: View, network: string): IntentRow<"Router_Interface"> | undefined {
  return view.find("Router_Interface", "byNetwork", network)[0];
}

/** The networks that are attached to a router, by name. */
export function attachedNetworks(view: View, router: string): readonly Network[] {
  const attached = view.find("Router_Interface", "byRouter", router).map(({ network }) => network);
  return [...new Set(attached)]
    .flatMap((network) => view.get("Network", network) ?? [])
    .filter(({ internal }) => !internal)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * By which addresses a router answers on a network, IPv4 first: as the gateways of its subnets, or where a virtual router was given others, by
 * those. Nobody takes a gateway's address on a wire unasked: it is somebody's there.
 */
export function routerAddresses(view: View, network: Network): readonly RouterAddress[] {
  const given = routerOf(view, network) && interfaceOf(view, network._uuid)?.addresses;
  const gateways = network.internal || network.mode === "flat" ? [] : gatewaySubnets(view, network._uuid);
  if (given === undefined || given.length === 0)
    return gateways.map((subnet) => ({ subnet, ip: subnet.gateway }));
  const subnets = view.find("Subnet", "byNetwork", network._uuid);
  return subnets
    .flatMap((subnet): readonly RouterAddress[] => {
      const cidr = soundCidr(subnet);
      const own = given.find((ip) => cidr !== undefined && contains(cidr, parseIp(ip)));
      const ip = own ?? gateways.find(({ _uuid }) => _uuid === subnet._uuid)?.gateway;
      return ip === undefined ? [] : [{ subnet, ip }];
    })
    .sort((one, other) => familyOf(one.ip) - familyOf(other.ip) || (one.ip < other.ip ? -1 : 1));
}

/** A link of a router's: a subnet on which it answers. */
interface Link {
  readonly cidr: Cidr;
  /** The UUID of the network that has the subnet. */
  readonly network: string;
}

/** What a router reaches by links of its own. */
export const linksOf = fact((view, router: string): readonly Link[] =>
  attachedNetworks(view, router).flatMap((network) =>
    routerAddresses(view, network).flatMap(({ subnet }) => {
      const cidr = soundCidr(subnet);
      return cidr === undefined ? [] : { cidr, network: network._uuid };
    }),
  ),
);

/** The link on which an address is; undefined where none has it. */
function linkWith(links: readonly Link[], ip: string): Link | undefined {
  const address = parseIp(ip);
  return links.find(({ cidr }) => contains(cidr, address));
}

/** The largest MTU of a router's networks, its external one among them, bytes; 0 of a router without networks. */
export const largestMtu = fact((view, router: string): number => {
  const external = view.get("Network", gatewayOf(view, router)?.network ?? "");
  return Math.max(external?.mtu ?? 0, ...attachedNetworks(view, router).map(({ mtu }) => mtu));
});

/** A static route of a router. */
interface RouterRoute {
  /** CIDR. */
  readonly destination: string;
  readonly nextHop: string;
}

/** The static routes of a router; what another hand has damaged is left out. */
export function routesOfRouter({ routes }: Pick<IntentRow<"Router">, "routes">): readonly RouterRoute[] {
  return Object.entries(routes)
    .map(([destination, nextHop]) => ({ destination, nextHop }))
    .filter(({ destination, nextHop }) => {
      const cidr = soundCidr({ cidr: destination });
      return cidr !== undefined && cidr.family === soundIp({ ip: nextHop })?.family;
    });
}

/** The static routes of a router whose next hop is on a link of its own, each with the UUID of the network that has the link. */
export const leadingRoutes = fact(
  (view, router: string): readonly (RouterRoute & { readonly network: string })[] => {
    const row = view.get("Router", router);
    if (row === undefined) return [];
    const links = linksOf(view, router);
    return routesOfRouter(row).flatMap(({ destination, nextHop }) => {
      const network = linkWith(links, nextHop)?.network;
      return network === undefined ? [] : { destination, nextHop, network };
    });
  },
);

/** Why a static route of a router leads nowhere at the moment; undefined where it leads on. @param links the router's. */
export function routeTrouble(
  view: View,
  links: readonly Link[],
  { destination, nextHop }: RouterRoute,
): string | undefined {
  const own = links.find(({ cidr }) => formatCidr(cidr) === formatCidr(parseCidr(destination)));
  if (own !== undefined) return `${destination} is network ${view.get("Network", own.network)?.name}'s own`;
  if (linkWith(links, nextHop) !== undefined) return undefined;
  return `next hop ${nextHop} is on no network that is attached`;
}

/** Two subnets that one router cannot tell apart. */
interface Clash {
  readonly cidr: string;
  readonly other: { readonly cidr: string; readonly network: string };
}

/** The first subnet of a network that has addresses of another network on the same router, also of its external one; undefined where none has. */
export function clashOnRouter(
  view: View,
  network: Pick<Network, "_uuid">,
  router: string,
): Clash | undefined {
  const external = view.get("Network", gatewayOf(view, router)?.network ?? "");
  const others = [...attachedNetworks(view, router), ...(external === undefined ? [] : [external])].filter(
    ({ _uuid }) => _uuid !== network._uuid,
  );
  for (const own of view.find("Subnet", "byNetwork", network._uuid))
    for (const { _uuid, name } of others)
      for (const theirs of view.find("Subnet", "byNetwork", _uuid)) {
        const cidr = soundCidr(theirs);
        if (cidr !== undefined && overlaps(cidrOf(own), cidr))
          return { cidr: own.cidr, other: { cidr: theirs.cidr, network: name } };
      }
  return undefined;
}
