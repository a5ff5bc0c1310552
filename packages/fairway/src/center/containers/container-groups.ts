import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow } from "../../intent/view.ts";
import { setGroups } from "../endpoints/endpoint-rows.ts";
import { referred } from "../lookup.ts";

type Handle = IntentRow<"Docker_Endpoint">;

/**
 * Notes in which security groups a person has put a container on a network. Its engine makes another endpoint with each start; these groups are for all of them,
 * until the engine has the container no more.
 * @param change from those that were noted before; all are full names.
 */
export function keepGroups(
  draft: Draft,
  { _uuid: endpoint, network }: IntentRow<"Endpoint">,
  change: (groups: readonly string[]) => readonly string[],
): void {
  const [handle] = draft.find("Docker_Endpoint", "byEndpoint", endpoint);
  if (handle === undefined || handle.container_id === null) return;
  const { host, container_id } = handle;
  const uuid = uuidOf(host, container_id, network);
  const known = draft.get("Container_Groups", uuid);
  const groups = change(known?.groups ?? []);
  if (groups.length === 0) {
    if (known !== undefined) draft.delete("Container_Groups", uuid);
  } else if (known !== undefined) draft.update("Container_Groups", uuid, { groups });
  else draft.insert("Container_Groups", uuid, { host, container_id, network, groups });
}

/** The engine has said whose an endpoint is: it is in the groups, too, into which its container was put. */
export function settleGroups(draft: Draft, { host, endpoint, container_id: container }: Handle): void {
  if (container === null) return;
  const { network, groups } = referred(draft.get("Endpoint", endpoint));
  const kept = draft.get("Container_Groups", uuidOf(host, container, network))?.groups ?? [];
  const all = new Set([...groups, ...kept]);
  if (all.size > groups.length) setGroups(draft, endpoint, [...all].sort());
}

/** A group is gone: a container that stands still is in it no more. */
export function forgetGroup(draft: Draft, name: string): void {
  for (const { _uuid, groups } of draft.find("Container_Groups", "byGroup", name)) {
    const rest = groups.filter((each) => each !== name);
    if (rest.length === 0) draft.delete("Container_Groups", _uuid);
    else draft.update("Container_Groups", _uuid, { groups: rest });
  }
}

function uuidOf(host: string, container: string, network: string): string {
  return derive("container-groups", host, container, network);
}
