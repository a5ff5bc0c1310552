import { ignoredOptions } from "../dialects/dialect.ts";
import { dialectOf } from "../dialects/dialects.ts";
import { asDriverName } from "../driver-names.ts";
import { hostAccess } from "../intent/host-access.ts";
import { takenOf } from "../intent/parsed-rows.ts";
import { routerOf } from "../intent/routers.ts";
import { sharedWith } from "../intent/sharing.ts";
import { type IntentRow, type View, withMemory } from "../intent/view.ts";
import { formatCidr } from "../ip.ts";
import { wholeOf } from "./access/seen.ts";
import { organizationOf } from "./access/whose.ts";
import { orDamaged } from "./damaged.ts";
import { referred } from "./lookup.ts";
import { displayNameOf } from "./networks/display-name.ts";
import { networkStatus } from "./networks/network-status.ts";
import { revisionOfNetwork } from "./networks/network-wish.ts";
import { outdatedOf } from "./networks/settings-at-start.ts";
import { revisionOf } from "./revision.ts";
import { routeTargetsView } from "./route-targets/route-target-view.ts";
import type { Host } from "./schemas/host.ts";
import type { Network, Subnet } from "./schemas/network.ts";
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

/** Whose a network is; null: no organization's. */
export function ownerNameOf(view: View, row: IntentRow<"Network">): string | null {
  const whole = wholeOf(view);
  const owner = organizationOf(whole, "Network", row);
  return owner == null ? null : referred(whole.get("Organization", owner)).name;
}

/** The name of a host, by its row's UUID; null where there is no such host. */
export function hostNameOf(view: View, uuid: string | null): string | null {
  return uuid === null ? null : (view.get("Host", uuid)?.name ?? null);
}
