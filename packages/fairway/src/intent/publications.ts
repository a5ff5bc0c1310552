import { sourcesOf } from "../publish-from.ts";
import { keyOf } from "./indexes.ts";
import { publishFrom, type ReachedPort, reachedPorts } from "./publish-from.ts";
import type { IntentRow, View } from "./view.ts";

export type Publication = IntentRow<"Publication">;

/** What a host tells of a port that it holds. */
export const held = "";

/** The ports that a person has published of an endpoint's container, while this runs, on whichever network. */
export function publicationsOfContainer(
  view: View,
  { _uuid }: IntentRow<"Endpoint">,
): readonly Publication[] {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  if (handle?.container_id == null) return [];
  return view.find("Publication", "byContainer", keyOf(handle.host, handle.container_id));
}

/** Those on the endpoint's network. */
function publicationsOf(view: View, endpoint: IntentRow<"Endpoint">): readonly Publication[] {
  return publicationsOfContainer(view, endpoint)
    .filter((each) => each.network === endpoint.network)
    .toSorted((one, other) => one.host_port - other.host_port || one.protocol.localeCompare(other.protocol));
}

/** A port as it is shown. */
export interface ShownPort extends ReachedPort {
  /** Set where a person has published it while the container ran; else the engine did. */
  readonly by?: "fairway";
}

/** All ports of its host that lead to an endpoint: those that its engine asked for, and those that a person has published besides. */
export function publishedPorts(view: View, endpoint: IntentRow<"Endpoint">): ShownPort[] {
  const besides = publicationsOf(view, endpoint).map((each) => portOfPublication(view, endpoint, each));
  return [...reachedPorts(view, endpoint), ...besides.map((port): ShownPort => ({ ...port, by: "fairway" }))];
}

/** The endpoint to which a publication leads; undefined while its container does not run, or is not on that network. */
export function endpointOfPublication(
  view: View,
  { host, container_id, network }: Publication,
): IntentRow<"Endpoint"> | undefined {
  return view
    .find("Docker_Endpoint", "byContainer", keyOf(host, container_id))
    .map(({ endpoint }) => view.get("Endpoint", endpoint))
    .find((endpoint) => endpoint !== undefined && endpoint.network === network && endpoint.host === host);
}

/** The port of its host by which an endpoint is published, with who may reach it. */
export function portOfPublication(
  view: View,
  endpoint: IntentRow<"Endpoint">,
  { protocol, port, host_port: hostPort }: Publication,
): ReachedPort {
  const from = sourcesOf(publishFrom(view, endpoint), { protocol, port });
  return { protocol, port, hostAddress: null, hostPort, ...(from !== undefined && { from: [...from] }) };
}
