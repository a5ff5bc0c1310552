import type { Draft } from "../intent/draft.ts";
import type { IntentRow } from "../intent/view.ts";
import { deleteEndpoint } from "./docker-endpoint.ts";
import { passOn } from "./network-name.ts";
import { deleteAliases, deleteSubnet } from "./pool.ts";

type Network = IntentRow<"Network">;
type Handle = IntentRow<"Docker_Network">;

/**
 * Begins a network's end. It goes on until no engine has a container on it; each engine takes its handle away then, and
 * with the last one the network goes.
 */
export function askRemoval(draft: Draft, network: Network, removal: NonNullable<Network["removal"]>): void {
  const handles = draft.find("Docker_Network", "byNetwork", network._uuid);
  if (handles.length === 0) return deleteNetwork(draft, network._uuid);
  draft.update("Network", network._uuid, { removal });
  // What engines said of its use before is old.
  if (network.removal === null)
    for (const { _uuid } of handles) draft.update("Docker_Network", _uuid, { use: null });
}

/**
 * An engine has a handle no longer. Who made or joined a network keeps it; when the last of them lets go, its mirrors end,
 * and with the last handle all that the network had.
 */
export function deleteHandle(draft: Draft, handle: Handle): void {
  for (const row of draft.find("Docker_Endpoint", "byDockerNetwork", handle._uuid))
    deleteEndpoint(draft, row);
  deleteAliases(draft, handle);
  draft.delete("Docker_Network", handle._uuid);
  const network = draft.get("Network", handle.network);
  if (network === undefined) return;
  const left = draft.find("Docker_Network", "byNetwork", network._uuid);
  if (left.length === 0) return deleteNetwork(draft, network._uuid);
  if (handle.handle !== "made") return;
  const heir = left.find(({ handle: kind, name }) => kind === "joined" && name === handle.name);
  if (heir !== undefined) inherit(draft, network, heir);
  else if (network.removal === null) askRemoval(draft, network, "mirrors");
}

/** A handle goes with its host, which asked for nothing: the network stays as long as another engine has it. */
export function bequeathHandle(draft: Draft, handle: Handle): void {
  const network = draft.get("Network", handle.network);
  const others = draft
    .find("Docker_Network", "byNetwork", handle.network)
    .filter(({ _uuid }) => _uuid !== handle._uuid);
  const heir = others.find(({ handle: kind }) => kind === "joined") ?? others[0];
  const isOrphaned = handle.handle === "made" && !others.some(({ handle: kind }) => kind === "made");
  if (network !== undefined && heir !== undefined && isOrphaned) inherit(draft, network, heir);
  deleteHandle(draft, { ...handle, handle: "mirrored" });
}

/** Somebody made the network again, or joined it: it stays, and is theirs where it was nobody's any more. */
export function keepNetwork(draft: Draft, network: Network, by: Handle): void {
  if (network.removal === null) return;
  draft.update("Network", network._uuid, { removal: null });
  const handles = draft.find("Docker_Network", "byNetwork", network._uuid);
  for (const { _uuid } of handles) draft.update("Docker_Network", _uuid, { use: null });
  if (!handles.some(({ handle }) => handle === "made")) inherit(draft, network, by);
}

function inherit(draft: Draft, network: Network, heir: Handle): void {
  draft.update("Docker_Network", heir._uuid, { handle: "made" });
  draft.update("Network", network._uuid, { origin_host: heir.host });
}

function deleteNetwork(draft: Draft, uuid: string): void {
  const network = draft.get("Network", uuid);
  for (const subnet of draft.find("Subnet", "byNetwork", uuid)) deleteSubnet(draft, subnet._uuid);
  draft.delete("Network", uuid);
  if (network?.claimed) passOn(draft, network.name);
}
