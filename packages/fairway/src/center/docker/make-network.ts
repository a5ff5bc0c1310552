import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalCidr, canonicalIp } from "../../ip.ts";
import { unnamed } from "../networks/network-name.ts";
import { makeNetwork } from "../networks/network-rows.ts";
import { checkLeased, modeOf, place, scopeOf } from "../physical-networks/placement.ts";
import type { DockerNetworkRequest } from "../schemas/network.ts";
import { checkTunnelsApart } from "../subnets/kept-subnets.ts";
import { specOf } from "../subnets/specs-of-rows.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { fitSubnets, putSubnet } from "../subnets/subnets.ts";
import { checkLeasedPools } from "./leased-pools.ts";
import { type NetworkOptions } from "./network-options.ts";
import { waitingPool } from "./pools.ts";

type DockerSubnet = DockerNetworkRequest["subnets"][number];

/** @returns the UUID of the network, which has no name of its own yet. */
export function make(
  draft: Draft,
  host: IntentRow<"Host">,
  id: string,
  request: DockerNetworkRequest,
  { spec, subnet: options }: NetworkOptions,
): string {
  const uuid = derive("network", host._uuid, id);
  const placement = place(draft, spec);
  const [mode, internal] = [modeOf(draft, placement, spec), request.internal ?? false];
  checkLeased(draft, placement, spec);
  checkTunnelsApart(
    draft,
    { mode, internal },
    request.subnets.map(({ cidr }) => cidr),
  );
  makeNetwork(
    draft,
    uuid,
    {
      name: unnamed(id, host.name),
      claimed: false,
      placement,
      mode,
      origin: "docker",
      origin_host: host._uuid,
      removal: null,
      zone: null,
      host,
    },
    { ...spec, scope: scopeOf(draft, placement, spec), internal, attachable: false, labels: {} },
  );
  for (const subnet of request.subnets) bind(draft, host, uuid, subnet, request.managed ?? true);
  fitSubnets(draft, uuid, options);
  checkLeasedPools(draft, uuid, request, spec);
  return uuid;
}

/** The subnet that the engine's pool becomes; with another IPAM driver's addresses there was no pool. */
export function bind(
  draft: Draft,
  host: IntentRow<"Host">,
  network: string,
  wanted: DockerSubnet,
  managed: boolean,
): void {
  const cidr = canonicalCidr(wanted.cidr);
  const own = {
    gateway: wanted.gateway === undefined ? null : canonicalIp(wanted.gateway),
    auxiliaries: (wanted.auxiliaries ?? []).map(canonicalIp),
  };
  if (!managed) {
    const spec = subnetSpec.parse({ ...own, cidr, managed });
    putSubnet(draft, derive("subnet", network, cidr), network, spec);
    return;
  }
  const pool = waitingPool(draft, host, wanted.space, cidr);
  if (pool === undefined)
    throw new FairwayError(
      "conflict",
      `the pool of subnet ${cidr} was released or expired; create the network again (one that joins another by ` +
        "--ipam-opt network=NAME needs --opt network=NAME as well)",
    );
  putSubnet(draft, pool._uuid, network, { ...specOf(pool), ...own });
  for (const { _uuid } of draft.find("Docker_Pool", "bySubnet", pool._uuid))
    draft.update("Docker_Pool", _uuid, { address_space: null, expires: null });
}
