import { goesWith } from "../intent/mirroring.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { nameTaker } from "./network-name.ts";

type Network = IntentRow<"Network">;

/** Under which part of a network's status it stands why an engine does not have it. */
export function mirrorPart(host: string): string {
  return `mirror on ${host}`;
}

/** What does not work, by part: what engines said, and what follows from the intent itself. */
export function networkStatus(view: View, network: Network): Record<string, string> {
  const taker = nameTaker(view, network);
  return {
    ...network.status,
    ...(taker !== undefined && { cluster: nameTaken(view, taker) }),
    ...(network.removal !== null && { removal: removing(view, network) }),
  };
}

function nameTaken(view: View, { origin_host, removal }: Network): string {
  const by = nameOfHost(view, origin_host) ?? "the API";
  return `name taken by ${by}${removal === null ? "" : ", whose network is being removed"}`;
}

function removing(view: View, network: Network): string {
  const handles = view.find("Docker_Network", "byNetwork", network._uuid);
  const running = view.find("Endpoint", "byNetwork", network._uuid).map(({ _uuid, host }) => {
    const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
    return `${handle?.container_name ?? "a container"} on ${nameOfHost(view, host)}`;
  });
  const kept = handles.flatMap((handle) => {
    const host = nameOfHost(view, handle.host);
    if (!goesWith(network, handle)) return `network ${handle.name ?? ""} of ${host}, which joined it`;
    if (handle.use === null) return `${host}, perhaps: it has not said yet`;
    return handle.use === "" ? [] : handle.use.split(", ").map((name) => `${name} on ${host}`);
  });
  const users = [...new Set([...running, ...kept])].sort();
  return users.length === 0 ? "being removed" : `being removed; still used by ${users.join(", ")}`;
}

function nameOfHost(view: View, uuid: string | null): string | undefined {
  return uuid === null ? undefined : view.get("Host", uuid)?.name;
}
