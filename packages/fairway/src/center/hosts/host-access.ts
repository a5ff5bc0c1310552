import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";

/** How long a host reaches a network after somebody has asked. */
const accessMs = 600_000;

/**
 * Somebody on a host that may have no container on a network wants to reach one: the host does for ten minutes. It is
 * written again only when half of them are over.
 * @param now ms
 */
export function requestHostAccess(draft: Draft, network: string, host: string, now: number): void {
  const until = now + accessMs;
  const [known] = draft.find("Host_Access", "byNetworkHost", keyOf(network, host));
  if (known === undefined)
    draft.insert("Host_Access", derive("host-access", network, host), { network, host, until });
  else if (known.until < until - accessMs / 2) draft.update("Host_Access", known._uuid, { until });
}

/** Ends what nobody has asked for again. @param now ms */
export function endHostAccess(draft: Draft, uuid: string, now: number): void {
  const access = draft.get("Host_Access", uuid);
  if (access !== undefined && access.until <= now) draft.delete("Host_Access", uuid);
}
