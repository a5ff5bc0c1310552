import { messageOf } from "../errors.ts";
import { hasEgress } from "../intent/egress.ts";
import { hostReach } from "../intent/host-reach.ts";
import { keyOf } from "../intent/indexes.ts";
import { portSecurityOf } from "../intent/port-security.ts";
import { decodePorts } from "../intent/published-port.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { parseCidr, parseIp, withPrefix } from "../ip.ts";
import { containerRoutes } from "./container-routes.ts";
import { readEndpointOptions } from "./endpoint-options.ts";
import { referred } from "./lookup.ts";
import { isGatewayDisabled } from "./network-options.ts";
import { networkStatus } from "./network-status.ts";
import type { DockerEndpoint, Endpoint } from "./schemas/endpoint.ts";
import type { Host } from "./schemas/host.ts";
import type { Network } from "./schemas/network.ts";

/** Rows as the API shows them: names in place of UUIDs, children beside their parents. */
export function hostView(view: View, row: IntentRow<"Host">, lastHeard: Date | null): Host {
  return {
    uuid: row._uuid,
    name: row.name,
    systemId: row.system_id,
    tunnelAddress: row.tunnel_address,
    underlayMtu: row.underlay_mtu,
    versions: row.versions,
    state: row.state,
    stateSince: row.state_since === null ? null : new Date(row.state_since).toISOString(),
    lastHeard: lastHeard?.toISOString() ?? null,
    endpoints: view.count("Endpoint", "byHost", row._uuid),
  };
}

/**
 * What is read of several rows; `without` where one of them is damaged, which leaves all else.
 * @param status gets the reason.
 */
function orDamaged<T>(status: Record<string, string>, without: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    status["intent"] = `a row of the intent cannot be read: ${messageOf(error)}`;
    return without;
  }
}

export function networkView(view: View, row: IntentRow<"Network">): Network {
  const damage: Record<string, string> = {};
  const subnets = orDamaged(damage, [], () => subnetsOf(view, row._uuid));
  return {
    uuid: row._uuid,
    name: row.name,
    claimed: row.claimed,
    mode: row.mode,
    internal: row.internal,
    mtu: { asked: row.mtu_asked, effective: row.mtu },
    options: row.options,
    labels: row.labels,
    origin: row.origin,
    originHost: hostNameOf(view, row.origin_host),
    scope: row.scope,
    subnets: subnets.map((subnet) => ({
      uuid: subnet._uuid,
      cidr: subnet.cidr,
      gateway: subnet.gateway,
      ranges: [...subnet.ranges],
      options: subnet.options,
      used: view.count("Address", "bySubnet", subnet._uuid),
    })),
    endpoints: view.count("Endpoint", "byNetwork", row._uuid),
    hostReach: orDamaged(damage, null, () => hostReachView(view, row)),
    engines: view.find("Docker_Network", "byNetwork", row._uuid).map((handle) => ({
      host: hostNameOf(view, handle.host) ?? "",
      engineId: handle.engine_id,
      name: handle.name,
      handle: handle.handle,
    })),
    status: { ...networkStatus(view, row), ...damage },
  };
}

function hostReachView(view: View, row: IntentRow<"Network">): Network["hostReach"] {
  const reach = hostReach(view, row);
  if (reach === undefined) return null;
  return {
    cidrs: [...reach.cidrs],
    overlaps: reach.overlaps.map(({ cidr, network }) => ({ cidr, network: network.name })),
  };
}

/** IPv4 before IPv6, then by number. */
export function subnetsOf(view: View, network: string): readonly IntentRow<"Subnet">[] {
  return [...view.find("Subnet", "byNetwork", network)].sort((one, other) => {
    const [a, b] = [parseCidr(one.cidr), parseCidr(other.cidr)];
    return a.family - b.family || (a.first < b.first ? -1 : Number(a.first > b.first));
  });
}

export function endpointView(view: View, row: IntentRow<"Endpoint">): Endpoint {
  const network = referred(view.get("Network", row.network));
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", row._uuid);
  const damage: Record<string, string> = {};
  const addresses = orDamaged(damage, [], () => addressesOf(view, row._uuid));
  return {
    uuid: row._uuid,
    network: { uuid: network._uuid, name: network.name },
    mac: row.mac,
    addresses: addresses.map(({ address }) => address),
    host: hostNameOf(view, row.host),
    names: [...row.names],
    labels: row.labels,
    options: row.options,
    published: [...row.published],
    ports: decodePorts(row.ports),
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
    status: {
      ...downHost(view, row),
      ...orDamaged(damage, {}, () => contested(view, row)),
      ...row.status,
      ...damage,
    },
  };
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

/** What the host needs to plug the endpoint and to answer the engine. */
export function dockerEndpointView(view: View, row: IntentRow<"Endpoint">): DockerEndpoint {
  const network = referred(view.get("Network", row.network));
  const held = addressesOf(view, row._uuid);
  const subnets = subnetsOf(view, network._uuid);
  const isDisabled = isGatewayDisabled(
    network.options,
    subnets.map(({ options }) => options),
  );
  const gatewayOf = (family: 4 | 6) =>
    network.internal || isDisabled
      ? undefined
      : held.find(({ subnet }) => parseCidr(subnet.cidr).family === family)?.subnet.gateway;
  const [gateway, gatewayV6] = [gatewayOf(4), gatewayOf(6)];
  const { interfaceName } = readEndpointOptions(row.options);
  return {
    endpoint: row._uuid,
    network: network._uuid,
    mac: row.mac,
    mtu: network.mtu,
    addresses: held.map(({ address }) => address),
    ...(gateway ? { gateway } : {}),
    ...(gatewayV6 ? { gatewayV6 } : {}),
    ...(interfaceName === undefined ? {} : { interfaceName }),
    engineGateway: isDisabled && !network.internal,
    routes: containerRoutes(view, network._uuid, subnets, held),
    hasLeg: hasEgress(view, network),
    hasPeers: hasPeers(view, row),
    isGuarded: portSecurityOf(network) !== "off",
  };
}

function hasPeers(view: View, { network, host }: IntentRow<"Endpoint">): boolean {
  const here = host === null ? 0 : view.count("Endpoint", "byNetworkHost", keyOf(network, host));
  return view.count("Endpoint", "byNetwork", network) > here;
}

/** An endpoint's addresses with their prefix lengths, IPv4 first. */
export function addressesOf(
  view: View,
  endpoint: string,
): { address: string; ip: string; subnet: IntentRow<"Subnet"> }[] {
  return view
    .find("Address", "byEndpoint", endpoint)
    .map((row) => {
      const subnet = referred(view.get("Subnet", row.subnet));
      return { address: withPrefix(row.ip, parseCidr(subnet.cidr)), ip: row.ip, subnet };
    })
    .sort((one, other) => {
      const [a, b] = [parseIp(one.ip), parseIp(other.ip)];
      return a.family - b.family || (a.value < b.value ? -1 : 1);
    });
}

export function hostNameOf(view: View, uuid: string | null): string | null {
  return uuid === null ? null : (view.get("Host", uuid)?.name ?? null);
}
