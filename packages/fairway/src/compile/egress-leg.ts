import { gatewaySubnets, hasEgress } from "../intent/egress.ts";
import { keyOf } from "../intent/indexes.ts";
import type { View } from "../intent/view.ts";
import { transitLink } from "./egress.ts";

/** A host's leg on a network: the interface by which that network's containers on this host reach the world. */
export interface LegItem {
  readonly key: string;
  readonly kind: "leg";
  readonly network: string;
  readonly name: string;
  /** Whether what leaves by it gets the host's address. */
  readonly mode: "nat" | "routed";
  readonly ifaceId: string;
  readonly mac: string;
  /** With prefix lengths. */
  readonly addresses: string[];
  readonly router: { readonly mac: string; readonly addresses: string[] };
  /** What is reached by it. */
  readonly cidrs: string[];
  /** Bytes. */
  readonly mtu: number;
}

export function legKey(network: string): string {
  return `leg/${network}`;
}

/** The leg is there from the host's first endpoint on the network to its last. */
export function legItem(view: View, host: string, network: string): LegItem | undefined {
  const row = view.get("Network", network);
  if (row === undefined || !hasEgress(view, row)) return undefined;
  if (view.count("Endpoint", "byNetworkHost", keyOf(network, host)) === 0) return undefined;
  return {
    key: legKey(network),
    kind: "leg",
    network,
    name: row.name,
    mode: row.mode === "routed" ? "routed" : "nat",
    ...transitLink(view, network),
    cidrs: gatewaySubnets(view, network).map(({ cidr }) => cidr),
    mtu: row.mtu,
  };
}
