import { decodePorts, type PublishedPort } from "../../intent/published-port.ts";
import type { View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** The ports of a host that lead to one of its endpoints. */
interface PublishedItem {
  readonly key: string;
  readonly kind: "published";
  readonly endpoint: string;
  readonly network: string;
  /** The endpoint's, without prefix lengths. */
  readonly addresses: string[];
  readonly ports: PublishedPort[];
}

/** Their keys name the endpoint. */
export const publishedItems: ItemKind<PublishedItem> = {
  kind: "published",
  sources: [
    {
      table: "Endpoint",
      byHost: "byHost",
      // Of the many that publish nothing there is nothing to remember.
      id: ({ _uuid, published_ports }) => (Object.keys(published_ports).length > 0 ? _uuid : undefined),
    },
  ],
  compile: publishedItem,
};

/** Undefined where the endpoint is on another host, publishes nothing, or has lost its addresses. */
function publishedItem(view: View, host: string, uuid: string): PublishedItem | undefined {
  const endpoint = view.get("Endpoint", uuid);
  if (endpoint === undefined || endpoint.host !== host) return undefined;
  const ports = decodePorts(endpoint.published_ports);
  if (ports.length === 0 || endpoint.lost.length > 0) return undefined;
  return {
    key: `published/${uuid}`,
    kind: "published",
    endpoint: uuid,
    network: endpoint.network,
    addresses: view
      .find("Address", "byEndpoint", uuid)
      .map(({ ip }) => ip)
      .sort(),
    ports,
  };
}
