import type { IntentRow, View } from "../../intent/view.ts";
import type { DesiredRow } from "./desired.ts";
import { compileEgress } from "./egress.ts";
import { compileGuards } from "./guards.ts";
import { groupsOf } from "./multicast.ts";
import { networkRouter } from "./network-router.ts";
import { tunnelKey, wirePort } from "./physical.ts";
import { compileRouterPort, compileStaticRoutes, routerNetworks } from "./router-port.ts";
import type { UnitKind } from "./unit-kind.ts";
import { compileWireUplink } from "./wire-uplink.ts";
import { compileZonePolicy } from "./zone-policy.ts";

/**
 * A network's logical switch; where it has gateways, also the router that answers as them, or its port of the virtual router that it is
 * attached to. Internal networks have no router: nothing leads out of them.
 */
export const networkUnits = {
  name: "network",
  table: "Network",
  statusPart: "northbound",
  compile: compileNetwork,
} as const satisfies UnitKind;

function compileNetwork(view: View, uuid: string): readonly DesiredRow[] {
  const network = view.get("Network", uuid);
  if (network === undefined) return [];
  const logicalSwitch: DesiredRow = {
    table: "Logical_Switch",
    uuid,
    references: [],
    columns: {
      name: uuid,
      other_config: { ...tunnelKey(view, network), ...groupsOf(view, network) },
      external_ids: { "fairway-name": network.name },
    },
  };
  const wire = wirePort(view, network);
  const filters = [...compileGuards(view, network), ...compileZonePolicy(view, network)];
  const link = wire === undefined ? [] : [wire, ...compileWireUplink(view, network)];
  return [logicalSwitch, ...link, ...filters, ...routedRows(view, network)];
}

/** What leads out of a network: the ports and routes of its router, and that itself where it is the network's own. */
function routedRows(view: View, network: IntentRow<"Network">): readonly DesiredRow[] {
  const networks = routerNetworks(view, network);
  if (networks.length === 0) return [];
  const router = networkRouter(view, network);
  const own: DesiredRow = {
    table: "Logical_Router",
    uuid: router.uuid,
    references: [],
    columns: { name: router.uuid, external_ids: { "fairway-name": network.name } },
  };
  return [
    ...(router.shared === undefined ? [own] : []),
    ...compileRouterPort(view, network, router, networks),
    ...compileEgress(view, network, router),
    ...compileStaticRoutes(view, router),
  ];
}
