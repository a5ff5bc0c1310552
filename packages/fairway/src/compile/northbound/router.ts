import { knowsGroups } from "../../intent/multicast.ts";
import type { View } from "../../intent/view.ts";
import type { DesiredRow } from "./desired.ts";
import type { UnitKind } from "./unit-kind.ts";
import { compileZoneAddresses } from "./zone-policy.ts";

/**
 * A virtual router. Its ports and routes are of the units of the networks that are attached to it. What is sent to a group goes on to the members on
 * networks whose switches know theirs (ovn-nb(5), Logical_Router `mcast_relay`). With it come the addresses of its zones, which rules of their networks name.
 */
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
      columns: {
        name: uuid,
        options: knowsGroups(router) ? { mcast_relay: "true" } : {},
        external_ids: { "fairway-name": router.name },
      },
    },
    ...compileZoneAddresses(view, router),
  ];
}
