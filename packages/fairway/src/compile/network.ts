import { derive, routerMac } from "../identity.ts";
import { gatewaySubnets } from "../intent/egress.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { parseCidr } from "../ip.ts";
import { type DesiredRow, tag, type Unit } from "./desired.ts";
import { compileEgress } from "./egress.ts";
import { gatewayPrefix } from "./gateway-network.ts";
import { compileGuards } from "./guards.ts";

/**
 * A network's logical switch; where it has gateways, also the router that answers as them. Internal networks have no
 * router: nothing leads out of them.
 */
export function compileNetwork(view: View, uuid: string): readonly DesiredRow[] {
  const network = view.get("Network", uuid);
  if (network === undefined) return [];
  const unit: Unit = `network/${uuid}`;
  const logicalSwitch: DesiredRow = {
    table: "Logical_Switch",
    uuid,
    parent: null,
    cells: { name: uuid, external_ids: tag(unit, null, { "fairway-name": network.name }) },
  };
  const gateways = network.internal ? [] : gatewaysOf(view, uuid);
  const guards = compileGuards(view, network, unit);
  if (gateways.length === 0) return [logicalSwitch, ...guards];
  const router = derive("router", uuid);
  return [
    logicalSwitch,
    ...guards,
    ...routerOf(network, router, unit, gateways),
    ...compileEgress(view, network, router, unit),
  ];
}

/** A router with one port on the switch (ovn-nb(5), Logical_Switch_Port `type=router`). */
function routerOf(
  network: IntentRow<"Network">,
  router: string,
  unit: Unit,
  gateways: readonly string[],
): readonly DesiredRow[] {
  const uuid = network._uuid;
  const routerPort = derive("router-port", uuid);
  const switchPort = derive("router-switch-port", uuid);
  return [
    {
      table: "Logical_Router",
      uuid: router,
      parent: null,
      cells: { name: router, external_ids: tag(unit, null, { "fairway-name": network.name }) },
    },
    {
      table: "Logical_Router_Port",
      uuid: routerPort,
      parent: router,
      cells: {
        name: routerPort,
        mac: routerMac(uuid),
        networks: gateways,
        external_ids: tag(unit, router),
      },
    },
    {
      table: "Logical_Switch_Port",
      uuid: switchPort,
      parent: uuid,
      cells: {
        name: switchPort,
        type: "router",
        addresses: ["router"],
        options: { "router-port": routerPort },
        external_ids: tag(unit, uuid),
      },
    },
  ];
}

/** The gateways of a network's subnets with their prefix lengths, as Logical_Router_Port `networks` wants them. */
function gatewaysOf(view: View, network: string): readonly string[] {
  return gatewaySubnets(view, network).map(
    ({ gateway, cidr }) => `${gateway}/${gatewayPrefix(parseCidr(cidr))}`,
  );
}
