import { createSocket, type Socket } from "node:dgram";
import type { Links } from "../ports/links.ts";
import { containerPorts } from "../ports/port-kind.ts";
import type { HostState } from "../state/host-state.ts";
import { keyOf } from "./lease.ts";
import { leasedEndpoints } from "./leased-endpoints.ts";
import type { Leases } from "./leases.ts";

/** Whom a container asks for the names of its LAN, and by what. */
export interface LanNameServers {
  /** As its lease names them. */
  readonly servers: readonly string[];
  /**
   * A socket in the container's own network, which the caller closes: the host itself may not be on that LAN.
   * @throws `not_found` where the container is gone.
   */
  readonly open: () => Promise<Socket>;
}

export interface LanNameServersParts {
  readonly state: Pick<HostState, "items">;
  readonly leases: Pick<Leases, "find">;
  readonly links: Pick<Links, "find" | "makeAtPeer">;
}

/** The name servers that a container's lease names (option 6, RFC 2132 §3.8); undefined where it has none. */
export function lanNameServers(
  { state, leases, links }: LanNameServersParts,
  asker: { readonly network: string; readonly address: string },
): LanNameServers | undefined {
  const { network, address: ip } = asker;
  const servers = leases.find(network, ip)?.nameServers ?? [];
  // Every question of every container comes here, and most have no lease.
  if (servers.length === 0) return undefined;
  const endpoint = leasedEndpoints(state.items.values()).get(keyOf({ network, ip }))?.endpoint;
  if (endpoint === undefined) return undefined;
  const { host } = containerPorts.linkNames(endpoint);
  return { servers, open: () => links.makeAtPeer(host, boundHere) };
}

/** Bound before this returns: only so it is the socket of the namespace that this thread is in. */
function boundHere(): Socket {
  const socket = createSocket({ type: "udp4", lookup: (host, _options, found) => found(null, host, 4) });
  return socket.bind({ address: "0.0.0.0", port: 0, exclusive: true });
}
