import type { Draft } from "../../intent/draft.ts";
import { goesWith, isPlainName } from "../../intent/mirroring.ts";
import { withPart } from "../../intent/status.ts";
import { type IntentRow, type View, withMemory } from "../../intent/view.ts";
import { routeTargetTroubles } from "../route-targets/route-target-view.ts";
import { networkOverlaps } from "../subnets/host-overlaps.ts";
import { nameTaker } from "./network-name.ts";

type Network = IntentRow<"Network">;

/** Under which part of a network's status it stands why an engine does not have it. */
export function mirrorPart(host: string): string {
  return `${mirrorOn}${host}`;
}

/** Under which part of a network's or endpoint's status it stands what does not work on a host. */
export function troublePart(host: string): string {
  return `${troubleOn}${host}`;
}

const mirrorOn = "mirror on ";
const troubleOn = "on ";

/** Writes one part of a network's status; undefined: it has passed. */
export function tellOfNetwork(
  draft: Draft,
  { _uuid, status }: Pick<Network, "_uuid" | "status">,
  part: string,
  reason: string | undefined,
): void {
  if (status[part] !== reason) draft.update("Network", _uuid, { status: withPart(status, part, reason) });
}

/** What does not work, by part: what engines said, and what follows from the intent itself. */
export function networkStatus(view: View, network: Network): Record<string, string> {
  const taker = nameTaker(view, network);
  const subnets = networkOverlaps(view, network);
  const targets = routeTargetTroubles(withMemory(view), network);
  return {
    ...Object.fromEntries(Object.entries(network.status).filter(([part]) => isOfHost(view, part))),
    ...(subnets !== undefined && { subnets }),
    ...(targets.length > 0 && { "route targets": targets.join("; ") }),
    ...(taker !== undefined && { cluster: nameTaken(view, taker) }),
    ...(network.claimed && !isPlainName(network.name) && { mirrors: unreadable }),
    ...(network.removal !== null && { removal: removing(view, network) }),
  };
}

const unreadable =
  "other engines do not get it: for them its name must be 1 to 255 letters, digits, punctuation and symbols, without white space " +
  "and control characters";

/** What a host told ends with it. */
function isOfHost(view: View, part: string): boolean {
  const prefix = [mirrorOn, troubleOn].find((each) => part.startsWith(each));
  return prefix === undefined || view.find("Host", "byName", part.slice(prefix.length)).length > 0;
}

function nameTaken(view: View, { origin_host, removal }: Network): string {
  const by = nameOfHost(view, origin_host) ?? "a network of the cluster";
  return `name taken by ${by}${removal === null ? "" : ", whose network is being removed"}`;
}

function removing(view: View, network: Network): string {
  const handles = view.find("Docker_Network", "byNetwork", network._uuid);
  const running = view.find("Endpoint", "byNetwork", network._uuid).map(({ _uuid, host, name }) => {
    if (name !== null) return `port ${name}`;
    const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
    return `${handle?.container_name ?? "a container"} on ${nameOfHost(view, host)}`;
  });
  const kept = handles.flatMap((handle) => {
    const host = nameOfHost(view, handle.host);
    if (!goesWith(network, handle)) return `network ${handle.name ?? ""} of ${host}, which joined it`;
    return handle.use ? handle.use.split(", ").map((name) => `${name} on ${host}`) : [];
  });
  const users = [...new Set([...running, ...kept])].sort();
  const silent = handles.filter((handle) => goesWith(network, handle) && handle.use === null);
  const hosts = silent.flatMap(({ host }) => nameOfHost(view, host) ?? []).sort();
  return [
    "being removed",
    ...(users.length === 0 ? [] : [`still used by ${users.join(", ")}`]),
    ...(hosts.length === 0 ? [] : [`${hosts.join(", ")} to say whether a container is on it`]),
  ].join("; ");
}

function nameOfHost(view: View, uuid: string | null): string | undefined {
  return uuid === null ? undefined : view.get("Host", uuid)?.name;
}
