import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { poolNamed } from "../../intent/docker-pools.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { isLevelName } from "../../level-names.ts";
import { mayActFor } from "../access/access.ts";
import { checkMayJoin } from "../access/network-access.ts";
import { organizationOf } from "../access/whose.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { keepSources } from "../containers/container-rows.ts";
import type { Context } from "../context.ts";
import { endpointSpec } from "../endpoints/endpoint-spec.ts";
import { restoreEndpoint } from "../endpoints/lost-endpoints.ts";
import { checkNetworkQuota } from "../hosts/quotas.ts";
import { dockerNetwork, findDockerEndpoint, findDockerNetwork, referred, registeredHost } from "../lookup.ts";
import { claim as claimName } from "../networks/network-name.ts";
import { makeNetwork } from "../networks/network-rows.ts";
import { readOptions } from "../option-text.ts";
import { placeAgain } from "../physical-networks/placement.ts";
import { attachInZone } from "../routers/attachments.ts";
import type { Claim, ClaimAnswer, ClaimedEndpoint, ClaimedNetwork } from "../schemas/claim.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { putSubnet } from "../subnets/subnets.ts";
import { madeOrganization, madeZoneOfName } from "../tenancy/make-levels.ts";
import { putHandle } from "./docker-endpoints.ts";
import { moveToHost } from "./handle-removal.ts";
import { isFor } from "./pools.ts";

type Host = IntentRow<"Host">;

/**
 * What hosts have and the center has lost, e.g. because its database was taken back to an older copy. The host is the truth about
 * what runs there: it is known again as it was. What is known already stays as it is.
 */
export class Claims {
  readonly #store: Store;
  readonly #addresses: Addresses;

  constructor(store: Store, addresses: Addresses) {
    this.#store = store;
    this.#addresses = addresses;
  }

  /**
   * Where another has an endpoint's address by now, the endpoint is known too, without it, and gets it back when the other lets go.
   * Throws `not_found` where the network is not known and the claim does not define it.
   */
  claim(host: string, id: string, { network, endpoints }: Claim, context: Context): Promise<ClaimAnswer> {
    mayActFor(context.caller, host);
    return this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      if (network !== undefined && findDockerNetwork(draft, host, id) === undefined) {
        checkNetworkQuota(draft, owner);
        claimNetwork(draft, owner, id, network);
      }
      const handle = dockerNetwork(draft, host, id);
      const troubles = endpoints.flatMap((each) => {
        const trouble = this.#claimEndpoint(draft, owner, handle, each);
        return trouble === undefined ? [] : { endpointId: each.endpointId, trouble };
      });
      return { troubles };
    });
  }

  /** Its addresses are its own where they are free. */
  #claimEndpoint(
    draft: Draft,
    host: Host,
    handle: IntentRow<"Docker_Network">,
    { endpointId, addresses, mac, options = {}, ports = [], request = "" }: ClaimedEndpoint,
  ): string | undefined {
    if (findDockerEndpoint(draft, { host: host.name, networkId: handle.engine_id, endpointId }) !== undefined)
      return undefined;
    const uuid = derive("endpoint", host._uuid, endpointId);
    const { organization } = handle;
    const place = { network: referred(draft.get("Network", handle.network)), host, organization };
    const { groups } = readOptions(endpointSpec.pick({ groups: true }), options);
    const spec = { addresses: addresses.map(canonicalIp), mac, groups, options, ports, request };
    const trouble = restoreEndpoint(draft, this.#addresses, uuid, place, spec);
    keepSources(draft, putHandle(draft, handle, endpointId, uuid), ports);
    return trouble;
  }
}

/** The first host that claims a network defines it; the others add what their engines call it. */
function claimNetwork(draft: Draft, host: Host, id: string, claimed: ClaimedNetwork): void {
  const { uuid, definition, engineName, handle } = claimed;
  const known = draft.get("Network", uuid);
  if (known !== undefined) checkMayJoin(draft, known, host);
  const isMade = handle === "made" && [undefined, null, host._uuid].includes(known?.origin_host);
  if (known === undefined) restoreNetwork(draft, host, id, claimed);
  else if (isMade) moveToHost(draft, uuid, host._uuid);
  const { driver = null, options, ipamOptions, ranges, gateways, attachable } = definition.engine;
  draft.insert("Docker_Network", derive("docker-network", host._uuid, id), {
    host: host._uuid,
    engine_id: id,
    network: uuid,
    organization: guestAgain(draft, uuid, options),
    name: engineName,
    driver,
    // What another host made stays that host's.
    handle: handle === "made" && !isMade ? "joined" : handle,
    options,
    ipam_options: ipamOptions,
    ranges,
    gateways: [...new Set(gateways)],
    attachable,
    outdated: false,
    use: null,
  });
}

/** For whom an engine's network was that is another organization's: what its user said is kept with it. */
function guestAgain(
  draft: Draft,
  network: string,
  { organization: name }: Readonly<Record<string, string>>,
): string | null {
  const row = referred(draft.get("Network", network));
  if (name === undefined || row.zone === null || !isLevelName(name)) return null;
  const { _uuid } = madeOrganization(draft, name);
  return organizationOf(draft, "Network", row) === _uuid ? null : _uuid;
}

function restoreNetwork(
  draft: Draft,
  host: Host,
  id: string,
  { uuid, name, engineName, handle, definition }: ClaimedNetwork,
): void {
  const { claimed, mode, mtuAsked, origin, scope, removal } = definition;
  const isFree = draft.find("Network", "byName", name).length === 0;
  const named = isFree
    ? { name, claimed }
    : claimName(draft, { _uuid: uuid, scope }, engineName ?? name, host.name, id);
  const zone = madeZoneOfName(draft, name);
  const sharedWith = (definition.sharedWith ?? []).map((each) => madeOrganization(draft, each)._uuid);
  const origin_host = handle === "made" ? host._uuid : null;
  makeNetwork(
    draft,
    uuid,
    {
      ...named,
      mode,
      origin,
      origin_host,
      removal,
      zone: zone?._uuid ?? null,
      shared_with: sharedWith,
      host,
      placement: placeAgain(draft, definition.placement),
    },
    { ...definition, attachable: definition.engine.attachable, mtu: mtuAsked },
  );
  for (const subnet of definition.subnets) restoreSubnet(draft, host, uuid, subnet);
  if (zone !== undefined) attachInZone(draft, zone, referred(draft.get("Network", uuid)));
}

/** It may be there as the pool that it was before. Throws `forbidden` where the pool is another host's. */
function restoreSubnet(
  draft: Draft,
  host: Host,
  network: string,
  { uuid, automatic, ...defined }: ClaimedNetwork["definition"]["subnets"][number],
): void {
  const spec = subnetSpec.parse(defined);
  const known = draft.get("Subnet", uuid);
  if (known !== undefined && known.network !== null) return;
  if (known !== undefined && !isFor(draft, host.name, known))
    throw new FairwayError("forbidden", `pool ${uuid} is not of host ${host.name}`);
  putSubnet(draft, uuid, network, spec);
  if (!spec.managed) return;
  const bound = { address_space: null, automatic, foreign_network: null, expires: null };
  const pool = poolNamed(draft, uuid);
  if (pool !== undefined) draft.update("Docker_Pool", pool._uuid, bound);
  else
    draft.insert("Docker_Pool", derive("docker-pool", host._uuid, uuid), {
      ...bound,
      host: host._uuid,
      engine_id: uuid,
      subnet: uuid,
      remade_network: null,
    });
}
