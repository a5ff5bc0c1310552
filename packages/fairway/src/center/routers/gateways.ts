import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { gatewaySubnets } from "../../intent/egress.ts";
import { keyOf } from "../../intent/indexes.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { hostsOnWire } from "../../intent/physical-hosts.ts";
import { gatewayOf, legsOf } from "../../intent/router-gateways.ts";
import { clashOnRouter, interfaceOf, routesOfRouter } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { contains, familyOf, parseIp } from "../../ip.ts";
import { type Addresses, isUsable } from "../addresses/addresses.ts";
import { freeAddress, holdForRouter } from "../addresses/bindings.ts";
import { hostNamed, networkOf, referred } from "../lookup.ts";
import { endUnused } from "../networks/network-rows.ts";
import type { GatewaySpec } from "../schemas/router.ts";
import { takeForRouter } from "./taken-addresses.ts";

type Router = IntentRow<"Router">;
type Network = IntentRow<"Network">;
type Subnet = IntentRow<"Subnet">;

/**
 * Gives a router an external gateway, or changes the one that it has. An address that nobody asked for stays as long as the network does.
 * Throws `not_found`, `invalid` where the network leads nowhere or a host is not on its wire, `conflict` where the router could not tell it from another
 * network's or an address is somebody's, `exhausted` where none is free.
 */
export function setGateway(
  draft: Draft,
  allocator: Addresses,
  router: Router,
  { network: reference, hosts: names, addresses: asked, snat }: GatewaySpec,
): void {
  const network = networkOf(draft, reference);
  checkExternal(draft, router, network);
  const hosts = hostsNamed(draft, network, names);
  const subnets = leadingSubnets(draft, network);
  checkAsked(network, subnets, asked);
  const known = gatewayOf(draft, router._uuid);
  const before = known?.network === network._uuid ? known.addresses : [];
  const wanted = subnets.map((choice) => {
    const isIn = (ip: string) => choice.some((subnet) => contains(cidrOf(subnet), parseIp(ip)));
    return { choice, ip: asked.find(isIn) ?? before.find(isIn) };
  });
  for (const ip of known?.addresses ?? [])
    if (known?.network !== network._uuid || !wanted.some((each) => each.ip === ip))
      letGo(draft, known?.network ?? "", ip);
  const addresses = wanted.map(({ choice, ip }) =>
    ip !== undefined && before.includes(ip) ? ip : take(draft, allocator, router, network, choice, ip),
  );
  const columns = {
    network: network._uuid,
    hosts: Object.fromEntries(hosts.map(({ _uuid }, at) => [at, _uuid])),
    addresses,
    snat,
  };
  if (known === undefined)
    draft.insert("Router_Gateway", derive("router-gateway", router._uuid), {
      router: router._uuid,
      ...columns,
      readiness: {},
      holder: null,
    });
  else draft.update("Router_Gateway", known._uuid, { ...columns, ...forgotten(known, network, hosts) });
  if (known !== undefined && known.network !== network._uuid) endUnused(draft, known.network);
  checkDefaultRoutes(draft, router);
}

/** Takes a router's gateway; succeeds where it has none. Its address is free, and what its networks send leaves by their hosts again. */
export function clearGateway(draft: Draft, router: string): void {
  const known = gatewayOf(draft, router);
  if (known === undefined) return;
  for (const ip of known.addresses) letGo(draft, known.network, ip);
  draft.delete("Router_Gateway", known._uuid);
  endUnused(draft, known.network);
}

/** Throws `conflict` where a static default route and the gateway are for the same destinations. */
export function checkDefaultRoutes(view: View, { _uuid, name }: Pick<Router, "_uuid" | "name">): void {
  const routes = routesOfRouter(referred(view.get("Router", _uuid)));
  for (const { family } of legsOf(view, _uuid)) {
    const anywhere = family === 4 ? "0.0.0.0/0" : "::/0";
    if (routes.some(({ destination }) => destination === anywhere))
      throw new FairwayError(
        "conflict",
        `router ${name} cannot have both a gateway and a static route for ${anywhere}; remove one of them`,
      );
  }
}

/** After a network's subnets have changed: throws `in_use` where a router's external address is in none of them, or nobody leads on from there. */
export function checkExternalAddresses(view: View, network: Network): void {
  for (const { router, addresses } of view.find("Router_Gateway", "byNetwork", network._uuid)) {
    const legs = legsOf(view, router);
    const lost = addresses.find((ip) => !legs.some((leg) => leg.ip === ip));
    if (lost !== undefined)
      throw new FairwayError(
        "in_use",
        `router ${view.get("Router", router)?.name} leaves by network ${network.name} as ${lost}: its subnet and that one's gateway must stay`,
      );
  }
}

/** Throws `in_use` where a network is one that routers leave by. */
export function checkNotExternal(view: View, network: Network): void {
  const names = view
    .find("Router_Gateway", "byNetwork", network._uuid)
    .map(({ router }) => view.get("Router", router)?.name ?? router);
  const [first] = names;
  if (first === undefined) return;
  throw new FairwayError(
    "in_use",
    `network ${network.name} is the external network of ${names.length === 1 ? `router ${first}` : `${names.length} routers, e.g. ${first}`}; ` +
      `\`fairway router gateway clear ${first}\` first`,
  );
}

function checkExternal(view: View, router: Router, network: Network): void {
  const { name, physical_network, removal, internal, _uuid } = network;
  if (removal !== null)
    throw new FairwayError("conflict", `network ${name} is being removed; no router can leave by it`);
  const type = view.get("Physical_Network", physical_network ?? "")?.type;
  if (internal || (type !== "vlan" && type !== "flat"))
    throw refusal(
      "network",
      `must be a VLAN or flat network, which leads on; ${name} ${internal ? "is internal" : "is none"}`,
    );
  if (interfaceOf(view, _uuid)?.router === router._uuid)
    throw new FairwayError(
      "conflict",
      `network ${name} is attached to router ${router.name}, which cannot leave by it as well; detach it first`,
    );
  const clash = clashOnRouter(view, network, router._uuid);
  if (clash !== undefined)
    throw new FairwayError(
      "conflict",
      `router ${router.name} cannot leave by network ${name}: its subnet ${clash.cidr} overlaps ${clash.other.cidr} of network ${clash.other.network}`,
    );
}

function hostsNamed(view: View, network: Network, names: readonly string[]): readonly IntentRow<"Host">[] {
  const hosts = [...new Set(names)].map((name) => hostNamed(view, name));
  const wire = network.physical_network ?? "";
  const onWire = hostsOnWire(view, wire);
  const off = hosts.find(({ _uuid }) => !onWire.includes(_uuid));
  if (off === undefined) return hosts;
  throw refusal(
    "hosts",
    `must have an interface on physical network ${view.get("Physical_Network", wire)?.name}; host ${off.name} has none`,
  );
}

/** The subnets of which one is to have the router's address, family by family. */
function leadingSubnets(view: View, network: Network): readonly (readonly Subnet[])[] {
  const subnets = gatewaySubnets(view, network._uuid);
  const families = ([4, 6] as const).map((family) => subnets.filter(({ cidr }) => familyOf(cidr) === family));
  if (subnets.length > 0) return families.filter((each) => each.length > 0);
  throw refusal("network", `must have a gateway, who leads on; none of ${network.name}'s subnets has one`);
}

function checkAsked(
  network: Network,
  subnets: readonly (readonly Subnet[])[],
  asked: readonly string[],
): void {
  const all = subnets.flat();
  for (const ip of asked) {
    const subnet = all.find((each) => contains(cidrOf(each), parseIp(ip)));
    if (subnet === undefined || !isUsable(subnet, ip))
      throw refusal(
        "addresses",
        `must be addresses that a host can have on network ${network.name} (${all.map(({ cidr }) => cidr).join(", ")}); one is ${ip}`,
      );
    if (subnet.gateway === ip)
      throw refusal("addresses", `must not have ${ip}, the network's gateway, which leads on from there`);
  }
  if (new Set(asked.map(familyOf)).size < asked.length)
    throw refusal("addresses", "must be one of each family at most");
}

/** @param ip what somebody chose; undefined: the lowest free one. */
function take(
  draft: Draft,
  allocator: Addresses,
  router: Router,
  network: Network,
  choice: readonly Subnet[],
  ip: string | undefined,
): string {
  const subnet = choice.find((each) => ip === undefined || contains(cidrOf(each), parseIp(ip)));
  if (subnet === undefined) throw new Error(`no subnet of ${network.name} has ${ip}`);
  if (ip !== undefined) {
    takeForRouter(draft, allocator, router, subnet, ip);
    return ip;
  }
  const given = allocator.next(draft, subnet);
  if (given === undefined)
    throw new FairwayError(
      "exhausted",
      `subnet ${subnet.cidr} of network ${network.name} has no free address`,
    );
  holdForRouter(draft, subnet._uuid, given, router.name);
  return given;
}

function letGo(draft: Draft, network: string, ip: string): void {
  for (const subnet of draft.find("Subnet", "byNetwork", network))
    for (const held of draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip)))
      if (held.purpose === "router") freeAddress(draft, held._uuid);
}

/** What hosts said of another external network, and hosts that are of it no more, say nothing. */
function forgotten(
  known: IntentRow<"Router_Gateway">,
  network: Network,
  hosts: readonly IntentRow<"Host">[],
): Pick<IntentRow<"Router_Gateway">, "readiness" | "holder"> {
  const stays = (host: string) =>
    known.network === network._uuid && hosts.some(({ _uuid }) => _uuid === host);
  return {
    readiness: Object.fromEntries(Object.entries(known.readiness).filter(([host]) => stays(host))),
    holder: known.holder !== null && stays(known.holder) ? known.holder : null,
  };
}

function refusal(field: keyof GatewaySpec, what: string): FairwayError {
  const detail = `gateway.${field} ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field: `gateway.${field}`, detail }] });
}
