import type { Draft } from "../intent/draft.ts";
import { central, type View } from "../intent/view.ts";
import { familyOf } from "../ip.ts";
import { referred } from "./lookup.ts";

/** Bytes that the tunnel adds to a packet over IPv4 (design's engine facts): Geneve with OVN's option, or VXLAN. */
const overhead = { geneve: 58, vxlan: 50 } as const;

/** An IPv6 header is longer by so many bytes (RFC 8200 §3). */
const IPV6_EXTRA = 20;

/** The MTU that fits every host's underlay: what was asked for, or less; null asks for the most. Bytes. */
export function effectiveMtu(asked: number | null, view: View): number {
  const fits = fittingMtu(view);
  return Math.min(asked ?? fits, fits);
}

/** The most that fits every host's underlay, bytes. */
function fittingMtu(view: View): number {
  const { encapsulation, underlay_mtu: assumed } = referred(central(view));
  const hosts = [...view.rows("Host")];
  const known = hosts.flatMap(({ underlay_mtu: mtu }) => mtu ?? []);
  const smallest = known.length === 0 ? assumed : Math.min(...known);
  const overIpv6 = hosts.some(({ tunnel_address: address }) => address !== null && familyOf(address) === 6);
  return smallest - overhead[encapsulation] - (overIpv6 ? IPV6_EXTRA : 0);
}

/**
 * Fits all networks to the hosts' underlays, after one of them changed. What grows is left to networks without endpoints: two containers of
 * one network must not disagree about what arrives.
 */
export function refitMtus(draft: Draft): void {
  const fits = fittingMtu(draft);
  for (const network of Array.from(draft.rows("Network"))) {
    const mtu = Math.min(network.mtu_asked ?? fits, fits);
    const mayGrow = () => draft.count("Endpoint", "byNetwork", network._uuid) === 0;
    if (mtu < network.mtu || (mtu > network.mtu && mayGrow()))
      draft.update("Network", network._uuid, { mtu });
  }
}
