import type { IntentRow, View } from "./view.ts";

type Subnet = IntentRow<"Subnet">;
type Pool = IntentRow<"Docker_Pool">;

/** The pool that an engine asked for and that is this subnet; undefined where no engine made it. */
export function poolOf(view: View, subnet: string): Pool | undefined {
  return view.find("Docker_Pool", "bySubnet", subnet).find(({ remade_network }) => remade_network === null);
}

/** Whether nobody named the subnet: it was chosen. */
export function isAutomatic(view: View, subnet: string): boolean {
  return poolOf(view, subnet)?.automatic === true;
}

/**
 * The pool that an engine knows by this id; undefined where none does. No two engines have one id. The row has another UUID than its
 * subnet: ovsdb-client(1) restores no database in which two rows have the same, whatever their tables.
 */
export function poolNamed(view: View, id: string): Pool | undefined {
  return view.find("Docker_Pool", "byEngineId", id)[0];
}

/** The subnet that an engine means by a pool's id: a pool that it asked for, or a subnet of a network that it joined. */
export function subnetOfPool(view: View, id: string): Subnet | undefined {
  return view.get("Subnet", poolNamed(view, id)?.subnet ?? readPoolId(id).subnet);
}

/** What stands between a subnet's UUID and the organization for which the subnet is used. */
const forOrganization = "@";

/**
 * The id by which an engine knows a subnet of a network that it joined: each of its addresses is asked for by that alone.
 * @param organization for which another one's network is used, by name.
 */
export function poolIdOf(subnet: Subnet, organization: string | undefined): string {
  return organization === undefined ? subnet._uuid : `${subnet._uuid}${forOrganization}${organization}`;
}

/** What such an id says. */
export function readPoolId(id: string): {
  readonly subnet: string;
  readonly organization: string | undefined;
} {
  const at = id.indexOf(forOrganization);
  return at === -1
    ? { subnet: id, organization: undefined }
    : { subnet: id.slice(0, at), organization: id.slice(at + forOrganization.length) };
}
