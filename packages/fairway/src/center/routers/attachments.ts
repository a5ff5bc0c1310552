import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { gatewayOf } from "../../intent/router-gateways.ts";
import { clashOnRouter, interfaceOf } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { contains, parseIp } from "../../ip.ts";
import { type Addresses, isUsable } from "../addresses/addresses.ts";
import { freeAddress } from "../addresses/bindings.ts";
import { referred } from "../lookup.ts";
import type { RouterInterfaceSpec } from "../schemas/router.ts";
import { takeForRouter } from "./taken-addresses.ts";

type Network = IntentRow<"Network">;
type Router = IntentRow<"Router">;
type Subnet = IntentRow<"Subnet">;

/** More than anybody has in one place, and few enough to be shown at once. */
const mostInterfaces = 256;

/**
 * Attaches a network to a router, or changes by which addresses the router answers on one that is attached. Throws `conflict` where the network is on
 * another router, has addresses of a network that is there, or an address is somebody's; `invalid` where the router could not answer there.
 */
export function attach(
  draft: Draft,
  allocator: Addresses,
  router: Router,
  network: Network,
  { addresses, options }: RouterInterfaceSpec,
): void {
  const known = interfaceOf(draft, network._uuid);
  if (known !== undefined && known.router !== router._uuid)
    throw new FairwayError(
      "conflict",
      `network ${network.name} is attached to router ${draft.get("Router", known.router)?.name}; detach it there first`,
    );
  checkAttachable(draft, router, network, known);
  const asked = [...new Set(addresses)].sort();
  const subnets = draft.find("Subnet", "byNetwork", network._uuid);
  checkAnswering(network, subnets, asked);
  for (const ip of known?.addresses ?? []) if (!asked.includes(ip)) letGo(draft, subnets, ip);
  for (const ip of asked)
    if (known?.addresses.includes(ip) !== true) take(draft, allocator, router, subnets, ip);
  if (known === undefined) insertInterface(draft, router, network, { addresses: asked, options });
  else draft.update("Router_Interface", known._uuid, { addresses: asked, options });
}

/** Attaches a new network of a zone to its domain's router, which answers as its gateways there. Throws as `attach` does. */
export function attachInZone(draft: Draft, zone: IntentRow<"Zone">, network: Network): void {
  const router = referred(draft.get("Router", zone.router));
  checkAttachable(draft, router, network, undefined);
  checkAnswering(network, draft.find("Subnet", "byNetwork", network._uuid), []);
  insertInterface(draft, router, network, { addresses: [], options: {} });
}

/** Throws `conflict` where a network is in a zone, and stays on its domain's router, or a router is a domain, which has networks of zones alone. */
export function checkMovable(view: View, router: Router, network: Network): void {
  if (network.zone !== null) {
    const { name } = referred(view.get("Zone", network.zone));
    throw new FairwayError(
      "conflict",
      `network ${network.name} is in zone ${name}, and on its domain's router for as long as it is there`,
    );
  }
  if (router.organization === null) return;
  throw new FairwayError(
    "conflict",
    `router ${router.name} is a domain, whose networks are those of its zones; make one there, e.g. ${router.name}/ZONE/${network.name}`,
  );
}

/** Takes a network from its router, and frees what addresses that had there. One that is attached to none stays as it is. */
export function detach(draft: Draft, network: string): void {
  const known = interfaceOf(draft, network);
  if (known === undefined) return;
  const subnets = draft.find("Subnet", "byNetwork", network);
  for (const ip of known.addresses) letGo(draft, subnets, ip);
  draft.delete("Router_Interface", known._uuid);
}

/** After a network's subnets have changed: throws `conflict` where its router cannot tell them from another network's, and forgets addresses in subnets that are gone. */
export function fitInterface(draft: Draft, network: Network): void {
  const known = interfaceOf(draft, network._uuid);
  if (known === undefined) return;
  checkApart(draft, referred(draft.get("Router", known.router)), network);
  const subnets = draft.find("Subnet", "byNetwork", network._uuid);
  const addresses = known.addresses.filter((ip) => subnetOfIp(subnets, ip) !== undefined);
  if (addresses.length < known.addresses.length) draft.update("Router_Interface", known._uuid, { addresses });
}

function insertInterface(
  draft: Draft,
  router: Router,
  network: Network,
  { addresses, options }: RouterInterfaceSpec,
): void {
  draft.insert("Router_Interface", derive("router-interface", network._uuid, router._uuid), {
    router: router._uuid,
    network: network._uuid,
    addresses,
    claims: {},
    options,
  });
}

function checkAttachable(
  view: View,
  router: Router,
  network: Network,
  known: IntentRow<"Router_Interface"> | undefined,
): void {
  const { name, internal, removal } = network;
  if (removal !== null)
    throw new FairwayError("conflict", `network ${name} is being removed; it cannot be attached any more`);
  if (internal)
    throw new FairwayError(
      "invalid",
      `network ${name} is internal: nothing leads out of it, and no router into it`,
    );
  if (gatewayOf(view, router._uuid)?.network === network._uuid)
    throw new FairwayError(
      "conflict",
      `network ${name} is the external network of router ${router.name}, which cannot be attached as well; clear the router's gateway first`,
    );
  const attached = view.count("Router_Interface", "byRouter", router._uuid);
  if (known === undefined && attached >= mostInterfaces)
    throw new FairwayError(
      "exhausted",
      `router ${router.name} has ${mostInterfaces} networks, as many as one may; attach this one to another router`,
    );
  checkApart(view, router, network);
}

function checkApart(view: View, router: Router, network: Network): void {
  const clash = clashOnRouter(view, network, router._uuid);
  if (clash === undefined) return;
  const { cidr, other } = clash;
  throw new FairwayError(
    "conflict",
    `network ${network.name} cannot be on router ${router.name}: its subnet ${cidr} overlaps ${other.cidr} of network ${other.network}, ` +
      "which is attached there; a router leads an address to one network",
  );
}

/** Throws `invalid` where an address is none of the network's, or none by which the router may answer, and where it would answer by none. */
function checkAnswering({ name, mode }: Network, subnets: readonly Subnet[], asked: readonly string[]): void {
  const list = subnets.map(({ cidr }) => cidr).join(", ") || "none";
  const seen = new Set<string>();
  for (const ip of asked) {
    const subnet = subnetOfIp(subnets, ip);
    if (subnet === undefined || !isUsable(subnet, ip))
      throw refusal(`must be addresses that a host can have on network ${name} (${list}); one is ${ip}`);
    if (seen.has(subnet._uuid)) throw refusal(`must be one of subnet ${subnet.cidr} at most`);
    seen.add(subnet._uuid);
    if (mode !== "flat" && subnet.gateway !== null && subnet.gateway !== ip)
      throw refusal(
        `must not have ${ip}: the router answers as the gateway ${subnet.gateway} in ${subnet.cidr}`,
      );
  }
  if (seen.size > 0 || (mode !== "flat" && subnets.some(({ gateway }) => gateway !== null))) return;
  throw refusal(
    mode === "flat"
      ? `must name one: network ${name} is on a wire, where a gateway is somebody else's; say by which address of ${list} the router answers there`
      : `must name one: network ${name} has no gateway; say by which address of ${list} the router answers there`,
  );
}

function take(
  draft: Draft,
  allocator: Addresses,
  router: Router,
  subnets: readonly Subnet[],
  ip: string,
): void {
  const subnet = subnetOfIp(subnets, ip);
  if (subnet === undefined || subnet.gateway === ip) return;
  takeForRouter(draft, allocator, router, subnet, ip);
}

/** An interface's router answers by an address no more, which is free then unless it is the gateway's. */
export function letGo(draft: Draft, subnets: readonly Subnet[], ip: string): void {
  const subnet = subnetOfIp(subnets, ip);
  const [held] = subnet === undefined ? [] : draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
  if (held?.purpose === "router") freeAddress(draft, held._uuid);
}

function subnetOfIp(subnets: readonly Subnet[], ip: string): Subnet | undefined {
  return subnets.find((subnet) => contains(cidrOf(subnet), parseIp(ip)));
}

function refusal(what: string): FairwayError {
  const detail = `addresses ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field: "addresses", detail }] });
}
