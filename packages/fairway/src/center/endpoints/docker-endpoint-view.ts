import { isGatewayDisabled } from "../../intent/disabled-gateway.ts";
import { hasEgress, hasWireUplink } from "../../intent/egress.ts";
import { keyOf } from "../../intent/indexes.ts";
import { leaseWire } from "../../intent/leased-addresses.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { portSecurityOf } from "../../intent/port-security.ts";
import { publishFrom } from "../../intent/publish-from.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { referred } from "../lookup.ts";
import { readOptions } from "../option-text.ts";
import type { DockerEndpoint } from "../schemas/endpoint.ts";
import { containerRoutes } from "../subnets/container-routes.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { endpointSpec } from "./endpoint-spec.ts";
import { addressesOf } from "./endpoint-view.ts";

/** What the host needs to plug the endpoint and to answer the engine. */
export function dockerEndpointView(view: View, row: IntentRow<"Endpoint">): DockerEndpoint {
  const network = referred(view.get("Network", row.network));
  const held = addressesOf(view, row._uuid);
  const subnets = subnetsOf(view, network._uuid);
  const isDisabled = isGatewayDisabled(
    network.options,
    subnets.map(({ options }) => options),
  );
  const gatewayOf = (family: 4 | 6) =>
    network.internal || isDisabled
      ? undefined
      : held.find(({ subnet }) => cidrOf(subnet).family === family)?.subnet.gateway;
  const [gateway, gatewayV6] = [gatewayOf(4), gatewayOf(6)];
  const [lease] = held.flatMap(({ subnet }) => leaseWire(network, subnet) ?? []);
  const { interfaceName } = readOptions(endpointSpec, row.options);
  const reached = publishFrom(view, row);
  const isSaid = reached.from !== undefined || reached.ports.length > 0;
  return {
    endpoint: row._uuid,
    network: network._uuid,
    mac: row.mac,
    mtu: network.mtu,
    addresses: held.map(({ address }) => address),
    ...(gateway ? { gateway } : {}),
    ...(gatewayV6 ? { gatewayV6 } : {}),
    ...(interfaceName === undefined ? {} : { interfaceName }),
    engineGateway: isDisabled && !network.internal,
    routes: containerRoutes(view, network._uuid, subnets, held),
    hasUplink: hasEgress(view, network) || hasWireUplink(network),
    hasPeers: hasPeers(view, row),
    isGuarded: portSecurityOf(network) !== "off",
    ...(lease !== undefined && { lease }),
    ...(isSaid && { publishFrom: reached }),
  };
}

function hasPeers(view: View, { network, host }: IntentRow<"Endpoint">): boolean {
  const here = host === null ? 0 : view.count("Endpoint", "byNetworkHost", keyOf(network, host));
  return view.count("Endpoint", "byNetwork", network) > here;
}
