import type { View } from "../../intent/view.ts";
import { apartUnits } from "./apart.ts";
import type { DesiredRow, Unit } from "./desired.ts";
import { dhcpUnits } from "./dhcp.ts";
import { endpointUnits } from "./endpoint.ts";
import { gatewayHostUnits } from "./gateway-host.ts";
import { hostAccessUnits } from "./host-access.ts";
import { networkUnits } from "./network.ts";
import { policyUnits } from "./policy.ts";
import { routeTargetLinkUnits } from "./route-target-link.ts";
import { routeTargetUnits } from "./route-targets.ts";
import { routerUnits } from "./router.ts";
import { routerGatewayUnits } from "./router-gateway.ts";
import { securityGroupUnits } from "./security-group.ts";
import type { UnitKind } from "./unit-kind.ts";
import { vipUnits } from "./vip.ts";

/** All kinds of units; those whose rows others refer from come first. */
export const unitKinds: readonly UnitKind[] = [
  routerUnits,
  networkUnits,
  routerGatewayUnits,
  routeTargetLinkUnits,
  routeTargetUnits,
  gatewayHostUnits,
  hostAccessUnits,
  dhcpUnits,
  apartUnits,
  securityGroupUnits,
  policyUnits,
  endpointUnits,
  vipUnits,
];

/** The kind of a unit; undefined of one that a later version has written to Northbound. */
export function kindOf(unit: Unit): UnitKind | undefined {
  return unitKinds.find(({ name }) => unit.startsWith(`${name}/`));
}

/** The row of the intent that a unit is compiled for. */
export function rowOf(unit: Unit): string {
  return unit.slice(unit.indexOf("/") + 1);
}

/** All units of the intent, in the order of their kinds. */
export function* allUnits(view: View): Iterable<Unit> {
  for (const { name, table } of unitKinds) for (const { _uuid } of view.rows(table)) yield `${name}/${_uuid}`;
}

/** Whether the intent has the row that a unit is compiled for. */
export function isKnown(view: View, unit: Unit): boolean {
  const table = kindOf(unit)?.table;
  return table !== undefined && view.get(table, rowOf(unit)) !== undefined;
}

/** The rows that a unit consists of; none where the intent has it no more. */
export function compileUnit(view: View, unit: Unit): readonly DesiredRow[] {
  return kindOf(unit)?.compile(view, rowOf(unit)) ?? [];
}

/** Units sorted so that rows are made before what they refer to: a mutation must find its row, which the same transaction may insert. */
export function inOrder(units: readonly Unit[]): readonly Unit[] {
  const rank = (unit: Unit) => unitKinds.findIndex(({ name }) => unit.startsWith(`${name}/`));
  return units.toSorted((one, other) => rank(one) - rank(other));
}
