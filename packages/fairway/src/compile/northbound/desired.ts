import type { RowInput } from "@fairway/ovsdb";
import type { Tables } from "./generated/northbound.ts";

/** Tables of OVN Northbound that Fairway writes (ovn-nb(5)). */
export type NorthboundTable = Exclude<keyof Tables, "NB_Global">;

/**
 * What is compiled and applied as one: its kind and the UUID of the row of the intent that it is compiled for, e.g. `endpoint/UUID`. It
 * stands in `external_ids:fairway` of every row that it is made of, so that what is ours and not desired any more can be told.
 */
export type Unit = `${string}/${string}`;

/** The columns that hold sets of text or UUIDs. */
type SetColumn<R> = { [C in keyof R]: R[C] extends readonly string[] ? C : never }[keyof R];

interface ReferenceFrom<T extends NorthboundTable> {
  readonly table: T;
  readonly column: SetColumn<Tables[T]>;
  readonly uuid: string;
  /** The unit that makes the row which refers; absent: it is of the same unit. */
  readonly unit?: Unit;
}

/** A row of ours, and its column that refers to another one. */
export type Reference = { readonly [T in NorthboundTable]: ReferenceFrom<T> }[NorthboundTable];

interface DesiredIn<T extends NorthboundTable> {
  readonly table: T;
  readonly uuid: string;
  /** Columns that are not named are somebody else's. Our marks are added to `external_ids`. */
  readonly columns: RowInput<Tables[T]>;
  /** From where the row is referred to. One that is no root row lives only as long as something refers to it (RFC 7047 §3.2, isRoot). */
  readonly references: readonly Reference[];
}

/** A row that Northbound must have. */
export type DesiredRow = { readonly [T in NorthboundTable]: DesiredIn<T> }[NorthboundTable];

/** From a switch. @param unit makes the switch, where that is another unit. */
export function inSwitch(
  uuid: string,
  column: "ports" | "acls" | "load_balancer" | "qos_rules",
  unit?: Unit,
): Reference {
  return { table: "Logical_Switch", column, uuid, ...(unit !== undefined && { unit }) };
}

/** From a router. @param unit makes the router, where that is another unit. */
export function inRouter(
  uuid: string,
  column: "ports" | "static_routes" | "nat" | "policies",
  unit?: Unit,
): Reference {
  return { table: "Logical_Router", column, uuid, ...(unit !== undefined && { unit }) };
}
