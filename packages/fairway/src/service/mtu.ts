import { FairwayError } from "../errors.ts";
import type { Draft } from "../intent/draft.ts";
import { central, type IntentRow, type View } from "../intent/view.ts";
import { familyOf } from "../ip.ts";
import { referred } from "./lookup.ts";

type Host = IntentRow<"Host">;
type Network = IntentRow<"Network">;

/** Bytes that the tunnel adds to a packet over IPv4 (design's engine facts): Geneve with OVN's option, or VXLAN. */
const overhead = { geneve: 58, vxlan: 50 } as const;

/** An IPv6 header is longer by so many bytes (RFC 8200 §3). */
const IPV6_EXTRA = 20;

/** Of a network without endpoints: what was asked for, or less where the host that makes it needs that. Null asks for the most. Bytes. */
export function effectiveMtu(asked: number | null, view: View, host: Host): number {
  return least(asked, fitting(view)([host]));
}

/** To be called before an endpoint is made: only hosts with endpoints on a network lower its MTU. The first one decides alone. */
export function fitMtu(draft: Draft, network: Network, host: Host): void {
  setMtu(draft, network, least(network.mtu_asked, fitting(draft)([host])));
}

/**
 * Fits all networks to the underlays of the hosts that have endpoints on them, after a host changed. What grows is left to networks without
 * endpoints: two containers of one network must not disagree about what arrives.
 */
export function refitMtus(draft: Draft): void {
  const fits = fitting(draft);
  for (const network of Array.from(draft.rows("Network"))) {
    const hosts = hostsOf(draft, network);
    if (hosts.length === 0) continue;
    setMtu(draft, network, least(network.mtu_asked, fits(hosts)));
  }
}

function setMtu(draft: Draft, network: Network, mtu: number): void {
  const mayGrow = () => draft.count("Endpoint", "byNetwork", network._uuid) === 0;
  if (mtu < network.mtu || (mtu > network.mtu && mayGrow())) draft.update("Network", network._uuid, { mtu });
}

/** A host's word alone takes no network below this. Throws `conflict`. @param smallest bytes. */
export function checkUnderlay(view: View, host: Pick<Host, "name" | "underlay_mtu">, smallest: number): void {
  if (host.underlay_mtu === null || fitting(view)([host]) >= smallest) return;
  throw new FairwayError(
    "conflict",
    `the link of host ${host.name} carries ${host.underlay_mtu} bytes, too few for containers' packets of ${smallest} bytes and the tunnel's ` +
      "header: raise that link's MTU, or allow less by hosts.mtu in the center's configuration",
  );
}

const least = (asked: number | null, fits: number): number => Math.min(asked ?? fits, fits);

/** Tells the most that fits the underlay of each of some hosts, bytes. */
function fitting(view: View): (hosts: readonly Pick<Host, "underlay_mtu">[]) => number {
  const { encapsulation, underlay_mtu: assumed } = referred(central(view));
  const added = overhead[encapsulation] + (isOverIpv6(view) ? IPV6_EXTRA : 0);
  return (hosts) => Math.min(...hosts.map(({ underlay_mtu: mtu }) => mtu ?? assumed)) - added;
}

function isOverIpv6(view: View): boolean {
  for (const { tunnel_address: address } of view.rows("Host"))
    if (address !== null && familyOf(address) === 6) return true;
  return false;
}

/** Those with endpoints on the network; where there are none, the one that made it. */
function hostsOf(view: View, network: Network): readonly Host[] {
  const hosts = new Set(view.find("Endpoint", "byNetwork", network._uuid).map(({ host }) => host));
  if (hosts.size === 0) hosts.add(network.origin_host);
  return [...hosts].flatMap((host) => (host === null ? [] : (view.get("Host", host) ?? [])));
}
