import { FairwayError } from "../../errors.ts";
import { deriveMac, routerMac } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import { encodePorts, type PublishedPort } from "../../intent/published-port.ts";
import { groupNamesOn } from "../../intent/security-groups.ts";
import { withPart } from "../../intent/status.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { bindAddress, unbindAddresses } from "../addresses/bindings.ts";
import { forgetEndpointsSources } from "../containers/container-rows.ts";
import { checkEndpointQuota } from "../hosts/quotas.ts";
import { fitMtu } from "../networks/mtu.ts";
import { settingsAtStart } from "../networks/settings-at-start.ts";
import { checkTrunk } from "../physical-networks/trunk.ts";
import type { DockerEndpointFacts } from "../schemas/endpoint.ts";
import { checkedGroups } from "../security-groups/memberships.ts";
import { checkQuotaOn } from "../tenancy/quotas.ts";
import { hostNameOf } from "../views.ts";
import type { EndpointPlace, EndpointSpec } from "./endpoint-spec.ts";
import { takeFurther } from "./further-addresses.ts";
import { isLost } from "./lost-endpoints.ts";

type Endpoint = IntentRow<"Endpoint">;

/**
 * Makes an endpoint on a host and binds its addresses. Throws `exhausted` where the host has as many as it may, `conflict` where an address
 * or the MAC address is somebody else's, `invalid` where the network has no such address, `not_found` where it cannot be in a group that is named for it.
 */
export function makeEndpoint(
  draft: Draft,
  addresses: Addresses,
  uuid: string,
  { network, host, organization }: EndpointPlace,
  spec: EndpointSpec,
): void {
  checkEndpointQuota(draft, host._uuid);
  checkQuotaOn(draft, "ports", "Network", network, organization);
  checkTrunk(draft, network, spec.trunk);
  fitMtu(draft, network, host);
  const endpoint = draft.insert("Endpoint", uuid, {
    network: network._uuid,
    organization,
    name: null,
    pinned: false,
    mac: chooseMac(draft, network._uuid, spec.mac?.toLowerCase(), spec.addresses[0] ?? uuid),
    host: host._uuid,
    names: [],
    labels: {},
    options: spec.options,
    groups: checkedGroups(draft, { network, organization }, spec.groups),
    label_groups: [],
    published_ports: {},
    request: spec.request,
    lost: [],
    given: settingsAtStart(draft, network._uuid),
    status: {},
  });
  for (const ip of spec.addresses) bindAddress(draft, addresses, endpoint, ip);
  takeFurther(draft, addresses, endpoint);
}

/** What is known of an endpoint only after it was made; absent facts stay as they are. */
export function describeEndpoint(
  draft: Draft,
  uuid: string,
  { names, labels, groups }: Pick<DockerEndpointFacts, "names" | "labels" | "groups">,
): void {
  draft.update("Endpoint", uuid, {
    ...(names !== undefined && { names: [...new Set(names)].sort() }),
    ...(labels !== undefined && { labels }),
    ...(groups !== undefined && { label_groups: groupsByLabel(draft, uuid, groups) }),
  });
}

/** @param groups full names of the security groups in which it is from now on, beside those that a label names. */
export function setGroups(draft: Draft, uuid: string, groups: readonly string[]): void {
  draft.update("Endpoint", uuid, { groups });
}

/** Full names of the groups that a container's label names; whether they let it in is asked where it matters, for they may come later. */
function groupsByLabel(draft: Draft, uuid: string, names: readonly string[]): readonly string[] {
  const network = draft.get("Network", draft.get("Endpoint", uuid)?.network ?? "");
  if (network === undefined) return [];
  return groupNamesOn(network, names).toSorted();
}

/** @param ports all of its host that lead to the endpoint from now on. */
export function publishPorts(draft: Draft, uuid: string, ports: readonly PublishedPort[]): void {
  draft.update("Endpoint", uuid, { published_ports: encodePorts(ports) });
}

/** Writes one part of an endpoint's status; undefined: it has passed. */
export function tellOfEndpoint(
  draft: Draft,
  { _uuid, status }: Pick<Endpoint, "_uuid" | "status">,
  part: string,
  reason: string | undefined,
): void {
  if (status[part] !== reason) draft.update("Endpoint", _uuid, { status: withPart(status, part, reason) });
}

/**
 * Deletes an endpoint and what engines call it.
 * @param expires when a managed address that nobody releases is free again, ms; absent: at once.
 */
export function deleteEndpoint(draft: Draft, uuid: string, expires?: number): void {
  unbindAddresses(draft, uuid, expires);
  for (const handle of draft.find("Docker_Endpoint", "byEndpoint", uuid))
    draft.delete("Docker_Endpoint", handle._uuid);
  forgetEndpointsSources(draft, uuid);
  draft.delete("Endpoint", uuid);
}

/**
 * The asked one, or one made of the network and the address: whoever has the address next has the same MAC, so that
 * no neighbour's cache is wrong. Throws `conflict` where the asked one is another's.
 */
export function chooseMac(view: View, network: string, asked: string | undefined, address: string): string {
  const isFree = (mac: string) => view.count("Endpoint", "byNetworkMac", keyOf(network, mac)) === 0;
  if (asked !== undefined) {
    if (asked === routerMac(network))
      throw new FairwayError(
        "conflict",
        `MAC address ${asked} is the gateway's on this network; choose another one`,
      );
    if (isFree(asked)) return asked;
    const [holder] = view.find("Endpoint", "byNetworkMac", keyOf(network, asked));
    const host = holder !== undefined && isLost(holder) ? hostNameOf(view, holder.host) : null;
    const mend =
      host === null
        ? ""
        : ` by a container of host ${host}, which is down; fairway host rm ${host} --dead frees it`;
    throw new FairwayError("conflict", `MAC address ${asked} is already in use on this network${mend}`);
  }
  for (let salt = 0; ; salt++) {
    const mac = deriveMac(network, address, String(salt));
    if (isFree(mac)) return mac;
  }
}
