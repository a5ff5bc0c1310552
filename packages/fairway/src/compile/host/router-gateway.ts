import { hostsOnWire } from "../../intent/physical-hosts.ts";
import { gatewayOf, legsOf } from "../../intent/router-gateways.ts";
import type { View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** A router of which the host may be the way out. */
interface RouterGatewayItem {
  readonly key: string;
  readonly kind: "router-gateway";
  readonly router: string;
  /** Whose interface leads there. */
  readonly physicalNetwork: string;
  /** The VLAN of the external network; null: frames have no tag. */
  readonly vlan: number | null;
  /** Who leads on from there. */
  readonly nextHops: string[];
}

/** Their keys name the router. */
export const routerGatewayItems: ItemKind<RouterGatewayItem> = {
  kind: "router-gateway",
  sources: [{ table: "Router_Gateway", byHost: "byHost", id: ({ router }) => router }],
  compile: routerGatewayItem,
};

function routerGatewayItem(view: View, host: string, router: string): RouterGatewayItem | undefined {
  const gateway = gatewayOf(view, router);
  const network = gateway && view.get("Network", gateway.network);
  const physicalNetwork = network?.physical_network ?? null;
  const nextHops = legsOf(view, router).map(({ nextHop }) => nextHop);
  if (gateway === undefined || network === undefined || physicalNetwork === null || nextHops.length === 0)
    return undefined;
  if (!Object.values(gateway.hosts).includes(host) || !hostsOnWire(view, physicalNetwork).includes(host))
    return undefined;
  return {
    key: `router-gateway/${router}`,
    kind: "router-gateway",
    router,
    physicalNetwork,
    vlan: network.segment,
    nextHops,
  };
}
