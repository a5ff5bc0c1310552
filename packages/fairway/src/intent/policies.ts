import { clusterTier } from "./indexes.ts";
import { organizationOfNetwork } from "./security-groups.ts";
import { fact } from "./view.ts";

/** The policies whose rules all endpoints of a network obey, by their UUIDs: the cluster's, and those of the organization to which it belongs. One without rules says nothing. */
export const policiesOn = fact((view, network: string): readonly string[] => {
  const row = view.get("Network", network);
  if (row === undefined) return [];
  const tiers = [clusterTier, organizationOfNetwork(row) ?? clusterTier];
  return [...new Set(tiers)]
    .flatMap((tier) => view.find("Policy", "byTier", tier))
    .filter(({ rules }) => Object.keys(rules).length > 0)
    .map(({ _uuid }) => _uuid)
    .sort();
});
