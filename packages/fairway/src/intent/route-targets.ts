import type { Cidr, Family } from "../ip.ts";
import { keyOf } from "./indexes.ts";
import { soundCidr } from "./parsed-rows.ts";
import { type RouteTargets, saidRouteTargets } from "./route-target-text.ts";
import { routerAddresses, routerOf } from "./routers.ts";
import { fact, type IntentRow, type View } from "./view.ts";

/** More than anybody lets reach each other, and few enough for OVN: each of them has a route to each other one. */
export const mostMembers = 256;

/** A subnet that others reach by route targets. */
interface SharedSubnet {
  readonly cidr: Cidr;
  /** Since when the network's router answers there, ms: which of two that overlap is the older one. */
  readonly since: number;
}

/** The subnets of a network on which a router answers, IPv4 first: where none does, route targets lead nowhere. */
export function sharedSubnets(view: View, network: IntentRow<"Network">): readonly SharedSubnet[] {
  return routerAddresses(view, network).flatMap(({ subnet, ip }) => {
    const cidr = soundCidr(subnet);
    const [held] = view.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    return cidr === undefined ? [] : { cidr, since: held?.since ?? 0 };
  });
}

/** A network that takes part in what its route targets say. */
export interface Member extends RouteTargets {
  readonly network: string;
  /** The virtual router that it is attached to; its own UUID where it has a router of its own. */
  readonly router: string;
  /** Since when it has its first subnet, ms. */
  readonly since: number;
  /** Bytes. */
  readonly mtu: number;
  readonly subnets: readonly SharedSubnet[];
  /** Of its subnets, IPv4 first. */
  readonly families: readonly Family[];
}

/** A network as it takes part; undefined where it has no route targets, or no router. */
const candidateOf = fact((view, network: string): Member | undefined => {
  const row = view.get("Network", network);
  if (row === undefined) return undefined;
  const { imports, exports } = saidRouteTargets(row);
  if (imports.length + exports.length === 0) return undefined;
  const subnets = sharedSubnets(view, row);
  if (subnets.length === 0) return undefined;
  return {
    network,
    router: routerOf(view, row)?._uuid ?? network,
    since: Math.min(...subnets.map(({ since }) => since)),
    mtu: row.mtu,
    subnets,
    families: [...new Set(subnets.map(({ cidr }) => cidr.family))],
    imports,
    exports,
  };
});

/** The networks of a route target that take part in it, the oldest first: those above the bound do not. */
const rosterOf = fact((view, target: string): readonly string[] =>
  view
    .find("Network", "byRouteTarget", target)
    .flatMap(({ _uuid }) => candidateOf(view, _uuid) ?? [])
    .sort(byAge)
    .slice(0, mostMembers)
    .map(({ network }) => network),
);

/** A network as it takes part, with those of its targets in which it does; undefined where it takes part in nothing. */
export const memberOf = fact((view, network: string): Member | undefined => {
  const candidate = candidateOf(view, network);
  if (candidate === undefined) return undefined;
  const takesPart = (target: string) => rosterOf(view, target).includes(network);
  return {
    ...candidate,
    imports: candidate.imports.filter(takesPart),
    exports: candidate.exports.filter(takesPart),
  };
});

/** The networks that take part in a route target, the oldest first. One fact for all who ask: each of them would have to ask of each. */
export const membersOf = fact((view, target: string): readonly Member[] =>
  rosterOf(view, target).flatMap((network) => memberOf(view, network) ?? []),
);

/**
 * The target by which one network leads to another: of several the first, so that each pair has one way. Undefined where it does not, and where both
 * are on one router, which leads from one to the other by itself.
 */
export function carrierOf(importer: Member, exporter: Member): string | undefined {
  if (importer.router === exporter.router) return undefined;
  return importer.imports.find((target) => exporter.exports.includes(target));
}

/** The older one first. */
export function byAge(
  one: Pick<Member, "since" | "network">,
  other: Pick<Member, "since" | "network">,
): number {
  return one.since - other.since || (one.network < other.network ? -1 : 1);
}

/** The networks that import what a network exports: each once, because one target carries a pair. */
export function sendersTo(view: View, own: Member): readonly Member[] {
  return own.exports.flatMap((target) =>
    membersOf(view, target).filter((each) => carrierOf(each, own) === target),
  );
}

/** The largest MTU of the networks that send to a network by its route targets, bytes; 0 where none does. */
export const largestSenderMtu = fact((view, network: string): number => {
  const own = memberOf(view, network);
  return own === undefined ? 0 : Math.max(0, ...sendersTo(view, own).map(({ mtu }) => mtu));
});
