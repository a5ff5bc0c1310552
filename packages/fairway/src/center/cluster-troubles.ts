import { soundCidr, soundIp } from "../intent/parsed-rows.ts";
import { membershipOf } from "../intent/security-groups.ts";
import { type IntentRow, type View, withMemory } from "../intent/view.ts";
import { endpointStatus } from "./endpoints/endpoint-view.ts";
import { isLost } from "./endpoints/lost-endpoints.ts";
import { fullNameOf } from "./networks/display-name.ts";
import type { Unowned } from "./owners.ts";
import type { Host } from "./schemas/host.ts";
import type { Status, Trouble } from "./schemas/status.ts";
import { shownNetworkStatus } from "./views.ts";

type Endpoint = IntentRow<"Endpoint">;

/** What the center says of itself. */
type CenterState = Pick<Status, "leader" | "stores" | "foreignBindings">;

/**
 * Everything in the cluster that is not well: the center first, then hosts, networks, endpoints, rows of the intent.
 * @param strays rows that belong to nobody
 */
export function clusterTroubles(
  view: View,
  center: CenterState,
  hosts: readonly Host[],
  strays: readonly Unowned[],
): readonly Trouble[] {
  const remembering = withMemory(view);
  return [
    ...centerTroubles(center),
    ...hosts.flatMap(hostTroubles),
    ...[...view.rows("Network")].flatMap((row) => networkTroubles(remembering, row)).sort(byName),
    ...[...suspects(view)].flatMap((row) => endpointTroubles(view, row)).sort(byName),
    ...strays.map(({ table, uuid, why }) => ({
      of: "intent" as const,
      name: `${table} ${uuid}`,
      what: `belongs to nobody: ${why}`,
    })),
  ];
}

/**
 * The endpoints with which something may be wrong: those of which something was told, those in a group that is not there, those whose addresses cannot be read, and the neighbours of
 * one that has lost an address. A look at each of ten thousand would keep everybody waiting.
 */
function suspects(view: View): ReadonlySet<Endpoint> {
  const found = new Set<Endpoint>();
  const all = (network: string | null) => {
    if (network === null) return;
    for (const row of view.find("Endpoint", "byNetwork", network)) found.add(row);
  };
  for (const row of view.rows("Endpoint")) {
    if (Object.keys(row.status).length > 0 || membershipOf(view, row).missing.length > 0) found.add(row);
    if (isLost(row)) all(row.network);
  }
  for (const row of view.rows("Address")) {
    const endpoint = soundIp(row) === undefined ? view.get("Endpoint", row.endpoint ?? "") : undefined;
    if (endpoint !== undefined) found.add(endpoint);
  }
  for (const row of view.rows("Subnet")) if (soundCidr(row) === undefined) all(row.network);
  return found;
}

function centerTroubles({ leader, stores, foreignBindings }: CenterState): readonly Trouble[] {
  const of = "center" as const;
  const last = leader.name === "" ? "nobody has led yet" : `${leader.name} took the lead last`;
  const northbound = {
    connected: undefined,
    disconnected: "no connection to OVN Northbound: changes wait",
    unwritable: "OVN Northbound is not taken over yet: changes wait",
  }[stores.northbound];
  return [
    ...(stores.intent === "connected"
      ? []
      : [{ of, name: "intent", what: "no connection to the intent: nothing can be changed" }]),
    ...(leader.self ? [] : [{ of, name: "leader", what: `the center that answers does not lead: ${last}` }]),
    ...(northbound === undefined ? [] : [{ of, name: "northbound", what: northbound }]),
    ...foreignBindings
      .filter(({ host }) => host === null)
      .map(({ what }) => ({ of, name: "bindings", what: `somebody ${what}` })),
  ];
}

function hostTroubles({ name, state, stateSince, endpoints, status }: Host): readonly Trouble[] {
  const since = stateSince === null ? "" : ` since ${stateSince}`;
  const held =
    endpoints === 0 ? "" : `; ${endpoints} ${endpoints === 1 ? "endpoint is" : "endpoints are"} there`;
  return [
    ...(state === "down" ? [{ of: "host" as const, name, what: `down${since}${held}` }] : []),
    ...troublesIn("host", name, status),
  ];
}

/** A removal that waits was asked for: it is no trouble. */
function networkTroubles(view: View, row: IntentRow<"Network">): readonly Trouble[] {
  const { removal: _, ...status } = shownNetworkStatus(view, row);
  return troublesIn("network", fullNameOf(row), status);
}

/** Of an endpoint on a host that is down nobody can tell: its host stands there already. */
function endpointTroubles(view: View, row: Endpoint): readonly Trouble[] {
  const host = row.host === null ? undefined : view.get("Host", row.host);
  if (host?.state === "down") return [];
  const status = endpointStatus(view, row);
  if (Object.keys(status).length === 0) return [];
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", row._uuid);
  return troublesIn("endpoint", handle?.container_name ?? row.names[0] ?? row._uuid, status);
}

function troublesIn(
  of: Trouble["of"],
  name: string,
  status: Readonly<Record<string, string>>,
): readonly Trouble[] {
  return Object.entries(status).map(([part, reason]) => ({ of, name, what: `${part}: ${reason}` }));
}

function byName(one: Trouble, other: Trouble): number {
  return one.name.localeCompare(other.name);
}
