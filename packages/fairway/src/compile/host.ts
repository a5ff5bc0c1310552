import { goesWith, isUnused } from "../intent/mirroring.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { parseCidr, withPrefix } from "../ip.ts";
import { type AfarItem, afarItem, afarKey } from "./afar.ts";
import { type LegItem, legItem, legKey } from "./egress-leg.ts";
import { type MirrorItem, mirrorItem, mirrorKey } from "./mirror.ts";
import { type NetworkDefinition, networkDefinition } from "./network-definition.ts";
import { type PublishedItem, publishedItem, publishedKey } from "./published-ports.ts";
import { type ReachItem, reachItem, reachKey } from "./reach.ts";

/** A host's desired state, item by item (design §6). The API sends it as it is. */
export type HostItem =
  | {
      readonly key: string;
      readonly kind: "endpoint";
      readonly endpoint: string;
      readonly network: string;
      readonly mac: string;
      /** Bytes. */
      readonly mtu: number;
      readonly addresses: string[];
      readonly engine: { readonly networkId: string; readonly endpointId: string } | null;
      /** Why its port must be down; absent where it must not. */
      readonly down?: string;
      readonly request: string;
    }
  | {
      readonly key: string;
      readonly kind: "network";
      readonly network: string;
      readonly name: string;
      readonly engineId: string;
      /** What the engine calls it; null until its event has told. */
      readonly engineName: string | null;
      readonly handle: IntentRow<"Docker_Network">["handle"];
      /** `asked`: the engine is to say whether a container is on it; `now`: to remove it, unless one is. */
      readonly removal: "asked" | "now" | null;
      /** For a center that has forgotten the network. */
      readonly definition: NetworkDefinition;
    }
  | MirrorItem
  | LegItem
  | ReachItem
  | AfarItem
  | PublishedItem;

export function networkKey(handle: string): string {
  return `network/${handle}`;
}

/** The keys of all items that the host may have to have. */
export function hostItemKeys(view: View, host: string): readonly string[] {
  const endpoints = view.find("Endpoint", "byHost", host);
  return [
    ...view
      .find("Docker_Network", "byHost", host)
      .flatMap(({ _uuid, network }) => [networkKey(_uuid), afarKey(network), reachKey(network)]),
    ...Array.from(view.rows("Network"), ({ _uuid }) => mirrorKey(_uuid)),
    ...new Set(endpoints.flatMap(({ network }) => legKey(network))),
    ...endpoints.flatMap(({ _uuid }) => [`endpoint/${_uuid}`, publishedKey(_uuid)]),
  ];
}

/** One item; undefined where the host must not have it (any more). */
export function compileHostItem(view: View, host: string, key: string): HostItem | undefined {
  const [kind, uuid = ""] = key.split("/");
  if (kind === "network") return networkItem(view, host, key, uuid);
  if (kind === "mirror") return mirrorItem(view, host, uuid);
  if (kind === "leg") return legItem(view, host, uuid);
  if (kind === "reach") return reachItem(view, host, uuid);
  if (kind === "afar") return afarItem(view, host, uuid);
  return kind === "published" ? publishedItem(view, host, uuid) : endpointItem(view, host, key, uuid);
}

function networkItem(view: View, host: string, key: string, uuid: string): HostItem | undefined {
  const handle = view.get("Docker_Network", uuid);
  const network = handle === undefined ? undefined : view.get("Network", handle.network);
  if (handle === undefined || network === undefined || handle.host !== host) return undefined;
  return {
    key,
    kind: "network",
    network: network._uuid,
    name: network.name,
    engineId: handle.engine_id,
    engineName: handle.name,
    handle: handle.handle,
    removal: goesWith(network, handle) ? (isUnused(view, network) ? "now" : "asked") : null,
    definition: networkDefinition(view, network, handle),
  };
}

function endpointItem(view: View, host: string, key: string, uuid: string): HostItem | undefined {
  const endpoint = view.get("Endpoint", uuid);
  const network = endpoint === undefined ? undefined : view.get("Network", endpoint.network);
  if (endpoint === undefined || network === undefined || endpoint.host !== host) return undefined;
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", uuid);
  const engineNetwork = handle === undefined ? undefined : view.get("Docker_Network", handle.docker_network);
  return {
    key,
    kind: "endpoint",
    endpoint: uuid,
    network: network._uuid,
    mac: endpoint.mac,
    mtu: network.mtu,
    addresses: view.find("Address", "byEndpoint", uuid).flatMap(({ ip, subnet }) => {
      const cidr = view.get("Subnet", subnet)?.cidr;
      return cidr === undefined ? [] : withPrefix(ip, parseCidr(cidr));
    }),
    engine:
      handle === undefined || engineNetwork === undefined
        ? null
        : { networkId: engineNetwork.engine_id, endpointId: handle.engine_id },
    ...downOf(endpoint),
    request: endpoint.request,
  };
}

/** Of an endpoint that lost its addresses it is said once that it cannot have them again: until then its host may be away, or just back. */
function downOf({ lost, status }: IntentRow<"Endpoint">): { readonly down?: string } {
  const reason = status["port"];
  return lost.length > 0 && reason !== undefined ? { down: reason } : {};
}
