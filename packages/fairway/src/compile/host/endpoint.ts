import { egressNamesOf } from "../../intent/egress-names.ts";
import { type LeaseWire, leaseWire } from "../../intent/leased-addresses.ts";
import { isLogicalPort } from "../../intent/logical-port.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { portSecurityOf } from "../../intent/port-security.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { familyOf, withPrefix } from "../../ip.ts";
import type { ItemKind } from "./item-kind.ts";

/** An endpoint that a host has: the port that its agent plugs. */
interface EndpointItem {
  readonly key: string;
  readonly kind: "endpoint";
  readonly endpoint: string;
  readonly network: string;
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  /** With prefix lengths, IPv4 first. */
  readonly addresses: string[];
  readonly engine: { readonly networkId: string; readonly endpointId: string } | null;
  /** Where the DHCP server is asked that gives its address of IPv4; absent where Fairway gives it. */
  readonly lease?: LeaseWire;
  /** Why its port must be down; absent where it must not. */
  readonly down?: string;
  /** Set where router advertisements are kept from its container. */
  readonly isGuarded?: true;
  /** DNS names, or all below one (`*.`), by which its container may send; absent where none are. */
  readonly egressNames?: string[];
  readonly request: string;
}

export const endpointItems: ItemKind<EndpointItem> = {
  kind: "endpoint",
  sources: [{ table: "Endpoint", byHost: "byHost", id: ({ _uuid }) => _uuid }],
  compile: endpointItem,
};

function endpointItem(view: View, host: string, uuid: string): EndpointItem | undefined {
  const endpoint = view.get("Endpoint", uuid);
  const network = endpoint === undefined ? undefined : view.get("Network", endpoint.network);
  if (endpoint === undefined || network === undefined || endpoint.host !== host) return undefined;
  if (isLogicalPort(endpoint)) return undefined;
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", uuid);
  const engineNetwork = handle === undefined ? undefined : view.get("Docker_Network", handle.docker_network);
  const held = view.find("Address", "byEndpoint", uuid).flatMap(({ ip, subnet: ofAddress }) => {
    const subnet = view.get("Subnet", ofAddress);
    return subnet === undefined ? [] : { ip, subnet };
  });
  const [lease] = held.flatMap(({ subnet }) => leaseWire(network, subnet) ?? []);
  const egressNames = [...new Set(egressNamesOf(view, endpoint).map(({ pattern }) => pattern))].sort();
  return {
    key: `endpoint/${uuid}`,
    kind: "endpoint",
    endpoint: uuid,
    network: network._uuid,
    mac: endpoint.mac,
    mtu: network.mtu,
    addresses: held
      .map(({ ip, subnet }) => withPrefix(ip, cidrOf(subnet)))
      .sort((one, other) => familyOf(one) - familyOf(other) || (one < other ? -1 : 1)),
    engine:
      handle === undefined || engineNetwork === undefined
        ? null
        : { networkId: engineNetwork.engine_id, endpointId: handle.engine_id },
    ...(lease !== undefined && { lease }),
    ...downOf(endpoint),
    ...(portSecurityOf(network) !== "off" && { isGuarded: true }),
    ...(egressNames.length > 0 && { egressNames }),
    request: endpoint.request,
  };
}

/** Of an endpoint that lost its addresses it is said once that it cannot have them again: until then its host may be away, or just back. */
function downOf(endpoint: IntentRow<"Endpoint">): { readonly down?: string } {
  const reason = endpoint.lost.length > 0 ? endpoint.status["port"] : undefined;
  return reason === undefined ? {} : { down: reason };
}
