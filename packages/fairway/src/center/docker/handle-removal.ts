import { counted } from "../../counted.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow } from "../../intent/view.ts";
import { deleteEndpoint } from "../endpoints/endpoint-rows.ts";
import { deleteNetwork, setOrigin, setRemoval } from "../networks/network-rows.ts";

type Network = IntentRow<"Network">;
type Handle = IntentRow<"Docker_Network">;

/**
 * Begins a network's end. It goes on until no engine has a container on it; each engine takes its handle away then, and
 * with the last one the network goes.
 */
export function askRemoval(draft: Draft, network: Network, removal: NonNullable<Network["removal"]>): void {
  const handles = draft.find("Docker_Network", "byNetwork", network._uuid);
  if (handles.length === 0) {
    checkWithoutPorts(draft, network);
    return deleteNetwork(draft, network._uuid);
  }
  setRemoval(draft, network._uuid, removal);
  // What engines said of its use before is old.
  if (network.removal === null) forgetUse(draft, network._uuid);
}

/**
 * An engine has a handle no longer. Who made or joined a network keeps it; when the last of them lets go, its mirrors end,
 * and with the last handle all that the network had.
 */
export function deleteHandle(draft: Draft, handle: Handle): void {
  for (const row of draft.find("Docker_Endpoint", "byDockerNetwork", handle._uuid))
    deleteEndpoint(draft, row.endpoint);
  deleteAliases(draft, handle);
  draft.delete("Docker_Network", handle._uuid);
  deleteAccess(draft, handle);
  const network = draft.get("Network", handle.network);
  if (network === undefined) return;
  const left = draft.find("Docker_Network", "byNetwork", network._uuid);
  // What no engine made needs no engine.
  const isKept = network.origin === "api" && network.removal === null;
  if (left.length === 0) return isKept ? undefined : deleteNetwork(draft, network._uuid);
  // An engine that made it again before it said that the one before is gone has made it twice.
  if (handle.handle !== "made" || left.some(({ handle: kind }) => kind === "made")) return;
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

/**
 * Somebody made the network again, joined it, or wants to keep it: it stays.
 * @param by whose it is where it is nobody's any more; by default another engine's that has it, one that joined it before one with a mirror
 */
export function keepNetwork(draft: Draft, network: Network, by?: Handle): void {
  if (network.removal === null) return;
  setRemoval(draft, network._uuid, null);
  forgetUse(draft, network._uuid);
  const handles = draft.find("Docker_Network", "byNetwork", network._uuid);
  if (network.origin === "api") return;
  const heir = by ?? handles.find(({ handle }) => handle === "joined") ?? handles[0];
  if (heir !== undefined && !handles.some(({ handle }) => handle === "made")) inherit(draft, network, heir);
}

/** Throws `in_use` while something is on a network that no engine has. */
function checkWithoutPorts(draft: Draft, { _uuid, name }: Network): void {
  const endpoints = draft.find("Endpoint", "byNetwork", _uuid);
  if (endpoints.length === 0) return;
  const named = endpoints.slice(0, 5).map(({ names, _uuid }) => names[0] ?? _uuid);
  throw new FairwayError(
    "in_use",
    `network ${name} still has ${counted(endpoints.length, "port")}: ${named.join(", ")}${endpoints.length > 5 ? " …" : ""}; remove them first`,
  );
}

/** What engines said of a network's use holds no longer. */
export function forgetUse(draft: Draft, network: string): void {
  for (const { _uuid } of draft.find("Docker_Network", "byNetwork", network))
    draft.update("Docker_Network", _uuid, { use: null });
}

/** The network is this host's, and so are the pools of its subnets. */
export function moveToHost(draft: Draft, network: string, host: string): void {
  setOrigin(draft, network, host);
  for (const { _uuid } of draft.find("Subnet", "byNetwork", network))
    for (const pool of draft.find("Docker_Pool", "bySubnet", _uuid))
      if (pool.remade_network === null) draft.update("Docker_Pool", pool._uuid, { host });
}

function inherit(draft: Draft, network: Network, heir: Handle): void {
  draft.update("Docker_Network", heir._uuid, { handle: "made" });
  moveToHost(draft, network._uuid, heir.host);
}

/** An engine has its network no longer: what stood for a subnet there goes with it, whether or not the engine releases it. */
function deleteAliases(draft: Draft, handle: Handle): void {
  for (const { _uuid } of draft.find("Docker_Pool", "byRemadeNetwork", handle._uuid))
    draft.delete("Docker_Pool", _uuid);
}

/** What a host wanted to reach of a network ends with the last handle of its engine. */
function deleteAccess(draft: Draft, { network, host }: Handle): void {
  const key = keyOf(network, host);
  if (draft.count("Docker_Network", "byNetworkHost", key) > 0) return;
  for (const { _uuid } of draft.find("Host_Access", "byNetworkHost", key)) draft.delete("Host_Access", _uuid);
}
