import { keyOf, type TableName } from "../intent/indexes.ts";
import type { IntentRow, View } from "../intent/view.ts";

/** A row for which nobody is responsible: nothing will ever take it away. */
export interface Unowned {
  readonly table: TableName;
  readonly uuid: string;
  readonly why: string;
}

/** Why a row has no owner; undefined where it has one, or an expiry. */
type Rule<T extends TableName> = (view: View, row: IntentRow<T>) => string | undefined;

/**
 * Who takes a row away when nobody needs it any more: what it belongs to, or the clock. What the database's strong references keep from
 * dangling needs no rule of its own.
 */
export const ownerRules: { readonly [T in TableName]: Rule<T> } = {
  // The cluster's one row of settings.
  Central: () => undefined,
  // A person takes a host out.
  Host: () => undefined,
  // It has an expiry.
  Token: () => undefined,
  // A person takes these out.
  Physical_Network: () => undefined,
  Physical_Port: () => undefined,
  // A person removes it.
  Principal: () => undefined,
  Network: (view, { _uuid, origin }) =>
    origin === "api" ||
    view.count("Docker_Network", "byNetwork", _uuid) > 0 ||
    // Its ports keep it, which a person removes.
    view.count("Endpoint", "byNetwork", _uuid) > 0
      ? undefined
      : "no engine has this network",
  Subnet: (view, { _uuid, network, cidr }) =>
    network !== null || view.count("Docker_Pool", "bySubnet", _uuid) > 0
      ? undefined
      : `subnet ${cidr} is of no network and of no engine's pool`,
  Address: addressRule,
  // The clock and newer ones take it away.
  Address_Use: () => undefined,
  // A person removes a port that was made by name.
  Endpoint: (view, { _uuid, host, name }) =>
    host === null || name !== null || view.count("Docker_Endpoint", "byEndpoint", _uuid) > 0
      ? undefined
      : "no engine has this endpoint",
  // A person removes these, when they are empty.
  Organization: () => undefined,
  Zone: () => undefined,
  // A person removes a router and its gateway; an interface goes with its network, too.
  Router: () => undefined,
  Router_Interface: () => undefined,
  Router_Gateway: () => undefined,
  // A person removes it, when nobody is in it.
  Security_Group: () => undefined,
  // A person removes it.
  Policy: () => undefined,
  // A person removes it; it goes with its network, too.
  Vip: () => undefined,
  // It has an expiry.
  Host_Access: () => undefined,
  Docker_Pool: poolRule,
  // Its host's engine tells when it is gone; it goes with its host.
  Docker_Network: () => undefined,
  Docker_Endpoint: () => undefined,
  // Its host's engine tells when the container is gone.
  Container_Port: (_, { container_id, endpoint, protocol, port }) =>
    container_id !== null || endpoint !== null ? undefined : `port ${port}/${protocol} is of no container`,
  Container_Groups: (_, { network, groups }) =>
    network !== null ? undefined : `groups ${groups.join(", ")} of a container are on no network`,
  Publication: (_, { network, host_port, protocol }) =>
    network !== null ? undefined : `published port ${host_port}/${protocol} is of no network`,
};

/** All rows that have neither an owner nor an expiry. There are none. */
export function unowned(view: View): readonly Unowned[] {
  return (Object.keys(ownerRules) as TableName[]).flatMap((table) => unownedOf(view, table));
}

function unownedOf<T extends TableName>(view: View, table: T): readonly Unowned[] {
  return Array.from(view.rows(table)).flatMap((row) => {
    const why = ownerRules[table](view, row);
    return why === undefined ? [] : { table, uuid: row._uuid, why };
  });
}

function poolRule(view: View, pool: IntentRow<"Docker_Pool">): string | undefined {
  const { host, expires, foreign_network } = pool;
  const subnet = view.get("Subnet", pool.subnet);
  if (pool.remade_network !== null) return aliasRule(view, pool, subnet);
  if (subnet?.network != null || expires !== null || foreign_network !== null) return undefined;
  return `pool ${subnet?.cidr} of host ${view.get("Host", host)?.name} has no network and never expires`;
}

/** The id by which one engine knows a subnet that became another's. */
function aliasRule(
  view: View,
  { remade_network }: IntentRow<"Docker_Pool">,
  subnet: IntentRow<"Subnet"> | undefined,
): string | undefined {
  const handle = view.get("Docker_Network", remade_network ?? "");
  return handle?.network === subnet?.network
    ? undefined
    : `pool ${subnet?.cidr} is of an engine's network that is gone`;
}

function addressRule(view: View, address: IntentRow<"Address">): string | undefined {
  const { endpoint, expires, purpose, ip } = address;
  if (endpoint !== null || expires !== null) return undefined;
  const subnet = view.get("Subnet", address.subnet);
  if (purpose === "vip" && view.count("Vip", "byNetworkIp", keyOf(subnet?.network ?? "", ip)) === 0)
    return `address ${ip} is of a VIP that is gone`;
  // With the subnet go the addresses that it holds itself, and those of a foreign network's containers.
  if (subnet?.network === null || purpose !== "endpoint") return undefined;
  return `address ${ip} was given to nobody and never expires`;
}
