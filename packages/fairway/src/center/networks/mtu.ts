import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { type IntentRow, settingsOf, type View } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";
import { referred } from "../lookup.ts";

type Host = IntentRow<"Host">;
type Network = IntentRow<"Network">;

/**
 * Bytes that the tunnel adds to a packet over IPv4: outer IPv4 20, UDP 8, inner Ethernet 14; Geneve 8 and OVN's option 8 (RFC 8926), or VXLAN 8
 * (RFC 7348).
 */
const overhead = { geneve: 58, vxlan: 50 } as const;

/** Of an Ethernet link, bytes, where nobody says otherwise (RFC 894). */
const ethernetMtu = 1_500;
/** Its link is as the cluster's settings assume. */
const unknownHost = { underlay_mtu: null } as const;

/** An IPv6 header is longer by so many bytes (RFC 8200 §3). */
const IPV6_EXTRA = 20;

/** What of a network decides how long its packets may be. */
type Sized = Pick<Network, "mtu_asked" | "physical_network">;

/**
 * Of a network without endpoints: what was asked for, or less where the host that makes it needs that. Null asks for the most. Bytes.
 * @param host undefined: no host makes it.
 */
export function effectiveMtu(network: Sized, view: View, host: Host | undefined): number {
  return least(network.mtu_asked, wireMtu(view, network) ?? fitting(view)([host ?? unknownHost]));
}

/** After another MTU was asked for. What grows waits until no container is on the network. */
export function askMtu(draft: Draft, network: Network, asked: number | null): void {
  draft.update("Network", network._uuid, { mtu_asked: asked });
  const hosts = hostsOf(draft, network);
  const fits = wireMtu(draft, network) ?? fitting(draft)(hosts.length === 0 ? [unknownHost] : hosts);
  setMtu(draft, network, least(asked, fits));
}

/** To be called before an endpoint is made: only hosts with endpoints on a network lower its MTU. The first one decides alone. */
export function fitMtu(draft: Draft, network: Network, host: Host): void {
  setMtu(draft, network, effectiveMtu(network, draft, host));
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
    setMtu(draft, network, least(network.mtu_asked, wireMtu(draft, network) ?? fits(hosts)));
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

/** Of the physical network that carries a network's frames; undefined where the hosts' own tunnels do. Bytes. */
function wireMtu(view: View, { physical_network }: Sized): number | undefined {
  const carrier = physical_network === null ? undefined : view.get("Physical_Network", physical_network);
  if (carrier === undefined || carrier.type === "overlay") return undefined;
  if (carrier.type !== "vtep") return carrier.mtu ?? ethernetMtu;
  const extra = carrier.peers.some((peer) => familyOf(peer) === 6) ? IPV6_EXTRA : 0;
  return carrier.mtu ?? ethernetMtu - overhead.vxlan - extra;
}

const least = (asked: number | null, fits: number): number => Math.min(asked ?? fits, fits);

/** Tells the most that fits the underlay of each of some hosts, bytes. */
function fitting(view: View): (hosts: readonly Pick<Host, "underlay_mtu">[]) => number {
  const { encapsulation, underlay_mtu: assumed } = referred(settingsOf(view));
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
