import type { TableName } from "../intent/indexes.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { sameSpace } from "./pool-alias.ts";

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
  Network: (view, { _uuid, origin }) =>
    origin === "api" || view.count("Docker_Network", "byNetwork", _uuid) > 0
      ? undefined
      : "no engine has this network",
  Subnet: subnetRule,
  Address: addressRule,
  Endpoint: (view, { _uuid, host }) =>
    host === null || view.count("Docker_Endpoint", "byEndpoint", _uuid) > 0
      ? undefined
      : "no engine has this endpoint",
  // Its host's engine tells when it is gone; it goes with its host.
  Docker_Network: () => undefined,
  Docker_Endpoint: () => undefined,
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

function subnetRule(view: View, subnet: IntentRow<"Subnet">): string | undefined {
  const { network, space, expires, same_as, foreign, cidr } = subnet;
  if (network !== null) return undefined;
  if (same_as !== null || space.startsWith(sameSpace(""))) return aliasRule(view, subnet);
  const [host = ""] = space.split("/", 1);
  if (view.find("Host", "byName", host).length === 0) return `pool ${cidr} is of host ${host}, which is gone`;
  return expires !== null || foreign !== null
    ? undefined
    : `pool ${cidr} of host ${host} has no network and never expires`;
}

/** The id by which one engine knows a subnet that became another's. */
function aliasRule(view: View, { same_as, space, cidr }: IntentRow<"Subnet">): string | undefined {
  const target = same_as === null ? undefined : view.get("Subnet", same_as);
  if (target === undefined || target.network === null) return `pool ${cidr} stands for a subnet that is gone`;
  const handle = view.get("Docker_Network", space.slice(sameSpace("").length));
  return handle?.network === target.network
    ? undefined
    : `pool ${cidr} is of an engine's network that is gone`;
}

function addressRule(view: View, address: IntentRow<"Address">): string | undefined {
  const { endpoint, expires, purpose, ip } = address;
  if (endpoint !== null || expires !== null) return undefined;
  const subnet = view.get("Subnet", address.subnet);
  // With the subnet go the addresses that it holds itself, and those of a foreign network's containers.
  if (subnet?.network === null || purpose !== "endpoint") return undefined;
  return `address ${ip} was given to nobody and never expires`;
}
