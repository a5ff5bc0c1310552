/** The keys by which the host's state names its items: `KIND/ID`. */

const endpointPrefix = "endpoint/";

/** The key of an endpoint's item. */
export function endpointKey(endpoint: string): string {
  return `${endpointPrefix}${endpoint}`;
}

/** The endpoint that a key is about; undefined where it is about something else. */
export function endpointOf(key: string): string | undefined {
  return key.startsWith(endpointPrefix) ? key.slice(endpointPrefix.length) : undefined;
}

const portPrefix = "port/";

/** The key of a port that no engine made. */
export function portKey(port: string): string {
  return `${portPrefix}${port}`;
}

/** The port that a key is about; undefined where it is about something else. */
export function portOf(key: string): string | undefined {
  return key.startsWith(portPrefix) ? key.slice(portPrefix.length) : undefined;
}

/** The key of the uplink by which a network's containers leave a host. */
export function uplinkKey(network: string): string {
  return `uplink/${network}`;
}

/** The key of the ports by which an endpoint is published: it names the endpoint, or what was published beside the engine. */
export function publicationKey(id: string): string {
  return `published/${id}`;
}
