import { type JoinAnswer, type NetworkDriver, ROUTE_TYPE, type StaticRoute } from "@fairway/docker-plugin";
import { leasedEndpoint } from "../agent/leases/leased-endpoints.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import { FairwayError } from "../errors.ts";
import { serve } from "./call.ts";
import type { Edge } from "./edge.ts";
import { fieldsOf, keyOf, knownEndpoint, portOf } from "./endpoint.ts";
import { withLeasedRoutes } from "./leased-routes.ts";
import { routesToHost } from "./sandbox-routes.ts";

/** Docker numbers the container's interfaces: eth0, eth1, … */
const interfacePrefix = "eth";

/** An endpoint enters and leaves a container. Docker moves the interface itself, after Join and after Leave. */
export function joinLeaveCalls(edge: Edge): Pick<NetworkDriver, "join" | "leave"> {
  const { agent, hostName, live, failpoints, sandboxRoutes } = edge;
  return {
    join: (request, context) =>
      serve(
        edge,
        context,
        { method: "Join", request: live.get(request.EndpointID)?.request, fields: fieldsOf(request) },
        async (call) => {
          const asked = await knownEndpoint(edge, keyOf(hostName, request), call);
          if (asked === undefined)
            throw new FairwayError(
              "not_found",
              `Endpoint ${request.EndpointID} was never created or is gone`,
            );
          const leased = leasedEndpoint(asked);
          const lease = leased && agent.leases.find(leased.place.network, leased.ip);
          const known = lease === undefined ? asked : withLeasedRoutes(asked, lease);
          const [port] = await Promise.all([
            agent.plug(portOf(known, call.request), call.signal),
            known.hasUplink ? agent.uplinkReady(known.network, call.signal) : undefined,
          ]);
          const way = known.hasUplink ? await agent.wayToHost(known.network) : undefined;
          const toHost = way === undefined ? [] : routesToHost(known, way);
          const routes = await sandboxRoutes.give(request.SandboxKey, request.EndpointID, toHost);
          await failpoints?.reached("answer", call.signal);
          call.logger.info({ endpoint: known.endpoint, ...port }, "endpoint joined");
          return joinAnswer({ ...known, routes: [...known.routes, ...routes] }, port.interfaceName);
        },
      ),

    /** The interface is in the container still; DeleteEndpoint, which follows, removes it. */
    leave: async ({ EndpointID }) => sandboxRoutes.release(EndpointID),
  };
}

function joinAnswer(
  { gateway, gatewayV6, routes, engineGateway, interfaceName }: DockerEndpoint,
  link: string,
): JoinAnswer {
  return {
    InterfaceName: {
      SrcName: link,
      ...(interfaceName !== undefined && { DstName: interfaceName }),
      DstPrefix: interfacePrefix,
    },
    ...(gateway !== undefined && { Gateway: gateway }),
    ...(gatewayV6 !== undefined && { GatewayIPv6: gatewayV6 }),
    StaticRoutes: routes.map(
      ({ destination, nextHop }): StaticRoute =>
        nextHop === undefined
          ? { Destination: destination, RouteType: ROUTE_TYPE.connected }
          : { Destination: destination, RouteType: ROUTE_TYPE.nextHop, NextHop: nextHop },
    ),
    // Docker looks at the IPv4 gateway alone before it adds a second interface on its own bridge.
    DisableGatewayService: gateway === undefined && !engineGateway,
  };
}
