import { decodePorts, type PublishedPort } from "../intent/published-port.ts";
import type { View } from "../intent/view.ts";

/** The ports of a host that lead to one of its endpoints. */
export interface PublishedItem {
  readonly key: string;
  readonly kind: "published";
  readonly endpoint: string;
  readonly network: string;
  /** The endpoint's, without prefix lengths. */
  readonly addresses: string[];
  readonly ports: PublishedPort[];
}

export function publishedKey(endpoint: string): string {
  return `published/${endpoint}`;
}

export function publishedItem(view: View, host: string, uuid: string): PublishedItem | undefined {
  const endpoint = view.get("Endpoint", uuid);
  if (endpoint === undefined || endpoint.host !== host) return undefined;
  if (endpoint.ports.length === 0 || endpoint.lost.length > 0) return undefined;
  return {
    key: publishedKey(uuid),
    kind: "published",
    endpoint: uuid,
    network: endpoint.network,
    addresses: view
      .find("Address", "byEndpoint", uuid)
      .map(({ ip }) => ip)
      .sort(),
    ports: decodePorts(endpoint.ports),
  };
}
