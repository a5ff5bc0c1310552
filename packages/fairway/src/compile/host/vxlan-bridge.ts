import { hostsOn, isOn } from "../../intent/host-access.ts";
import type { View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** A bridge by which a network's frames leave a host in VXLAN, and come to it (RFC 7348). */
interface VxlanBridgeItem {
  readonly key: string;
  readonly kind: "vxlan-bridge";
  readonly network: string;
  readonly physicalNetwork: string;
  /** Of the physical network. */
  readonly name: string;
  readonly vni: number;
  /** The UDP port of all ends. */
  readonly port: number;
  /** Where the other ends are: foreign ones, and the hosts that have containers on the network. */
  readonly peers: string[];
}

/** RFC 7348 §5. */
const vxlanPort = 4_789;

/** Their keys name the network. */
export const vxlanBridgeItems: ItemKind<VxlanBridgeItem> = {
  kind: "vxlan-bridge",
  sources: [{ table: "Endpoint", byHost: "byHost", id: ({ network }) => network }],
  compile: vxlanBridgeItem,
};

/** It is there from the host's first endpoint on the network to its last. */
function vxlanBridgeItem(view: View, host: string, network: string): VxlanBridgeItem | undefined {
  const row = view.get("Network", network);
  const carrier = view.get("Physical_Network", row?.physical_network ?? "");
  if (row?.segment == null || carrier?.type !== "vtep" || !isOn(view, network, host)) return undefined;
  const ends = hostsOn(view, network)
    .filter((each) => each !== host)
    .flatMap((each) => view.get("Host", each)?.tunnel_address ?? []);
  return {
    key: `vxlan-bridge/${network}`,
    kind: "vxlan-bridge",
    network,
    physicalNetwork: carrier._uuid,
    name: carrier.name,
    vni: row.segment,
    port: carrier.tunnel_port ?? vxlanPort,
    peers: [...new Set([...carrier.peers, ...ends])].sort(),
  };
}
