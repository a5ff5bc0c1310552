import { FairwayError } from "../errors.ts";
import { ipAddress } from "../fields.ts";
import { keyOf } from "../intent/indexes.ts";
import { isLogicalPort, type LogicalPort } from "../intent/logical-port.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { formatCidr, parseCidr } from "../ip.ts";
import { nearestName } from "../runtime/nearest-name.ts";
import { displayNameOf } from "./networks/display-name.ts";
import type { EngineEndpointKey } from "./schemas/endpoint.ts";

/** Tables of which people name the rows: by name no other has one. */
type Named =
  | "Host"
  | "Physical_Network"
  | "Router"
  | "Organization"
  | "Zone"
  | "Principal"
  | "Security_Group"
  | "Policy";

/** Rows by the names that people and engines use. What is not there throws `not_found`, with the nearest that is. */
export function hostNamed(view: View, name: string): IntentRow<"Host"> {
  return rowNamed(view, "Host", name) ?? throwMissing(view, "Host", "host", name);
}

/** A physical network by its name. Throws `not_found`, with the nearest that is there. */
export function physicalNetworkNamed(view: View, name: string): IntentRow<"Physical_Network"> {
  return (
    rowNamed(view, "Physical_Network", name) ??
    throwMissing(view, "Physical_Network", "physical network", name)
  );
}

/** A virtual router by its name or UUID. Throws `not_found`, with the nearest that is there. */
export function routerNamed(view: View, reference: string): IntentRow<"Router"> {
  return namedOrUuid(view, "Router", "router", reference);
}

/** An organization by its name or UUID. Throws `not_found`, with the nearest that is there. */
export function organizationNamed(view: View, reference: string): IntentRow<"Organization"> {
  return namedOrUuid(view, "Organization", "organization", reference);
}

/** A zone by its full name or UUID. Throws `not_found`, with the nearest that is there. */
export function zoneNamed(view: View, reference: string): IntentRow<"Zone"> {
  return namedOrUuid(view, "Zone", "zone", reference);
}

/** A security group by its full name or UUID. Throws `not_found`, with the nearest that is there. */
export function securityGroupNamed(view: View, reference: string): IntentRow<"Security_Group"> {
  return namedOrUuid(view, "Security_Group", "group", reference);
}

/** A policy by its full name or UUID. Throws `not_found`, with the nearest that is there. */
export function policyNamed(view: View, reference: string): IntentRow<"Policy"> {
  return namedOrUuid(view, "Policy", "policy", reference);
}

/** A principal by its name. Throws `not_found`, with the nearest that is there. */
export function principalNamed(view: View, name: string): IntentRow<"Principal"> {
  return rowNamed(view, "Principal", name) ?? throwMissing(view, "Principal", "principal", name);
}

function namedOrUuid<T extends Named>(view: View, table: T, noun: string, reference: string): IntentRow<T> {
  return (
    rowNamed(view, table, reference) ??
    view.get(table, reference) ??
    throwMissing(view, table, noun, reference)
  );
}

function rowNamed<T extends Named>(view: View, table: T, name: string): IntentRow<T> | undefined {
  return view.find(table, "byName", name)[0];
}

function throwMissing(view: View, table: Named, noun: string, reference: string): never {
  throw missing(
    noun,
    reference,
    Array.from(view.rows(table), ({ name }) => name),
  );
}

/** The host that asks on its own behalf; until it has registered it has to wait. Throws `unavailable`. */
export function registeredHost(view: View, name: string): IntentRow<"Host"> {
  const [host] = view.find("Host", "byName", name);
  if (host !== undefined) return host;
  throw new FairwayError("unavailable", `host ${name} has not registered yet: does its Open vSwitch answer?`);
}

/** A host's handle of a network, by the engine's id; undefined where there is none. */
export function findDockerNetwork(
  view: View,
  host: string,
  engineId: string,
): IntentRow<"Docker_Network"> | undefined {
  const [owner] = view.find("Host", "byName", host);
  if (owner === undefined) return undefined;
  return view.find("Docker_Network", "byEngineId", keyOf(owner._uuid, engineId))[0];
}

/** A host's handle of a network, by the engine's id. Throws `not_found`. */
export function dockerNetwork(view: View, host: string, engineId: string): IntentRow<"Docker_Network"> {
  const row = findDockerNetwork(view, host, engineId);
  if (row !== undefined) return row;
  throw new FairwayError(
    "not_found",
    `host ${host} has no Docker network ${engineId.slice(0, 12)} of Fairway's`,
  );
}

/** A host's handle of an endpoint, by the engine's id; undefined where there is none. */
export function findDockerEndpoint(
  view: View,
  key: EngineEndpointKey,
): IntentRow<"Docker_Endpoint"> | undefined {
  const [owner] = view.find("Host", "byName", key.host);
  if (owner === undefined) return undefined;
  return view.find("Docker_Endpoint", "byEngineId", keyOf(owner._uuid, key.endpointId))[0];
}

/** A host's handle of an endpoint, by the engine's id. Throws `not_found`. */
export function dockerEndpoint(view: View, key: EngineEndpointKey): IntentRow<"Docker_Endpoint"> {
  const row = findDockerEndpoint(view, key);
  if (row !== undefined) return row;
  throw new FairwayError(
    "not_found",
    `host ${key.host} has no Docker endpoint ${key.endpointId.slice(0, 12)} of Fairway's`,
  );
}

/** Follows a strong reference, which the database keeps from dangling. */
export function referred<R>(row: R | undefined): R {
  if (row === undefined)
    throw new FairwayError("internal", "the intent holds a reference to a row that is not there");
  return row;
}

/**
 * A network by its name, `name@host`, UUID, or the start of its UUID or an engine's id (4 digits or more). Where the cluster has no
 * network of that name, one that is an engine's own (`name@host`) answers to it, and then one that people call so (`-o name=`).
 */
export function networkOf(view: View, reference: string): IntentRow<"Network"> {
  const [named] = view.find("Network", "byName", reference);
  if (named !== undefined) return named;
  const matches = new Map<string, IntentRow<"Network">>();
  for (const row of view.rows("Network")) if (isCalled(row, reference)) matches.set(row._uuid, row);
  if (matches.size === 0)
    for (const row of view.rows("Network")) if (displayNameOf(row) === reference) matches.set(row._uuid, row);
  if (matches.size === 0 && isIdPrefix(reference)) {
    for (const row of view.rows("Network")) if (row._uuid.startsWith(reference)) matches.set(row._uuid, row);
    for (const row of view.rows("Docker_Network"))
      if (row.engine_id.startsWith(reference))
        matches.set(row.network, referred(view.get("Network", row.network)));
  }
  return onlyOne("network", reference, [...matches.values()], () =>
    Array.from(view.rows("Network"), (row) => row.name),
  );
}

function isCalled({ name, claimed }: IntentRow<"Network">, reference: string): boolean {
  return !claimed && name.startsWith(`${reference}@`);
}

/**
 * A subnet of a network by its UUID, the start of it (4 digits or more), or its CIDR, behind which `@` and the network's name stand where several
 * networks have it. Throws `not_found`, and `invalid` where several are meant.
 */
export function subnetOf(view: View, reference: string): IntentRow<"Subnet"> & { readonly network: string } {
  const isOfNetwork = (
    row: IntentRow<"Subnet"> | undefined,
  ): row is IntentRow<"Subnet"> & { network: string } => row !== undefined && row.network !== null;
  const direct = view.get("Subnet", reference);
  if (isOfNetwork(direct)) return direct;
  const [cidr, owner] = partsAt(view, reference);
  const canonical = cidr.includes("/") ? canonicalCidr(cidr) : undefined;
  const matches = Array.from(view.rows("Subnet"))
    .filter(isOfNetwork)
    .filter((row) => owner === undefined || row.network === owner)
    .filter((row) => row.cidr === canonical || (isIdPrefix(cidr) && row._uuid.startsWith(cidr)));
  return onlyOne("subnet", reference, matches, () => []);
}

/** What stands before an `@` in a reference, and the UUID of the network that stands behind it, if one does. Throws as `networkOf` does. */
export function partsAt(view: View, reference: string): readonly [text: string, network?: string] {
  const at = reference.indexOf("@");
  if (at === -1) return [reference];
  return [reference.slice(0, at), networkOf(view, reference.slice(at + 1))._uuid];
}

/** An endpoint by container name or id, a name of its own, an address, its UUID or an engine's endpoint id. */
export function endpointOf(view: View, reference: string): IntentRow<"Endpoint"> {
  return onlyOne("endpoint", reference, endpointsOf(view, reference), () => endpointNames(view));
}

/** All endpoints that a reference may mean, as `endpointOf` takes it: a container has one on each of its networks. Throws `not_found` where there is none. */
export function someEndpointsOf(view: View, reference: string): readonly IntentRow<"Endpoint">[] {
  const found = endpointsOf(view, reference);
  if (found.length === 0) throw missing("endpoint", reference, endpointNames(view));
  return found;
}

function endpointsOf(view: View, reference: string): readonly IntentRow<"Endpoint">[] {
  const direct = view.get("Endpoint", reference);
  if (direct !== undefined) return [direct];
  const matches = new Map<string, IntentRow<"Endpoint">>();
  const add = (uuid: string | null) => {
    if (uuid !== null) matches.set(uuid, referred(view.get("Endpoint", uuid)));
  };
  for (const row of view.rows("Docker_Endpoint")) if (row.container_name === reference) add(row.endpoint);
  if (matches.size === 0) {
    for (const row of view.rows("Endpoint"))
      if (row.name === reference || row.names.includes(reference)) add(row._uuid);
    for (const row of view.rows("Address")) if (row.ip === reference) add(row.endpoint);
  }
  if (matches.size === 0 && isIdPrefix(reference)) {
    for (const row of view.rows("Endpoint")) if (row._uuid.startsWith(reference)) add(row._uuid);
    for (const row of view.rows("Docker_Endpoint"))
      if (row.engine_id.startsWith(reference) || row.container_id?.startsWith(reference)) add(row.endpoint);
  }
  return [...matches.values()];
}

function endpointNames(view: View): readonly string[] {
  const containers = Array.from(view.rows("Docker_Endpoint"), (row) => row.container_name);
  const ports = Array.from(view.rows("Endpoint"), ({ name }) => name);
  return [...containers, ...ports].filter((name) => name !== null && name !== "") as string[];
}

/** A port that no engine made, by its name, its UUID, or the start of that. */
export function portOf(view: View, reference: string): LogicalPort {
  const [named] = view.find("Endpoint", "byPortName", reference);
  const found = named ?? view.get("Endpoint", reference.toLowerCase());
  if (found !== undefined && isLogicalPort(found)) return found;
  const ports = Array.from(view.rows("Endpoint")).filter(isLogicalPort);
  const matches = isIdPrefix(reference) ? ports.filter(({ _uuid }) => _uuid.startsWith(reference)) : [];
  return onlyOne("port", reference, matches, () => ports.map(({ name }) => name));
}

function canonicalCidr(text: string): string | undefined {
  try {
    return formatCidr(parseCidr(text));
  } catch {
    return undefined;
  }
}

/** Whether a text is an address, however it is written. */
export function isIp(text: string): boolean {
  return ipAddress.safeParse(text).success;
}

/** Whether a text may be the start of a UUID or of an engine's id. */
export function isIdPrefix(reference: string): boolean {
  return /^[0-9a-f][0-9a-f-]{3,}$/.test(reference);
}

/** The one that a reference means. Throws `not_found`, with the nearest of the names; `invalid` where several are meant. */
export function onlyOne<R extends { readonly _uuid: string }>(
  noun: string,
  reference: string,
  matches: readonly R[],
  names: () => readonly string[],
): R {
  const [first, second] = matches;
  if (first === undefined) throw missing(noun, reference, names());
  if (second === undefined) return first;
  const uuids = matches.slice(0, 5).map((row) => row._uuid);
  throw new FairwayError(
    "invalid",
    `${matches.length} ${noun}s match "${reference}"; name one of ${uuids.join(", ")}`,
  );
}

function missing(noun: string, reference: string, names: readonly string[]): FairwayError {
  const near = nearestName(reference, names);
  const list =
    noun === "port" ? "fairway port ls --logical" : `fairway ${noun.replace(" ", "-").toLowerCase()} ls`;
  return new FairwayError(
    "not_found",
    `no ${noun} "${reference}"; ${near === undefined ? `\`${list}\` lists them` : `did you mean "${near}"?`}`,
  );
}
