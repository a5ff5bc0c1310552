import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalCidr } from "../../ip.ts";
import { makeNetwork } from "../networks/network-rows.ts";
import { checkInZone } from "../networks/network-zone.ts";
import { modeOf, place } from "../physical-networks/placement.ts";
import { attachInZone } from "../routers/attachments.ts";
import type { DockerNetworkRequest } from "../schemas/network.ts";
import { deleteSubnet, fitSubnets } from "../subnets/subnets.ts";
import { madeZoneOfName } from "../tenancy/make-levels.ts";
import { checkQuota } from "../tenancy/quotas.ts";
import { join } from "./join-network.ts";
import { namedNetwork } from "./level-options.ts";
import { bind } from "./make-network.ts";
import type { NetworkOptions } from "./network-options.ts";
import { waitingPool } from "./pools.ts";

type DockerSubnet = DockerNetworkRequest["subnets"][number];

/** The full name of the zone's network that the engine's pools wait for; undefined where they wait for one of the engine's own. Throws `invalid` where they differ. */
export function waitingInZone(
  view: View,
  host: IntentRow<"Host">,
  subnets: readonly DockerSubnet[],
): string | undefined {
  const names = new Set(
    subnets.map(({ space, cidr }) =>
      namedNetwork(waitingPool(view, host, space, canonicalCidr(cidr))?.options ?? {}),
    ),
  );
  const [name] = names;
  if (names.size <= 1) return name;
  throw new FairwayError(
    "invalid",
    "the subnets of a network must all be of one network in a zone, or of none",
  );
}

/** Joins a network in a zone; what waited for that has come to its end. What the engine says of subnets must be so. */
export function joinInZone(
  draft: Draft,
  host: IntentRow<"Host">,
  { _uuid }: IntentRow<"Network">,
  subnets: readonly DockerSubnet[],
): void {
  join(draft, host, _uuid, subnets);
  for (const { space, cidr } of subnets) {
    const waiting = waitingPool(draft, host, space, canonicalCidr(cidr));
    if (waiting !== undefined) deleteSubnet(draft, waiting._uuid);
  }
}

/** Makes a network in a zone, with the levels above it that are not there. It stays when the engine has its own no longer. @returns its UUID. */
export function makeInZone(
  draft: Draft,
  host: IntentRow<"Host">,
  name: string,
  {
    request,
    options: { spec, subnet: subnetOptions },
  }: {
    readonly request: DockerNetworkRequest;
    readonly options: NetworkOptions;
  },
): string {
  const uuid = derive("network", name);
  const zone = madeZoneOfName(draft, name);
  if (zone !== undefined) checkQuota(draft, "networks", "Zone", zone);
  const placement = place(draft, spec);
  const network = makeNetwork(
    draft,
    uuid,
    {
      name,
      claimed: true,
      placement,
      mode: modeOf(draft, placement, spec),
      origin: "api",
      origin_host: null,
      removal: null,
      zone: zone?._uuid ?? null,
      host,
    },
    { ...spec, scope: "cluster", internal: request.internal ?? false, attachable: false, labels: {} },
  );
  for (const subnet of request.subnets) bind(draft, host, uuid, subnet, request.managed ?? true);
  fitSubnets(draft, uuid, subnetOptions);
  checkInZone(network);
  if (zone !== undefined) attachInZone(draft, zone, network);
  return uuid;
}
