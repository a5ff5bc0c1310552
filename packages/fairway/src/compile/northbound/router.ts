import type { View } from "../../intent/view.ts";
import type { DesiredRow } from "./desired.ts";
import type { UnitKind } from "./unit-kind.ts";

/** A virtual router. Its ports and routes are of the units of the networks that are attached to it. */
export const routerUnits = {
  name: "router",
  table: "Router",
  statusPart: "northbound",
  compile: compileRouter,
} as const satisfies UnitKind;

function compileRouter(view: View, uuid: string): readonly DesiredRow[] {
  const router = view.get("Router", uuid);
  if (router === undefined) return [];
  return [
    {
      table: "Logical_Router",
      uuid,
      references: [],
      columns: { name: uuid, external_ids: { "fairway-name": router.name } },
    },
  ];
}
