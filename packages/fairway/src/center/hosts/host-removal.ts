import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { isLogicalPort } from "../../intent/logical-port.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { forgetHostsContainers } from "../containers/container-rows.ts";
import { bequeathHandle } from "../docker/handle-removal.ts";
import { deleteEndpoint } from "../endpoints/endpoint-rows.ts";
import { unpinPort } from "../endpoints/port-rows.ts";
import { refitMtus } from "../networks/mtu.ts";
import { setOrigin } from "../networks/network-rows.ts";
import { deleteSubnet } from "../subnets/subnets.ts";
import type { Liveness } from "./liveness.ts";

/** More are counted, not named. */
const namedAtMost = 5;

/** Throws `in_use` while the host has endpoints, and says what mends it. */
export function checkEmpty(view: View, { _uuid, name }: IntentRow<"Host">): void {
  const endpoints = view.find("Endpoint", "byHost", _uuid);
  if (endpoints.length === 0) return;
  const named = endpoints.slice(0, namedAtMost).map((row) => nameOf(view, row));
  const more = endpoints.length > namedAtMost ? ` and ${endpoints.length - namedAtMost} more` : "";
  throw new FairwayError(
    "in_use",
    `host ${name} still has endpoints: ${named.join(", ")}${more}. Remove their containers there (docker rm -f …)` +
      `${endpoints.some(isLogicalPort) ? " and unplug or remove the ports (fairway port unplug, fairway port rm)" : ""}, or, if the ` +
      `host is gone for good, take it out with all that it had: fairway host rm ${name} --dead (--force while it runs)`,
  );
}

/** Throws `conflict` while the host is up, or this center has not listened for long enough to know. */
export function checkDead({ name }: IntentRow<"Host">, liveness: Liveness): void {
  if (!liveness.isUp(name)) return;
  const silence = liveness.silenceOf(name);
  const why =
    silence === undefined
      ? "this center has just begun to listen for it; try again in 15 s"
      : `it was last heard ${Math.round(silence / 1000)} s ago. Remove its containers and take it out without --dead, or ` +
        "switch it off and try again 15 s later, or take it out as it runs by --force";
  throw new FairwayError("conflict", `host ${name} is not dead: ${why}`);
}

/** The host goes, and whatever belongs to it alone. A network that was made there stays as long as another engine has it. */
export function deleteHost(draft: Draft, host: IntentRow<"Host">): void {
  // A port that a person made is there until a person removes it.
  for (const endpoint of draft.find("Endpoint", "byHost", host._uuid))
    if (isLogicalPort(endpoint)) unpinPort(draft, endpoint);
    // Nobody will release their addresses.
    else deleteEndpoint(draft, endpoint._uuid);
  for (const handle of draft.find("Docker_Network", "byHost", host._uuid)) bequeathHandle(draft, handle);
  for (const { _uuid, subnet } of draft.find("Docker_Pool", "byHost", host._uuid))
    if (draft.get("Subnet", subnet)?.network === null) deleteSubnet(draft, subnet);
    else draft.delete("Docker_Pool", _uuid);
  for (const { _uuid } of draft.find("Physical_Port", "byHost", host._uuid))
    draft.delete("Physical_Port", _uuid);
  for (const { _uuid } of draft.find("Host_Access", "byHost", host._uuid)) draft.delete("Host_Access", _uuid);
  forgetHostsContainers(draft, host._uuid);
  for (const network of Array.from(draft.rows("Network")))
    if (network.origin_host === host._uuid) setOrigin(draft, network._uuid, null);
  draft.delete("Host", host._uuid);
  refitMtus(draft);
}

function nameOf(view: View, { _uuid, name, names }: IntentRow<"Endpoint">): string {
  if (name !== null) return `port ${name}`;
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  return handle?.container_name ?? names[0] ?? _uuid;
}
