import { derive } from "../../identity.ts";
import { routerOf } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type DesiredRow, inRouter, type Reference, type Unit } from "./desired.ts";

/** The router that a network's ports and routes are on. */
export interface NetworkRouter {
  /** Of the virtual router that the network is attached to; undefined: the router is the network's own. */
  readonly shared: IntentRow<"Router"> | undefined;
  readonly uuid: string;
  /** From where its ports and routes are referred to. */
  readonly place: (column: "ports" | "static_routes" | "nat" | "policies") => Reference;
  /** The UUID of a row of it: on another router it is another row, so that none has to move. */
  readonly rowOf: (purpose: string, ...of: readonly string[]) => string;
  /**
   * What keeps the ways out of networks on one router apart: it looks up a packet's route in the table of the port by which the packet came, beside the
   * subnets on its links (ovn-nb(5), `route_table`). Empty: there is one way out alone.
   */
  readonly routeTable: string;
}

type RouteColumns = Extract<DesiredRow, { readonly table: "Logical_Router_Static_Route" }>["columns"];

/** A network's router, its own or the one that it is attached to. */
export function networkRouter(view: View, network: IntentRow<"Network">): NetworkRouter {
  const own = network._uuid;
  const shared = routerOf(view, network);
  const uuid = shared?._uuid ?? derive("router", own);
  const unit: Unit = shared === undefined ? `network/${own}` : `router/${uuid}`;
  return {
    shared,
    uuid,
    place: (column) => inRouter(uuid, column, unit),
    rowOf: (purpose, ...of) => derive(purpose, own, ...of, ...(shared === undefined ? [] : [uuid])),
    routeTable: shared === undefined ? "" : own,
  };
}

/** The options of a port of the router. */
export function portOptions({ routeTable }: NetworkRouter): Record<string, string> {
  return routeTable === "" ? {} : { route_table: routeTable };
}

/** A route of the router for what comes from the network. @param name tells it apart from the network's other routes. */
export function routeRow(
  router: NetworkRouter,
  name: readonly [purpose: string, ...of: string[]],
  columns: RouteColumns,
): DesiredRow {
  return {
    table: "Logical_Router_Static_Route",
    uuid: router.rowOf(...name),
    references: [router.place("static_routes")],
    columns: { ...columns, route_table: router.routeTable },
  };
}
