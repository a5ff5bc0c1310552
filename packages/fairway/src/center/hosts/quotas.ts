import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";

/** What one host may have of the cluster: more than any honest one needs, and little enough for the center to bear. */
export const quotas = { networks: 4_096, pools: 1_024, endpoints: 16_384, versions: 16 } as const;

/** @throws `exhausted` where the host has made as many networks as it may. */
export function checkNetworkQuota(view: View, { _uuid, name }: IntentRow<"Host">): void {
  const made = view.find("Docker_Network", "byHost", _uuid).filter(({ handle }) => handle !== "mirrored");
  if (made.length >= quotas.networks) throw tooMany(name, "networks", "docker network prune");
}

/** @throws `exhausted` where the host has as many pools as it may that are no network's yet. */
export function checkPoolQuota(view: View, { _uuid, name }: IntentRow<"Host">): void {
  if (view.count("Docker_Pool", "byUnboundHost", _uuid) >= quotas.pools)
    throw tooMany(name, "pools", "wait until those that no network has are free again");
}

/** @param host the UUID of its row. @throws `exhausted` where it has as many endpoints as it may. */
export function checkEndpointQuota(view: View, host: string): void {
  if (view.count("Endpoint", "byHost", host) < quotas.endpoints) return;
  throw tooMany(view.get("Host", host)?.name ?? host, "endpoints", "remove containers there");
}

function tooMany(host: string, what: "networks" | "pools" | "endpoints", cure: string): FairwayError {
  return new FairwayError(
    "exhausted",
    `host ${host} has ${quotas[what]} ${what}, as many as one host may have; ${cure}`,
  );
}

/** What a host tells of its versions, beside what it told before. @throws `invalid` where those are too many names. */
export function mergeVersions(
  known: Readonly<Record<string, string>>,
  told: Readonly<Record<string, string>>,
): Record<string, string> {
  const versions = { ...known, ...told };
  if (Object.keys(versions).length <= quotas.versions) return versions;
  throw new FairwayError(
    "invalid",
    `a host tells at most ${quotas.versions} versions, e.g. of docker, ovn, kernel; this one has told ${Object.keys(versions).length}`,
  );
}
