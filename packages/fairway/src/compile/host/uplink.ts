import { gatewaySubnets, hasEgress, hasWireUplink } from "../../intent/egress.ts";
import { isHostAccessOff, isOn } from "../../intent/host-access.ts";
import { keyOf } from "../../intent/indexes.ts";
import { isLogicalPort } from "../../intent/logical-port.ts";
import { isIntercepted } from "../../intent/name-interception.ts";
import { soundIp } from "../../intent/parsed-rows.ts";
import { leavesByGateway, legsOf } from "../../intent/router-gateways.ts";
import { routerOf } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { formatCidr, singleAddress } from "../../ip.ts";
import { transitLink } from "../northbound/egress.ts";
import { wireUplink } from "../northbound/wire-uplink.ts";
import type { ItemKind } from "./item-kind.ts";

/** A host's uplink on a network: the interface by which that network's containers on this host reach the world. */
export interface UplinkItem {
  readonly key: string;
  readonly kind: "uplink";
  readonly network: string;
  readonly name: string;
  /** Whether what leaves by it gets the host's address; `wire`: containers leave by a wire, and only they and their host meet by it. */
  readonly mode: "nat" | "routed" | "wire";
  readonly ifaceId: string;
  readonly mac: string;
  /** With prefix lengths. */
  readonly addresses: string[];
  /** Absent where the containers themselves are on the link. */
  readonly router?: { readonly mac: string; readonly addresses: string[] };
  /** Those on the link. */
  readonly containers?: { readonly mac: string; readonly addresses: string[] }[];
  /** What is reached by it. */
  readonly cidrs: string[];
  /** Set where the host itself is not to reach the containers by it. */
  readonly closedToHost?: true;
  /** Set where containers send elsewhere what is for the world: they answer the uplink's own addresses alone. */
  readonly leavesElsewhere?: true;
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
  if (row === undefined || !isOn(view, network, host)) return undefined;
  const link = hasWireUplink(row)
    ? wireLink(view, host, network)
    : hasEgress(view, row)
      ? {
          mode: row.mode === "routed" ? ("routed" as const) : ("nat" as const),
          ...transitLink(view, network),
          cidrs: gatewaySubnets(view, network).map(({ cidr }) => cidr),
        }
      : undefined;
  if (link === undefined) return undefined;
  return {
    key: `uplink/${network}`,
    kind: "uplink",
    network,
    name: row.name,
    ...link,
    ...(isHostAccessOff(row) && { closedToHost: true }),
    ...(hasGateway(view, row) && { leavesElsewhere: true }),
    ...(!isIntercepted(row) && { namesFlowPast: true }),
    mtu: row.mtu,
  };
}

/** Whether what a network's containers send to the world leaves by the gateway of its router. */
function hasGateway(view: View, network: IntentRow<"Network">): boolean {
  const router = routerOf(view, network);
  return router !== undefined && leavesByGateway(network) && legsOf(view, router._uuid).length > 0;
}

/**
 * On a wire, the host's own containers alone are reached by the uplink: everybody else there is reached by the wire. What no engine plugged
 * has no route back to it. Undefined where the host has no container there.
 */
function wireLink(view: View, host: string, network: string) {
  const containers = view
    .find("Endpoint", "byNetworkHost", keyOf(network, host))
    .filter((endpoint) => !isLogicalPort(endpoint) && endpoint.lost.length === 0)
    .map(({ _uuid, mac }) => ({
      mac,
      addresses: view
        .find("Address", "byEndpoint", _uuid)
        .flatMap((address) => (soundIp(address) === undefined ? [] : address.ip))
        .sort(),
    }))
    .sort((one, other) => (one.mac < other.mac ? -1 : 1));
  const cidrs = containers.flatMap(({ addresses }) => addresses.map((ip) => formatCidr(singleAddress(ip))));
  if (cidrs.length === 0) return undefined;
  const { ifaceId, mac, addresses } = wireUplink(view, network);
  return {
    mode: "wire" as const,
    ifaceId,
    mac,
    addresses: addresses.map((ip) => formatCidr(singleAddress(ip))),
    containers,
    cidrs,
  };
}
