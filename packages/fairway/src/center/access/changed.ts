import { FairwayError } from "../../errors.ts";
import type { TableName } from "../../intent/indexes.ts";
import type { View } from "../../intent/view.ts";
import { levelSeparator } from "../../level-names.ts";
import type { Caller } from "../context.ts";
import type { NetworkSpec } from "../networks/network-spec.ts";
import { isOfOrganization, mayChangeAll, nameOf } from "./access.ts";
import { ownedBy } from "./seen.ts";

/**
 * What of a view a caller may change: all, or of one organization what belongs to it, as if there were nothing else. Whatever a caller names is looked up
 * here. Throws `forbidden`, and what `ownedBy` throws.
 */
export function ownOf(caller: Caller, view: View): View {
  if (!isOfOrganization(caller)) {
    mayChangeAll(caller);
    return view;
  }
  if (caller.role !== "viewer") return ownedBy(caller, view);
  throw new FairwayError("forbidden", `${nameOf(caller)} is a viewer, and changes nothing`);
}

/** Throws `not_found` where a principal of an organization would make what is not within that, whether it is there or not. */
export function checkWithin(caller: Caller, name: string): void {
  if (!isOfOrganization(caller)) return;
  const start = `${caller.organization}${levelSeparator}`;
  if (name.startsWith(start)) return;
  throw new FairwayError(
    "not_found",
    `principal ${caller.name} is of organization ${caller.organization}: the names of what it makes begin with ${start}`,
  );
}

/** Throws `not_found` for a UUID of somebody else's object: nobody makes another one of it. */
export function checkUnowned(view: View, own: View, table: TableName, uuid: string): void {
  if (view.get(table, uuid) === undefined || own.get(table, uuid) !== undefined) return;
  throw new FairwayError("not_found", `no ${table.toLowerCase()} "${uuid}"; choose another id, or none`);
}

/** Which wire carries a network, and by which number, is the whole cluster's matter. Throws `forbidden` for a principal of an organization that says it. */
export function checkCarrier(
  caller: Caller,
  spec: Pick<NetworkSpec, "physicalNetwork" | "vlan" | "vni">,
): void {
  if (!isOfOrganization(caller)) return;
  const said = (["physicalNetwork", "vlan", "vni"] as const).find((field) => spec[field] !== undefined);
  if (said !== undefined) throw refusal(said);
}

/**
 * By which wire and hosts a router leaves is the whole cluster's matter. Throws `forbidden` for a principal of an organization that gives, changes or takes it.
 * @param gateway what it says of it, null: that there is to be none; or what it would take.
 */
export function checkGateway(caller: Caller, gateway: object | null | undefined): void {
  if (!isOfOrganization(caller)) return;
  if (gateway !== undefined) throw refusal("gateway");
}

function refusal(field: string): FairwayError {
  const detail = `${field} is for an administrator of all organizations to say`;
  return new FairwayError("forbidden", detail, { fields: [{ field, detail }] });
}
