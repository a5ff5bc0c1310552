import { ignoredOptions } from "../dialects/dialect.ts";
import { dialectOf } from "../dialects/dialects.ts";
import { asDriverName } from "../driver-names.ts";
import { messageOf } from "../errors.ts";
import { isGatewayDisabled } from "../intent/disabled-gateway.ts";
import { hasEgress, hasWireUplink } from "../intent/egress.ts";
import { hostAccess } from "../intent/host-access.ts";
import { keyOf } from "../intent/indexes.ts";
import { leaseWire } from "../intent/leased-addresses.ts";
import { cidrOf, ipOf, takenOf } from "../intent/parsed-rows.ts";
import { portSecurityOf } from "../intent/port-security.ts";
import { publishedPorts } from "../intent/publications.ts";
import { publishFrom } from "../intent/publish-from.ts";
import { routerOf } from "../intent/routers.ts";
import { sharedWith } from "../intent/sharing.ts";
import { type IntentRow, type View, withMemory } from "../intent/view.ts";
import { formatCidr, withPrefix } from "../ip.ts";
import { wholeOf } from "./access/seen.ts";
import { organizationOf } from "./access/whose.ts";
import { endpointSpec } from "./endpoints/endpoint-spec.ts";
import { referred } from "./lookup.ts";
import { displayNameOf } from "./networks/display-name.ts";
import { networkStatus } from "./networks/network-status.ts";
import { revisionOfNetwork } from "./networks/network-wish.ts";
import { outdatedOf } from "./networks/settings-at-start.ts";
import { readOptions } from "./option-text.ts";
import { revisionOf } from "./revision.ts";
import { routeTargetsView } from "./route-targets/route-target-view.ts";
import type { DockerEndpoint, Endpoint } from "./schemas/endpoint.ts";
import type { Host } from "./schemas/host.ts";
import type { Network, Subnet } from "./schemas/network.ts";
import { groupNames, groupTroubles } from "./security-groups/memberships.ts";
import { containerRoutes } from "./subnets/container-routes.ts";
import { checkUndamaged, subnetsOf } from "./subnets/network-subnets.ts";
import { subnetSpecOf } from "./subnets/specs-of-rows.ts";

/** Rows as the API shows them: names in place of UUIDs, children beside their parents. */
export function hostView(
  view: View,
  row: IntentRow<"Host">,
  { lastHeard, status }: { readonly lastHeard: Date | null; readonly status: Host["status"] },
): Host {
  return {
    uuid: row._uuid,
    name: row.name,
    systemId: row.system_id,
    tunnelAddress: row.tunnel_address,
    underlayMtu: row.underlay_mtu,
    versions: row.versions,
    labels: { ...row.labels },
    taken: takenOf(row).map(({ cidr, kind, device }) => ({
      cidr: formatCidr(cidr),
      kind,
      ...(device !== undefined && { device }),
    })),
    state: row.state,
    stateSince: row.state_since === null ? null : new Date(row.state_since).toISOString(),
    lastHeard: lastHeard?.toISOString() ?? null,
    endpoints: view.count("Endpoint", "byHost", row._uuid),
    revision: revisionOfHost(row),
    status,
  };
}

/** The revision of what a person says of a host; what it says of itself does not count. */
export function revisionOfHost({ name, labels }: IntentRow<"Host">): string {
  return revisionOf({ name, labels });
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

/** A network as the API shows it. What of it cannot be read stands in its status. */
export function networkView(anyView: View, row: IntentRow<"Network">): Network {
  const view = withMemory(anyView);
  const damage: Record<string, string> = {};
  const subnets = subnetsOf(view, row._uuid);
  return {
    uuid: row._uuid,
    name: row.name,
    displayName: displayNameOf(row),
    claimed: row.claimed,
    mode: row.mode,
    internal: row.internal,
    attachable: row.attachable,
    mtu: { asked: row.mtu_asked, effective: row.mtu },
    options: row.options,
    labels: row.labels,
    origin: row.origin,
    originHost: hostNameOf(view, row.origin_host),
    scope: row.scope,
    subnets: subnets.map((subnet) => subnetInNetwork(view, subnet)),
    endpoints: view.count("Endpoint", "byNetwork", row._uuid),
    ...levelsOf(view, row),
    router: routerOf(view, row)?.name ?? null,
    routeTargets: orDamaged(damage, null, () => routeTargetsView(view, row)),
    outdated: outdatedOf(view, row),
    hostAccess: orDamaged(damage, null, () => hostAccessView(view, row)),
    engines: enginesOf(view, row),
    revision: revisionOfNetwork(view, row),
    status: { ...shownNetworkStatus(view, row), ...damage },
  };
}

/** Whose a network is. Who only shares it sees neither its zone nor with whom else it is shared. */
function levelsOf(
  view: View,
  row: IntentRow<"Network">,
): Pick<Network, "organization" | "zone" | "sharedWith"> {
  const whole = wholeOf(view);
  const zone = row.zone === null ? undefined : view.get("Zone", row.zone);
  return {
    organization: ownerNameOf(view, row),
    zone: zone?.name ?? null,
    sharedWith: sharedWith(zone === undefined ? view : whole, row),
  };
}

/** The engines that have a network, by the names of their hosts. */
function enginesOf(view: View, { _uuid, changed }: IntentRow<"Network">): Network["engines"] {
  const engines = view.find("Docker_Network", "byNetwork", _uuid).map((handle) => ({
    host: hostNameOf(view, handle.host) ?? "",
    engineId: handle.engine_id,
    name: handle.name,
    driver: handle.driver ?? "fairway",
    ignored: ignoredBy(handle),
    handle: handle.handle,
    outdated: handle.handle === "made" ? changed.length > 0 : handle.outdated,
  }));
  return engines.toSorted((one, other) => one.host.localeCompare(other.host));
}

/** Of what an engine's user said; a mirror repeats what another one said. */
function ignoredBy({ driver, handle, options }: IntentRow<"Docker_Network">): string[] {
  const name = asDriverName(driver);
  return name === undefined || handle === "mirrored" ? [] : [...ignoredOptions(dialectOf(name), options)];
}

/** What does not work of a network, by part: what engines said, what follows from the intent, and what of that cannot be read. */
export function shownNetworkStatus(view: View, row: IntentRow<"Network">): Network["status"] {
  const damage: Record<string, string> = {};
  orDamaged(damage, undefined, () => checkUndamaged(view, row._uuid));
  return { ...networkStatus(view, row), ...damage };
}

/** A subnet of a network as the API shows it by itself. */
export function subnetView(view: View, row: IntentRow<"Subnet"> & { readonly network: string }): Subnet {
  const network = referred(view.get("Network", row.network));
  return {
    ...subnetInNetwork(view, row),
    network: { uuid: network._uuid, name: network.name },
    revision: revisionOf(subnetSpecOf(view, row)),
  };
}

function subnetInNetwork(view: View, row: IntentRow<"Subnet">): Network["subnets"][number] {
  const { cidr, gateway, ranges, hostRoutes, dns, auxiliaries, options } = subnetSpecOf(view, row);
  const used = view.count("Address", "bySubnet", row._uuid);
  return { uuid: row._uuid, cidr, gateway, ranges, hostRoutes, dns, auxiliaries, options, used };
}

function hostAccessView(view: View, row: IntentRow<"Network">): Network["hostAccess"] {
  const reach = hostAccess(view, row);
  if (reach === undefined) return null;
  return {
    cidrs: [...reach.cidrs],
    overlaps: reach.overlaps.map(({ cidr, network }) => ({ cidr, network: network.name })),
  };
}

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

/** Whose a network is; null: no organization's. */
export function ownerNameOf(view: View, row: IntentRow<"Network">): string | null {
  const whole = wholeOf(view);
  const owner = organizationOf(whole, "Network", row);
  return owner == null ? null : referred(whole.get("Organization", owner)).name;
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
      : held.find(({ subnet }) => cidrOf(subnet).family === family)?.subnet.gateway;
  const [gateway, gatewayV6] = [gatewayOf(4), gatewayOf(6)];
  const [lease] = held.flatMap(({ subnet }) => leaseWire(network, subnet) ?? []);
  const { interfaceName } = readOptions(endpointSpec, row.options);
  const reached = publishFrom(view, row);
  const isSaid = reached.from !== undefined || reached.ports.length > 0;
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
    hasUplink: hasEgress(view, network) || hasWireUplink(network),
    hasPeers: hasPeers(view, row),
    isGuarded: portSecurityOf(network) !== "off",
    ...(lease !== undefined && { lease }),
    ...(isSaid && { publishFrom: reached }),
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
  const rows = view.find("Address", "byEndpoint", endpoint).toSorted((one, other) => {
    const [a, b] = [ipOf(one), ipOf(other)];
    return a.family - b.family || (a.value < b.value ? -1 : 1);
  });
  return rows.map(({ ip, subnet: uuid }) => {
    const subnet = referred(view.get("Subnet", uuid));
    return { address: withPrefix(ip, cidrOf(subnet)), ip, subnet };
  });
}

/** The name of a host, by its row's UUID; null where there is no such host. */
export function hostNameOf(view: View, uuid: string | null): string | null {
  return uuid === null ? null : (view.get("Host", uuid)?.name ?? null);
}
