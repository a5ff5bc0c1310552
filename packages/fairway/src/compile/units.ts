import type { View } from "../intent/view.ts";
import type { DesiredRow, Unit } from "./desired.ts";
import { compileEndpoint } from "./endpoint.ts";
import { compileNetwork } from "./network.ts";
import { compileReach } from "./reach.ts";

/** All units of the intent, networks before what is on them. */
export function* allUnits(view: View): Iterable<Unit> {
  for (const { _uuid } of view.rows("Network")) {
    yield `network/${_uuid}`;
    yield `reach/${_uuid}`;
  }
  for (const { _uuid } of view.rows("Endpoint")) yield `endpoint/${_uuid}`;
}

/** The rows that a unit consists of; none where the intent has it no more. */
export function compileUnit(view: View, unit: Unit): readonly DesiredRow[] {
  const [kind, uuid = ""] = unit.split("/");
  if (kind === "network") return compileNetwork(view, uuid);
  return kind === "reach" ? compileReach(view, uuid) : compileEndpoint(view, uuid);
}
