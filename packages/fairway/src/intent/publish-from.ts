import { parses } from "../fields.ts";
import { canonicalCidr, parseCidr } from "../ip.ts";
import { type PublishFrom, publishFromOption, readSources, sourcesOf } from "../publish-from.ts";
import { keyOf } from "./indexes.ts";
import { decodePorts, type PublishedPort } from "./published-port.ts";
import type { IntentRow, View } from "./view.ts";

type Endpoint = IntentRow<"Endpoint">;
type ContainerPort = IntentRow<"Container_Port">;

/** A published port, and who may reach it. */
export interface ReachedPort extends PublishedPort {
  /** Subnets, canonical; none: nobody but its host. Absent: anybody. */
  readonly from?: string[] | undefined;
}

/**
 * What is said of who may reach a container by its host: of each port by itself, else by an option of the endpoint. While nobody knows whose the
 * endpoint is, it may be that of any container of its host: a port of which something is said is nobody's until then.
 */
export function publishFrom(view: View, endpoint: Endpoint): PublishFrom {
  const { host, options } = endpoint;
  const text = options[publishFromOption];
  const said = containerPorts(view, endpoint);
  const ports =
    said === undefined && host !== null
      ? view.find("Container_Port", "byHost", host).map((row) => ({ ...row, sources: [] }))
      : (said ?? []);
  return {
    ...(text !== undefined && { from: readSources(text).flatMap(canonical) }),
    ports: ports.map(({ protocol, port, sources }) => ({ protocol, port, from: [...sources].sort() })),
  };
}

/** The ports of its host that lead to an endpoint, each with who may reach it. */
export function reachedPorts(view: View, endpoint: Endpoint): ReachedPort[] {
  const ports = decodePorts(endpoint.published_ports);
  if (ports.length === 0) return [];
  const said = publishFrom(view, endpoint);
  return ports.map((port) => {
    const from = sourcesOf(said, port);
    return from === undefined ? port : { ...port, from: [...from] };
  });
}

/** What a person has said of the ports of an endpoint's container; undefined while nobody knows whose the endpoint is. */
function containerPorts(view: View, { _uuid }: Endpoint): readonly ContainerPort[] | undefined {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  if (handle === undefined) return [];
  if (handle.container_id !== null)
    return view.find("Container_Port", "byContainer", keyOf(handle.host, handle.container_id));
  const claimed = view.find("Container_Port", "byEndpoint", _uuid);
  return claimed.length > 0 ? claimed : undefined;
}

/** Nothing where a person has written into the database what is no subnet. */
function canonical(source: string): readonly string[] {
  return parses(() => parseCidr(source)) ? [canonicalCidr(source)] : [];
}
