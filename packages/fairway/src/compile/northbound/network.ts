import { derive, routerMac } from "../../identity.ts";
import { gatewaySubnets } from "../../intent/egress.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type DesiredRow, inRouter, inSwitch } from "./desired.ts";
import { routerAdvertisements } from "./dhcp.ts";
import { compileEgress } from "./egress.ts";
import { gatewayPrefix } from "./gateway-network.ts";
import { compileGuards } from "./guards.ts";
import { groupsOf } from "./multicast.ts";
import { tunnelKey, wirePort } from "./physical.ts";
import type { UnitKind } from "./unit-kind.ts";
import { compileWireUplink } from "./wire-uplink.ts";

/**
 * A network's logical switch; where it has gateways, also the router that answers as them. Internal networks have no
 * router: nothing leads out of them.
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
  if (wire !== undefined)
    return [logicalSwitch, wire, ...compileGuards(view, network), ...compileWireUplink(view, network)];
  const gateways = network.internal || network.mode === "flat" ? [] : gatewaysOf(view, uuid);
  const guards = compileGuards(view, network);
  if (gateways.length === 0) return [logicalSwitch, ...guards];
  const router = derive("router", uuid);
  return [
    logicalSwitch,
    ...guards,
    ...routerOf(network, router, gateways, routerAdvertisements(view, network, gateways)),
    ...compileEgress(view, network, router),
  ];
}

/** A router with one port on the switch (ovn-nb(5), Logical_Switch_Port `type=router`). */
function routerOf(
  network: IntentRow<"Network">,
  router: string,
  gateways: readonly string[],
  ipv6_ra_configs: Readonly<Record<string, string>>,
): readonly DesiredRow[] {
  const uuid = network._uuid;
  const routerPort = derive("router-port", uuid);
  const switchPort = derive("router-switch-port", uuid);
  return [
    {
      table: "Logical_Router",
      uuid: router,
      references: [],
      columns: { name: router, external_ids: { "fairway-name": network.name } },
    },
    {
      table: "Logical_Router_Port",
      uuid: routerPort,
      references: [inRouter(router, "ports")],
      columns: { name: routerPort, mac: routerMac(uuid), networks: gateways, ipv6_ra_configs },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      references: [inSwitch(uuid, "ports")],
      columns: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": routerPort },
      },
    },
  ];
}

/** The gateways of a network's subnets with their prefix lengths, as Logical_Router_Port `networks` wants them. */
function gatewaysOf(view: View, network: string): readonly string[] {
  return gatewaySubnets(view, network).map((subnet) => `${subnet.gateway}/${gatewayPrefix(cidrOf(subnet))}`);
}
