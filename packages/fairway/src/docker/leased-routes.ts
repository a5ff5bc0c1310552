import type { Lease } from "../agent/leases/lease.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import { canonicalCidr } from "../ip.ts";

const everywhere = "0.0.0.0/0";

/**
 * An endpoint with the ways out that its lease tells: the classless routes, or else the first router (RFC 3442). What the network itself says of a
 * destination comes first; one that has no default route gets none.
 */
export function withLeasedRoutes(endpoint: DockerEndpoint, lease: Lease): DockerEndpoint {
  const { gateway, routes } = endpoint;
  const said = new Set(routes.map(({ destination }) => canonicalCidr(destination)));
  const others = lease.routes.filter(
    ({ destination }) => destination !== everywhere && !said.has(destination),
  );
  const byRoutes = lease.routes.find(({ destination }) => destination === everywhere)?.nextHop;
  const router = lease.routes.length > 0 ? byRoutes : lease.routers[0];
  return {
    ...endpoint,
    ...(gateway !== undefined && router !== undefined && { gateway: router }),
    routes: [...routes, ...others],
  };
}
