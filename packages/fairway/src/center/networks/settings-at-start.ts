import type { IntentRow, View } from "../../intent/view.ts";
import { revisionOf } from "../revision.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";

/** More are counted, not named. */
const namedAtMost = 20;

/**
 * What a container is given of its network when it starts and never again, as a short text: its routes. All else that may change reaches those
 * that run.
 */
export function settingsAtStart(view: View, network: string): string {
  return revisionOf(subnetsOf(view, network).map(({ cidr, host_routes }) => [cidr, [...host_routes].sort()]));
}

/** The containers of a network that began with other settings than those of now. */
export function outdatedOf(
  view: View,
  { _uuid }: IntentRow<"Network">,
): { readonly count: number; readonly containers: string[] } {
  const endpoints = view.find("Endpoint", "byNetwork", _uuid);
  if (endpoints.length === 0) return { count: 0, containers: [] };
  const now = settingsAtStart(view, _uuid);
  const outdated = endpoints.filter(({ given }) => given !== null && given !== now);
  const containers = outdated.slice(0, namedAtMost).map((endpoint) => nameOf(view, endpoint));
  return { count: outdated.length, containers: containers.sort() };
}

function nameOf(view: View, { _uuid, names, host }: IntentRow<"Endpoint">): string {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  const own = handle?.container_name ?? names[0] ?? _uuid;
  const on = host === null ? undefined : view.get("Host", host)?.name;
  return on === undefined ? own : `${own} on ${on}`;
}
