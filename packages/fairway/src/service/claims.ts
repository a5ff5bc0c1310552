import { FairwayError } from "../errors.ts";
import { derive, deriveMac, routerMac } from "../identity.ts";
import type { Draft } from "../intent/draft.ts";
import { keyOf } from "../intent/indexes.ts";
import { encodePort } from "../intent/published-port.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import { canonicalIp, formatCidr, parseCidr } from "../ip.ts";
import { mayActFor } from "./access.ts";
import type { Addresses } from "./addresses.ts";
import { dockerNetwork, findDockerEndpoint, findDockerNetwork, referred, registeredHost } from "./lookup.ts";
import { reviveEndpoint } from "./lost-endpoints.ts";
import { effectiveMtu, fitMtu } from "./mtu.ts";
import { checkMayJoin } from "./network-access.ts";
import { keepAddress } from "./network-addresses.ts";
import { claim as claimName } from "./network-name.ts";
import { isOf } from "./pool.ts";
import { checkEndpointQuota, checkNetworkQuota } from "./quotas.ts";
import type { Claim, ClaimAnswer, ClaimedEndpoint, ClaimedNetwork } from "./schemas/claim.ts";
import type { Context } from "./service.ts";

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

  /** It begins as one that has lost its addresses, and gets them back where they are free. */
  #claimEndpoint(
    draft: Draft,
    host: Host,
    handle: IntentRow<"Docker_Network">,
    { endpointId, addresses, mac: asked, options = {}, ports = [], request = "" }: ClaimedEndpoint,
  ): string | undefined {
    if (findDockerEndpoint(draft, { host: host.name, networkId: handle.engine_id, endpointId }) !== undefined)
      return undefined;
    checkEndpointQuota(draft, host._uuid);
    const { network } = handle;
    const uuid = derive("endpoint", host._uuid, endpointId);
    const mac = asked.toLowerCase();
    // The network's guards tell the router by its address: nobody else ever has that.
    const isRouters = mac === routerMac(network);
    const isTaken = draft.count("Endpoint", "byNetworkMac", keyOf(network, mac)) > 0;
    fitMtu(draft, referred(draft.get("Network", network)), host);
    draft.insert("Endpoint", uuid, {
      network,
      mac: isTaken || isRouters ? deriveMac(network, uuid, "claimed") : mac,
      host: host._uuid,
      names: [],
      labels: {},
      options,
      published: [],
      ports: [...new Set(ports.map(encodePort))],
      request,
      lost: [...new Set([...addresses.map(canonicalIp), ...(isTaken ? [mac] : [])])].sort(),
      status: {},
    });
    draft.insert("Docker_Endpoint", derive("docker-endpoint", host._uuid, endpointId), {
      host: host._uuid,
      engine_id: endpointId,
      docker_network: handle._uuid,
      endpoint: uuid,
      container_id: null,
      container_name: null,
    });
    return reviveEndpoint(draft, this.#addresses, uuid);
  }
}

/** The first host that claims a network defines it; the others add what their engines call it. */
function claimNetwork(draft: Draft, host: Host, id: string, claimed: ClaimedNetwork): void {
  const { uuid, definition, engineName, handle } = claimed;
  const known = draft.get("Network", uuid);
  if (known !== undefined) checkMayJoin(draft, known, host);
  const isMade = handle === "made" && [undefined, null, host._uuid].includes(known?.origin_host);
  if (known === undefined) makeNetwork(draft, host, id, claimed);
  else if (isMade) draft.update("Network", uuid, { origin_host: host._uuid });
  const { options, ipamOptions, ranges, gateways, attachable } = definition.engine;
  draft.insert("Docker_Network", derive("docker-network", host._uuid, id), {
    host: host._uuid,
    engine_id: id,
    network: uuid,
    name: engineName,
    // What another host made stays that host's.
    handle: handle === "made" && !isMade ? "joined" : handle,
    options,
    ipam_options: ipamOptions,
    ranges,
    gateways: [...new Set(gateways)],
    attachable,
    use: null,
    asked_until: null,
  });
}

function makeNetwork(
  draft: Draft,
  host: Host,
  id: string,
  { uuid, name, engineName, handle, definition }: ClaimedNetwork,
): void {
  const { claimed, mode, internal, mtuAsked, options, labels, origin, scope, removal } = definition;
  const isFree = draft.find("Network", "byName", name).length === 0;
  const named = isFree
    ? { name, claimed }
    : claimName(draft, { _uuid: uuid, scope }, engineName ?? name, host.name, id);
  draft.insert("Network", uuid, {
    ...named,
    mode,
    internal,
    mtu_asked: mtuAsked,
    mtu: effectiveMtu(mtuAsked, draft, host),
    options,
    labels,
    origin,
    origin_host: handle === "made" ? host._uuid : null,
    scope,
    removal,
    status: {},
  });
  for (const subnet of definition.subnets) makeSubnet(draft, host, uuid, subnet);
}

/** It may be there as the pool that it was before. Throws `forbidden` where the pool is another host's. */
function makeSubnet(
  draft: Draft,
  host: Host,
  network: string,
  subnet: ClaimedNetwork["definition"]["subnets"][number],
): void {
  const { uuid, gateway, ranges, hostRoutes, dns, options, managed, automatic, auxiliaries } = subnet;
  const known = draft.get("Subnet", uuid);
  if (known !== undefined && known.network !== null) return;
  if (known !== undefined && !isOf(host.name, known))
    throw new FairwayError("forbidden", `pool ${uuid} is not of host ${host.name}`);
  const cells = {
    network,
    cidr: formatCidr(parseCidr(subnet.cidr)),
    space: "",
    gateway,
    ranges: [...new Set(ranges)],
    host_routes: [...new Set(hostRoutes)],
    dns: [...new Set(dns)],
    options,
    managed,
    automatic,
    same_as: null,
    foreign: null,
    expires: null,
  };
  if (known === undefined) draft.insert("Subnet", uuid, cells);
  else draft.update("Subnet", uuid, cells);
  if (gateway !== null) keepAddress(draft, uuid, canonicalIp(gateway), "gateway");
  for (const auxiliary of auxiliaries) keepAddress(draft, uuid, canonicalIp(auxiliary), "auxiliary");
}
