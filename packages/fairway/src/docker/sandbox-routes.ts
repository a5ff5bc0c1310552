import type { HostWay } from "../agent/start.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import { bareAddress, containsCidr, familyOf, formatCidr, parseCidr, singleAddress } from "../ip.ts";

type Routes = DockerEndpoint["routes"];

/**
 * The routes by which a container on a wire reaches its own host: to the host's uplink on the link, and by that to what the host calls itself
 * and to the name servers that it answers for. Without what the container has on the wire itself: its gateway, or a host that is in its
 * subnet; and without what its network says otherwise. A name server on the wire is asked there, unless the host itself asks it.
 */
export function routesToHost(
  { addresses, gateway, gatewayV6, routes }: DockerEndpoint,
  { uplink, host, servers, ownServers }: HostWay,
): Routes {
  const families = new Set(addresses.map(familyOf));
  const subnets = addresses.map(parseCidr);
  const isOnWire = (address: string) =>
    subnets.some((subnet) => containsCidr(subnet, singleAddress(address)));
  const theirs = new Set([gateway, gatewayV6, ...addresses.map(bareAddress)]);
  const asked = servers.filter((server) => !isOnWire(server) || ownServers.includes(server));
  const behind = new Set([...host.filter((address) => !isOnWire(address)), ...asked]);
  const said = new Set(routes.map(({ destination }) => formatCidr(parseCidr(destination))));
  return uplink.map(bareAddress).flatMap((nextHop) => {
    if (!families.has(familyOf(nextHop))) return [];
    const toHost = [...behind]
      .filter((address) => familyOf(address) === familyOf(nextHop) && !theirs.has(address))
      .map((address) => ({ destination: formatCidr(singleAddress(address)), nextHop }))
      .filter(({ destination }) => !said.has(destination));
    return [{ destination: formatCidr(singleAddress(nextHop)) }, ...toHost];
  });
}

/**
 * Which routes containers have got, by the engine's word for a container's network namespace. A kernel takes no second route to one
 * destination, and the container would not start: the first network that leads to a host is the one.
 */
export class SandboxRoutes {
  /** By sandbox: the endpoint that brought each destination. */
  readonly #given = new Map<string, Map<string, string>>();
  readonly #inKernel: (sandbox: string) => Promise<ReadonlySet<string>>;

  /** @param inKernel where the routes of a sandbox lead by now; none where it is not there yet. */
  constructor(inKernel: (sandbox: string) => Promise<ReadonlySet<string>>) {
    this.#inKernel = inKernel;
  }

  /** @returns those of the routes that the sandbox has not got yet by another endpoint. */
  async give(sandbox: string, endpoint: string, routes: Routes): Promise<Routes> {
    if (routes.length === 0) return [];
    this.release(endpoint);
    // An earlier process may have given some.
    const there = await this.#inKernel(sandbox);
    const given = this.#given.get(sandbox) ?? new Map<string, string>();
    this.#given.set(sandbox, given);
    const fresh = routes.filter(({ destination }) => !given.has(destination) && !there.has(destination));
    // What leads on by an address that is led to elsewhere leads nowhere.
    const links = new Set(fresh.map(({ destination }) => bareAddress(destination)));
    const whole = fresh.filter(({ nextHop }) => nextHop === undefined || links.has(nextHop));
    for (const { destination } of whole) given.set(destination, endpoint);
    return whole;
  }

  /** The endpoint has left its sandbox. */
  release(endpoint: string): void {
    for (const [sandbox, given] of this.#given) {
      for (const [destination, owner] of given) if (owner === endpoint) given.delete(destination);
      if (given.size === 0) this.#given.delete(sandbox);
    }
  }
}
