import { FairwayError } from "../../errors.ts";
import { deriveMac, routerMac } from "../../identity.ts";
import { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import { isLogicalPort } from "../../intent/logical-port.ts";
import { encodePorts, type PublishedPort } from "../../intent/published-port.ts";
import { groupNamesOn } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { takeAddress, unbindAddresses } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";
import { checkEndpointQuota } from "../hosts/quotas.ts";
import { referred } from "../lookup.ts";
import { fitMtu } from "../networks/mtu.ts";
import { subnetWith } from "../subnets/network-subnets.ts";
import type { EndpointPlace, EndpointSpec } from "./endpoint-spec.ts";
import { takeFurther } from "./further-addresses.ts";

type Endpoint = IntentRow<"Endpoint">;

/**
 * An endpoint that has no right to its addresses: its host was away for too long, or the center had forgotten it and another has one of
 * them. It keeps its row and its names, and has neither addresses nor a port until its host is there and all that it lost is free.
 */
export function isLost({ lost }: Endpoint): boolean {
  return lost.length > 0;
}

/** What the containers of a host hold is everybody's again. A port that was made by name keeps what it has, wherever it is plugged. */
export function loseEndpoints(draft: Draft, host: IntentRow<"Host">, since: Date): void {
  for (const endpoint of draft.find("Endpoint", "byHost", host._uuid)) {
    const addresses = draft.find("Address", "byEndpoint", endpoint._uuid);
    if (addresses.length === 0 || isLogicalPort(endpoint)) continue;
    const lost = addresses.map(({ ip }) => ip).sort();
    unbindAddresses(draft, endpoint._uuid);
    const away = `${host.name} is down since ${since.toISOString()}, and ${lost.join(" and ")} may be given to others`;
    draft.update("Endpoint", endpoint._uuid, { lost, status: { ...endpoint.status, host: away } });
  }
}

/** An endpoint that runs and that the center does not know: it is made as it was, and gets its addresses where they are free. */
export function restoreEndpoint(
  draft: Draft,
  addresses: Addresses,
  uuid: string,
  { network, host, organization }: EndpointPlace,
  spec: Omit<EndpointSpec, "trunk" | "further"> & {
    readonly mac: string;
    readonly ports: readonly PublishedPort[];
  },
): string | undefined {
  checkEndpointQuota(draft, host._uuid);
  const mac = spec.mac.toLowerCase();
  // The network's guards tell the router by its address: nobody else ever has that.
  const isRouters = mac === routerMac(network._uuid);
  const isTaken = draft.count("Endpoint", "byNetworkMac", keyOf(network._uuid, mac)) > 0;
  fitMtu(draft, network, host);
  draft.insert("Endpoint", uuid, {
    network: network._uuid,
    organization,
    name: null,
    pinned: false,
    mac: isTaken || isRouters ? deriveMac(network._uuid, uuid, "claimed") : mac,
    host: host._uuid,
    names: [],
    labels: {},
    options: spec.options,
    // Those that are not there any more keep it from having a port.
    groups: groupNamesOn(network, spec.groups).toSorted(),
    label_groups: [],
    published_ports: encodePorts(spec.ports),
    request: spec.request,
    lost: [...new Set([...spec.addresses, ...(isTaken ? [mac] : [])])].sort(),
    // It began when this center did not look.
    given: null,
    status: {},
  });
  return reviveEndpoint(draft, addresses, uuid);
}

/** Gives an endpoint its addresses again, all or none. @returns why not; undefined where it has them. */
export function reviveEndpoint(draft: Draft, addresses: Addresses, uuid: string): string | undefined {
  const endpoint = draft.get("Endpoint", uuid);
  if (endpoint === undefined || !isLost(endpoint)) return undefined;
  const { host: _away, port: before, ...status } = endpoint.status;
  const attempt = new Draft(draft);
  const obstacle = [...endpoint.lost]
    .sort((one, other) => Number(isMac(one)) - Number(isMac(other)))
    .map((each) =>
      isMac(each) ? takeMac(attempt, endpoint, each) : bindAgain(attempt, addresses, endpoint, each),
    )
    .concat(takeFurtherAgain(attempt, addresses, endpoint))
    .find(Boolean);
  if (obstacle === undefined) {
    attempt.update("Endpoint", uuid, { lost: [], status });
    attempt.mergeInto(draft);
    return undefined;
  }
  attempt.abandon();
  const port = `down: ${obstacle}`;
  if (before !== port) draft.update("Endpoint", uuid, { status: { ...status, port } });
  return obstacle;
}

function bindAgain(draft: Draft, addresses: Addresses, endpoint: Endpoint, ip: string): string | undefined {
  const subnet = subnetWith(draft, endpoint.network, ip);
  if (subnet === undefined) return `no subnet of network ${nameOf(draft, endpoint)} has ${ip} any more`;
  const [holder] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
  if (holder === undefined && takeAddress(draft, addresses, endpoint, subnet, ip)) return undefined;
  return (
    `address ${ip} was given to ${holderOf(draft, holder)} meanwhile; ` +
    "start this container again, or remove that one"
  );
}

function takeFurtherAgain(draft: Draft, addresses: Addresses, endpoint: Endpoint): string | undefined {
  try {
    takeFurther(draft, addresses, endpoint);
    return undefined;
  } catch (error) {
    if (error instanceof FairwayError) return error.message;
    throw error;
  }
}

/** A MAC address may be among what was lost: whoever has the address has the MAC that was made of it. */
function isMac(lost: string): boolean {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(lost);
}

function takeMac(draft: Draft, endpoint: Endpoint, mac: string): string | undefined {
  if (draft.count("Endpoint", "byNetworkMac", keyOf(endpoint.network, mac)) > 0)
    return `another endpoint of network ${nameOf(draft, endpoint)} has MAC address ${mac}`;
  draft.update("Endpoint", endpoint._uuid, { mac });
  return undefined;
}

function nameOf(view: View, { network }: Endpoint): string {
  return referred(view.get("Network", network)).name;
}
