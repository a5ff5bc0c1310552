import { accessCidrs, handlesOn, isInUse, isOn } from "../../intent/host-access.ts";
import type { View } from "../../intent/view.ts";
import { hostAccessAddresses } from "../northbound/host-access.ts";
import type { ItemKind } from "./item-kind.ts";

/** A network that has containers, but none on this host: the host gets an uplink to reach it when somebody on it asks for one of its addresses. */
interface DormantNetworkItem {
  readonly key: string;
  readonly kind: "dormant-network";
  readonly network: string;
  /** Under which the host asks for it. */
  readonly engineId: string;
  /** The host's own there, with prefix lengths: what is begun before there is an uplink goes on by it. */
  readonly addresses: string[];
  readonly cidrs: string[];
}

/** Their keys name the network. */
export const dormantNetworkItems: ItemKind<DormantNetworkItem> = {
  kind: "dormant-network",
  sources: [{ table: "Docker_Network", byHost: "byHost", id: ({ network }) => network }],
  compile: dormantNetworkItem,
};

/**
 * Undefined where the host has a container on the network, its engine does not have the network, or no host is led to its
 * containers.
 */
function dormantNetworkItem(view: View, host: string, network: string): DormantNetworkItem | undefined {
  if (!isInUse(view, network) || isOn(view, network, host)) return undefined;
  const [handle] = handlesOn(view, network, host);
  const cidrs = accessCidrs(view, network);
  const number = view.get("Host", host)?.number ?? null;
  if (handle === undefined || cidrs.length === 0 || number === null) return undefined;
  return {
    key: `dormant-network/${network}`,
    kind: "dormant-network",
    network,
    engineId: handle.engine_id,
    addresses: hostAccessAddresses(cidrs, number).map(({ ip, prefix }) => `${ip}/${prefix}`),
    cidrs: [...cidrs],
  };
}
