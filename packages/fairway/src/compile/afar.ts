import { handlesOn, hostReach } from "../intent/host-reach.ts";
import { keyOf } from "../intent/indexes.ts";
import type { View } from "../intent/view.ts";
import { reachAddresses } from "./reach.ts";

/** A network that has containers, but none on this host: the host gets a leg to reach it when somebody on it asks for one of its addresses. */
export interface AfarItem {
  readonly key: string;
  readonly kind: "afar";
  readonly network: string;
  /** Under which the host asks for it. */
  readonly engineId: string;
  /** The host's own there, with prefix lengths: what is begun before there is a leg goes on by it. */
  readonly addresses: string[];
  readonly cidrs: string[];
}

export function afarKey(network: string): string {
  return `afar/${network}`;
}

export function afarItem(view: View, host: string, network: string): AfarItem | undefined {
  const [handle] = handlesOn(view, network, host);
  const row = view.get("Network", network);
  if (handle === undefined || row === undefined) return undefined;
  if (view.count("Endpoint", "byNetwork", network) === 0) return undefined;
  if (view.count("Endpoint", "byNetworkHost", keyOf(network, host)) > 0) return undefined;
  const cidrs = hostReach(view, row)?.cidrs ?? [];
  const number = view.get("Host", host)?.number ?? null;
  if (cidrs.length === 0 || number === null) return undefined;
  return {
    key: afarKey(network),
    kind: "afar",
    network,
    engineId: handle.engine_id,
    addresses: reachAddresses(cidrs, number).map(({ ip, prefix }) => `${ip}/${prefix}`),
    cidrs: [...cidrs],
  };
}
