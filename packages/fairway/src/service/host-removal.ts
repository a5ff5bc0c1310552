import { FairwayError } from "../errors.ts";
import type { Draft } from "../intent/draft.ts";
import type { IntentRow, View } from "../intent/view.ts";
import type { Liveness } from "./liveness.ts";
import { refitMtus } from "./mtu.ts";
import { deleteSubnet } from "./pool.ts";
import { bequeathHandle } from "./removal.ts";
import { deleteTokensOf } from "./tokens.ts";

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
    `host ${name} still has endpoints: ${named.join(", ")}${more}. Remove their containers there (docker rm -f …), or, if the ` +
      `host is gone for good, take it out with all that it had: fairway host rm ${name} --dead`,
  );
}

/** Throws `conflict` while the host is up, or this central has not listened for long enough to know. */
export function checkDead({ name }: IntentRow<"Host">, liveness: Liveness): void {
  if (!liveness.isUp(name)) return;
  const silence = liveness.silenceOf(name);
  const why =
    silence === undefined
      ? "this center has just begun to listen for it; try again in 15 s"
      : `it was last heard ${Math.round(silence / 1000)} s ago. Remove its containers and take it out without --dead, or ` +
        "switch it off and try again 15 s later";
  throw new FairwayError("conflict", `host ${name} is not dead: ${why}`);
}

/** The host goes, and whatever belongs to it alone. A network that was made there stays as long as another engine has it. */
export function deleteHost(draft: Draft, host: IntentRow<"Host">): void {
  deleteEndpointsOf(draft, host);
  for (const handle of draft.find("Docker_Network", "byHost", host._uuid)) bequeathHandle(draft, handle);
  for (const pool of draft.find("Subnet", "byUnboundHost", host.name)) deleteSubnet(draft, pool._uuid);
  for (const network of Array.from(draft.rows("Network")))
    if (network.origin_host === host._uuid) draft.update("Network", network._uuid, { origin_host: null });
  deleteTokensOf(draft, host);
  draft.delete("Host", host._uuid);
  refitMtus(draft);
}

/** Endpoints with their addresses: nobody will release them. */
function deleteEndpointsOf(draft: Draft, host: IntentRow<"Host">): void {
  for (const { _uuid } of draft.find("Endpoint", "byHost", host._uuid)) {
    for (const address of draft.find("Address", "byEndpoint", _uuid)) draft.delete("Address", address._uuid);
    for (const handle of draft.find("Docker_Endpoint", "byEndpoint", _uuid))
      draft.delete("Docker_Endpoint", handle._uuid);
    draft.delete("Endpoint", _uuid);
  }
}

function nameOf(view: View, { _uuid, names }: IntentRow<"Endpoint">): string {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  return handle?.container_name ?? names[0] ?? _uuid;
}
