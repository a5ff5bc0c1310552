import type { View } from "../../intent/view.ts";
import { dormantNetworkItems } from "./dormant-network.ts";
import { endpointItems } from "./endpoint.ts";
import { hostAccessItems } from "./host-access.ts";
import type { ItemSource } from "./item-kind.ts";
import { mirrorItems } from "./mirror.ts";
import { networkItems } from "./network.ts";
import { portItems } from "./port.ts";
import { providerBridgeItems } from "./provider-bridge.ts";
import { publishedItems } from "./published-ports.ts";
import { routerGatewayItems } from "./router-gateway.ts";
import { uplinkItems } from "./uplink.ts";
import { vxlanBridgeItems } from "./vxlan-bridge.ts";

/** Everything that a host may be told to have. */
const itemKinds = [
  networkItems,
  dormantNetworkItems,
  hostAccessItems,
  mirrorItems,
  uplinkItems,
  endpointItems,
  portItems,
  publishedItems,
  providerBridgeItems,
  vxlanBridgeItems,
  routerGatewayItems,
] as const;

/** A host's desired state, item by item. The API sends it as it is. */
export type HostItem = NonNullable<ReturnType<(typeof itemKinds)[number]["compile"]>>;

/** All rows that bring items to hosts, each with the kind of the items. */
export const itemSources: readonly { readonly kind: HostItem["kind"]; readonly source: ItemSource }[] =
  itemKinds.flatMap(({ kind, sources }) => sources.map((source) => ({ kind, source })));

/**
 * One item; undefined where the host must not have it (any more).
 * @param host the host's UUID.
 * @param key the item's.
 */
export function compileHostItem(view: View, host: string, key: string): HostItem | undefined {
  const [name, id = ""] = key.split("/");
  return itemKinds.find(({ kind }) => kind === name)?.compile(view, host, id);
}
