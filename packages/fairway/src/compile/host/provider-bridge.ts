import { fact, type View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** A bridge by which a physical network's frames leave a host and come to it. */
interface ProviderBridgeItem {
  readonly key: string;
  readonly kind: "provider-bridge";
  readonly physicalNetwork: string;
  readonly name: string;
  /** The host's interface that is on the wire. */
  readonly interface: string;
  /** Whether the host's addresses on it are moved to the bridge; absent: no. */
  readonly takeAddress?: true;
  /** The VLANs of the networks that it carries, for a host whose own address stays on the interface; absent where frames have no tag. */
  readonly vlans?: number[];
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
  if (network?.type !== "vlan" && network?.type !== "flat") return undefined;
  const ports = view.find("Physical_Port", "byPhysicalNetwork", uuid);
  const port = ports.find((each) => each.host === host) ?? ports.find((each) => each.host === null);
  if (port === undefined) return undefined;
  return {
    key: `provider-bridge/${uuid}`,
    kind: "provider-bridge",
    physicalNetwork: uuid,
    name: network.name,
    interface: port.name,
    ...(port.take_address && { takeAddress: true }),
    ...(network.type === "vlan" && { vlans: [...vlansOn(view, uuid)] }),
  };
}

/** The VLANs of a physical network's networks, lowest first. */
const vlansOn = fact((view, physicalNetwork: string): readonly number[] => {
  const networks = view.find("Network", "byPhysicalNetwork", physicalNetwork);
  return networks.flatMap(({ segment }) => segment ?? []).toSorted((one, other) => one - other);
});
