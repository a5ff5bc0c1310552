import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { IntentRow } from "../../intent/view.ts";

type Subnet = IntentRow<"Subnet">;

/**
 * Engines know a subnet's pool by its id for as long as they have the network, and ask for addresses by it. Before the subnet is removed the ids
 * become another's of its family on the network; where there is none, nothing knows them any more.
 * @param others the subnets that the network keeps.
 */
export function redirectPools(draft: Draft, removed: Subnet, others: readonly Subnet[]): void {
  const { family } = cidrOf(removed);
  const heir = others.find((row) => cidrOf(row).family === family);
  if (heir === undefined || removed.network === null) return;
  const known = draft.find("Docker_Pool", "bySubnet", removed._uuid);
  for (const pool of known)
    if (pool.remade_network === null) draft.delete("Docker_Pool", pool._uuid);
    else draft.update("Docker_Pool", pool._uuid, { subnet: heir._uuid });
  const seen = new Set<string>();
  for (const { _uuid, host } of draft.find("Docker_Network", "byNetwork", removed.network)) {
    if (seen.has(host)) continue;
    seen.add(host);
    draft.insert("Docker_Pool", derive("redirected-pool", host, removed._uuid), {
      host,
      engine_id: removed._uuid,
      subnet: heir._uuid,
      address_space: null,
      automatic: false,
      foreign_network: null,
      remade_network: _uuid,
      expires: null,
    });
  }
}
