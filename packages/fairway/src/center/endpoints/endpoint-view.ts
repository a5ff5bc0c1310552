import { keyOf } from "../../intent/indexes.ts";
import { cidrOf, ipOf } from "../../intent/parsed-rows.ts";
import { publishedPorts } from "../../intent/publications.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { withPrefix } from "../../ip.ts";
import { wholeOf } from "../access/seen.ts";
import { orDamaged } from "../damaged.ts";
import { referred } from "../lookup.ts";
import type { Endpoint } from "../schemas/endpoint.ts";
import { groupNames, groupTroubles } from "../security-groups/memberships.ts";
import { hostNameOf } from "../views.ts";

/** An endpoint as the API shows it. What of it cannot be read stands in its status. */
export function endpointView(view: View, row: IntentRow<"Endpoint">): Endpoint {
  const network = referred(view.get("Network", row.network));
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", row._uuid);
  const addresses = orDamaged({}, [], () => addressesOf(view, row._uuid));
  return {
    uuid: row._uuid,
    network: { uuid: network._uuid, name: network.name },
    organization: guestNameOf(view, row),
    mac: row.mac,
    addresses: addresses.map(({ address }) => address),
    host: hostNameOf(view, row.host),
    names: [...row.names],
    labels: row.labels,
    options: row.options,
    groups: groupNames(view, row),
    ports: publishedPorts(view, row),
    engine:
      handle === undefined
        ? null
        : {
            networkId: referred(view.get("Docker_Network", handle.docker_network)).engine_id,
            endpointId: handle.engine_id,
            containerId: handle.container_id,
            containerName: handle.container_name,
          },
    request: row.request,
    status: endpointStatus(view, row),
  };
}

/** For which other organization than the network's an endpoint is; null: for that. */
export function guestNameOf(view: View, { organization }: IntentRow<"Endpoint">): string | null {
  return organization === null ? null : referred(wholeOf(view).get("Organization", organization)).name;
}

/** What does not work of an endpoint, by part: what was told of it, and what follows from the intent itself. */
export function endpointStatus(view: View, row: IntentRow<"Endpoint">): Endpoint["status"] {
  const damage: Record<string, string> = {};
  const contest = orDamaged(damage, {}, () => contested(view, row));
  return { ...downHost(view, row), ...contest, ...groupTroubles(view, row), ...row.status, ...damage };
}

/** An endpoint on a host that is not heard may well work; nobody can tell. */
function downHost(view: View, { host }: IntentRow<"Endpoint">): { readonly host?: string } {
  const row = host === null ? undefined : view.get("Host", host);
  if (row?.state !== "down") return {};
  const since = row.state_since === null ? "" : ` since ${new Date(row.state_since).toISOString()}`;
  return { host: `${row.name} is down${since}` };
}

/** Another endpoint has lost an address to this one, and gets it back when this one goes. */
function contested(view: View, { _uuid, network }: IntentRow<"Endpoint">): { readonly address?: string } {
  for (const { ip } of addressesOf(view, _uuid)) {
    const [loser] = view.find("Endpoint", "byNetworkLost", keyOf(network, ip));
    if (loser === undefined) continue;
    const [handle] = view.find("Docker_Endpoint", "byEndpoint", loser._uuid);
    const whose = handle?.container_name ? `container ${handle.container_name}` : `endpoint ${loser._uuid}`;
    const host = hostNameOf(view, loser.host);
    return {
      address: `${ip} was also given to ${whose}${host === null ? "" : ` on host ${host}`}, which has no port for it`,
    };
  }
  return {};
}

/** An endpoint's addresses with their prefix lengths, IPv4 first. */
export function addressesOf(
  view: View,
  endpoint: string,
): { address: string; ip: string; subnet: IntentRow<"Subnet"> }[] {
  const rows = view.find("Address", "byEndpoint", endpoint).toSorted((one, other) => {
    const [a, b] = [ipOf(one), ipOf(other)];
    return a.family - b.family || (a.value < b.value ? -1 : 1);
  });
  return rows.map(({ ip, subnet: uuid }) => {
    const subnet = referred(view.get("Subnet", uuid));
    return { address: withPrefix(ip, cidrOf(subnet)), ip, subnet };
  });
}
