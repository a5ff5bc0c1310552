import { accessCidrs, hasHostAccess } from "../../intent/host-access.ts";
import type { View } from "../../intent/view.ts";
import { transitMac } from "../northbound/egress.ts";
import { hostAccessAddresses, hostAccessMac, hostAccessPort } from "../northbound/host-access.ts";
import type { ItemKind } from "./item-kind.ts";
import type { UplinkItem } from "./uplink.ts";

/**
 * A host's second uplink on a network: an ordinary port, by which the host itself reaches containers on other hosts. What they answer
 * to the first one, a `localport`, would end at their own host's.
 */
interface HostAccessItem
  extends Omit<
    UplinkItem,
    "kind" | "mode" | "router" | "containers" | "closedToHost" | "leavesElsewhere" | "namesFlowPast"
  > {
  readonly kind: "host-access";
  readonly mode: "nat" | "routed";
  readonly router: NonNullable<UplinkItem["router"]>;
}

/** Their keys name the network. */
export const hostAccessItems: ItemKind<HostAccessItem> = {
  kind: "host-access",
  sources: [
    { table: "Host_Access", byHost: "byHost", id: ({ network }) => network },
    { table: "Endpoint", byHost: "byHost", id: ({ network }) => network },
  ],
  compile: hostAccessItem,
};

/** Undefined where the host has no way of its own to the network: see `hostsWithAccess`. */
function hostAccessItem(view: View, host: string, network: string): HostAccessItem | undefined {
  if (!hasHostAccess(view, network, host)) return undefined;
  const row = view.get("Network", network);
  const number = view.get("Host", host)?.number ?? null;
  const cidrs = accessCidrs(view, network);
  if (row === undefined || number === null || cidrs.length === 0) return undefined;
  const addresses = hostAccessAddresses(cidrs, number);
  return {
    key: `host-access/${network}`,
    kind: "host-access",
    network,
    name: row.name,
    mode: row.mode === "routed" ? "routed" : "nat",
    ifaceId: hostAccessPort(network, host),
    mac: hostAccessMac(network, host),
    addresses: addresses.map(({ ip, prefix }) => `${ip}/${prefix}`),
    router: { mac: transitMac(network), addresses: addresses.map(({ router }) => router) },
    cidrs: [...cidrs],
    mtu: row.mtu,
  };
}
