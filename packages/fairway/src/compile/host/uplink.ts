import { gatewaySubnets, hasEgress } from "../../intent/egress.ts";
import { isHostAccessOff, isOn } from "../../intent/host-access.ts";
import { isIntercepted } from "../../intent/name-interception.ts";
import type { View } from "../../intent/view.ts";
import { transitLink } from "../northbound/egress.ts";
import type { ItemKind } from "./item-kind.ts";

/** A host's uplink on a network: the interface by which that network's containers on this host reach the world. */
export interface UplinkItem {
  readonly key: string;
  readonly kind: "uplink";
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
  /** Set where the host itself is not to reach the containers by it. */
  readonly closedToHost?: true;
  /** Set where questions for names flow past the agent. */
  readonly namesFlowPast?: true;
  /** Bytes. */
  readonly mtu: number;
}

/** Their keys name the network. */
export const uplinkItems: ItemKind<UplinkItem> = {
  kind: "uplink",
  sources: [{ table: "Endpoint", byHost: "byHost", id: ({ network }) => network }],
  compile: uplinkItem,
};

/** The uplink is there from the host's first endpoint on the network to its last. */
function uplinkItem(view: View, host: string, network: string): UplinkItem | undefined {
  const row = view.get("Network", network);
  if (row === undefined || !hasEgress(view, row) || !isOn(view, network, host)) return undefined;
  return {
    key: `uplink/${network}`,
    kind: "uplink",
    network,
    name: row.name,
    mode: row.mode === "routed" ? "routed" : "nat",
    ...transitLink(view, network),
    cidrs: gatewaySubnets(view, network).map(({ cidr }) => cidr),
    ...(isHostAccessOff(row) && { closedToHost: true }),
    ...(!isIntercepted(row) && { namesFlowPast: true }),
    mtu: row.mtu,
  };
}
