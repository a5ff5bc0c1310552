import type { View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** A bridge by which a physical network's frames leave a host and come to it. */
interface ProviderBridgeItem {
  readonly key: string;
  readonly kind: "provider-bridge";
  readonly physicalNetwork: string;
  readonly name: string;
  /** The host's interface that is on the wire. */
  readonly interface: string;
}

/** Their keys name the physical network. */
export const providerBridgeItems: ItemKind<ProviderBridgeItem> = {
  kind: "provider-bridge",
  sources: [
    { table: "Physical_Port", byHost: "byHost", id: ({ physical_network }) => physical_network },
    {
      table: "Physical_Port",
      byHost: null,
      id: ({ host, physical_network }) => (host === null ? physical_network : undefined),
    },
  ],
  compile: providerBridgeItem,
};

/** A host's own port comes before the one that is for every host. An overlay is carried by tunnels: its ports are kept and shown alone. */
function providerBridgeItem(view: View, host: string, uuid: string): ProviderBridgeItem | undefined {
  const network = view.get("Physical_Network", uuid);
  if (network === undefined || network.type === "overlay" || network.type === "local") return undefined;
  const ports = view.find("Physical_Port", "byPhysicalNetwork", uuid);
  const port = ports.find((each) => each.host === host) ?? ports.find((each) => each.host === null);
  if (port === undefined) return undefined;
  return {
    key: `provider-bridge/${uuid}`,
    kind: "provider-bridge",
    physicalNetwork: uuid,
    name: network.name,
    interface: port.name,
  };
}
