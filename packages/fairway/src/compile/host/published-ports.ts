import { endpointOfPublication, portOfPublication } from "../../intent/publications.ts";
import { type ReachedPort, reachedPorts } from "../../intent/publish-from.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

/** The ports of a host that lead to one of its endpoints. */
interface PublishedItem {
  readonly key: string;
  readonly kind: "published";
  readonly endpoint: string;
  /** Whom the host tells whether it holds the port; absent where the engine asked for the ports. */
  readonly publication?: string;
  readonly network: string;
  /** The endpoint's, without prefix lengths. */
  readonly addresses: string[];
  readonly ports: ReachedPort[];
}

/** Their keys name the endpoint, or the publication. */
export const publishedItems: ItemKind<PublishedItem> = {
  kind: "published",
  sources: [
    {
      table: "Endpoint",
      byHost: "byHost",
      // Of the many that publish nothing there is nothing to remember.
      id: ({ _uuid, published_ports }) => (Object.keys(published_ports).length > 0 ? _uuid : undefined),
    },
    { table: "Publication", byHost: "byHost", id: ({ _uuid }) => _uuid },
  ],
  compile: publishedItem,
};

/** Undefined where the endpoint is on another host, publishes nothing, or has lost its addresses. */
function publishedItem(view: View, host: string, uuid: string): PublishedItem | undefined {
  const publication = view.get("Publication", uuid);
  if (publication !== undefined) {
    const endpoint = publication.host === host ? endpointOfPublication(view, publication) : undefined;
    const ports = endpoint === undefined ? [] : [portOfPublication(view, endpoint, publication)];
    const item = endpoint && itemOf(view, uuid, endpoint, ports);
    return item && { ...item, publication: uuid };
  }
  const endpoint = view.get("Endpoint", uuid);
  if (endpoint === undefined || endpoint.host !== host) return undefined;
  return itemOf(view, uuid, endpoint, reachedPorts(view, endpoint));
}

function itemOf(
  view: View,
  id: string,
  endpoint: IntentRow<"Endpoint">,
  ports: ReachedPort[],
): PublishedItem | undefined {
  if (ports.length === 0 || endpoint.lost.length > 0) return undefined;
  return {
    key: `published/${id}`,
    kind: "published",
    endpoint: endpoint._uuid,
    network: endpoint.network,
    addresses: view
      .find("Address", "byEndpoint", endpoint._uuid)
      .map(({ ip }) => ip)
      .sort(),
    ports,
  };
}
