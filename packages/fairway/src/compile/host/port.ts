import { isLogicalPort } from "../../intent/logical-port.ts";
import type { View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** A port that no engine made, on the host on which it is, or the only one on which it may be. Who plugs it is not said. */
interface PortItem {
  readonly key: string;
  readonly kind: "port";
  readonly endpoint: string;
  readonly name: string;
  readonly network: string;
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  readonly request: string;
}

/** Their keys name the endpoint. */
export const portItems: ItemKind<PortItem> = {
  kind: "port",
  sources: [
    { table: "Endpoint", byHost: "byHost", id: (row) => (isLogicalPort(row) ? row._uuid : undefined) },
  ],
  compile: portItem,
};

function portItem(view: View, host: string, uuid: string): PortItem | undefined {
  const endpoint = view.get("Endpoint", uuid);
  const network = endpoint === undefined ? undefined : view.get("Network", endpoint.network);
  if (endpoint === undefined || network === undefined || endpoint.host !== host) return undefined;
  if (!isLogicalPort(endpoint)) return undefined;
  const { name, mac, request } = endpoint;
  return {
    key: `port/${uuid}`,
    kind: "port",
    endpoint: uuid,
    name,
    network: network._uuid,
    mac,
    mtu: network.mtu,
    request,
  };
}
