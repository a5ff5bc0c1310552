import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { ReachedPort } from "../../intent/publish-from.ts";
import type { IntentRow } from "../../intent/view.ts";

type Handle = IntentRow<"Docker_Endpoint">;
type ContainerPort = IntentRow<"Container_Port">;

/** A port of a container, as an engine's handle leads to it. */
export interface PortOfContainer extends Pick<ContainerPort, "protocol" | "port"> {
  readonly handle: Pick<Handle, "host" | "endpoint" | "container_id">;
}

/**
 * Says who may reach a port of a container. It holds for the container, whatever it is called and on whichever networks it is, until the engine has it no more.
 * @param sources subnets; undefined: nothing is said any more.
 */
export function putSources(
  draft: Draft,
  { handle, protocol, port }: PortOfContainer,
  sources: readonly string[] | undefined,
): void {
  const { host, endpoint, container_id } = handle;
  const each = sources && [...new Set(sources)];
  const uuid = derive("container-port", host, container_id ?? endpoint, `${port}/${protocol}`);
  const isKnown = draft.get("Container_Port", uuid) !== undefined;
  if (each === undefined) {
    if (isKnown) draft.delete("Container_Port", uuid);
  } else if (isKnown) draft.update("Container_Port", uuid, { sources: each });
  else {
    const place = { host, container_id, endpoint: container_id === null ? endpoint : null };
    draft.insert("Container_Port", uuid, { ...place, protocol, port, sources: each });
  }
}

/** Notes what a host says of an endpoint that the center had forgotten. */
export function keepSources(
  draft: Draft,
  handle: PortOfContainer["handle"],
  ports: readonly ReachedPort[],
): void {
  for (const { protocol, port, from } of ports)
    if (from !== undefined) putSources(draft, { handle, protocol, port }, from);
}

/** The engine has said whose an endpoint is. What its host had said of it holds for the container, unless a person has said something since. */
export function settleSources(draft: Draft, handle: Handle): void {
  const { host, endpoint, container_id: container } = handle;
  if (container === null) return;
  const known = draft.find("Container_Port", "byContainer", keyOf(host, container));
  for (const { _uuid, protocol, port, sources } of draft.find("Container_Port", "byEndpoint", endpoint)) {
    draft.delete("Container_Port", _uuid);
    const isSaid = known.some((each) => each.protocol === protocol && each.port === port);
    if (!isSaid) putSources(draft, { handle, protocol, port }, sources);
  }
}

/** An endpoint goes whose container nobody knows. */
export function forgetEndpointsSources(draft: Draft, endpoint: string): void {
  for (const { _uuid } of draft.find("Container_Port", "byEndpoint", endpoint))
    draft.delete("Container_Port", _uuid);
}

/** A container is gone, and with it what was said of it. */
export function forgetContainer(draft: Draft, host: string, container: string): void {
  forget(draft, "byContainer", keyOf(host, container));
}

/** A host is gone. */
export function forgetHostsContainers(draft: Draft, host: string): void {
  forget(draft, "byHost", host);
}

/** A network is gone. */
export function forgetNetwork(draft: Draft, network: string): void {
  for (const table of ["Publication", "Container_Groups"] as const)
    for (const { _uuid } of draft.find(table, "byNetwork", network)) draft.delete(table, _uuid);
}

function forget(draft: Draft, index: "byContainer" | "byHost", key: string): void {
  for (const table of ["Container_Port", "Publication", "Container_Groups"] as const)
    for (const { _uuid } of draft.find(table, index, key)) draft.delete(table, _uuid);
}
