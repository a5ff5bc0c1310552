import type { CreateEndpointRequest } from "@fairway/docker-plugin";
import { type LeasedEndpoint, leasedEndpoint } from "../agent/leases/leased-endpoints.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { bareAddress } from "../ip.ts";
import type { Call } from "./call.ts";
import type { Edge } from "./edge.ts";

/** The MAC address under which an endpoint's address was leased before there was an endpoint; undefined where it was not. */
export function leasedMac(
  { agent }: Edge,
  { NetworkID, Interface: { Address } }: CreateEndpointRequest,
): string | undefined {
  return Address === "" ? undefined : agent.leases.findOfEngine(NetworkID, bareAddress(Address))?.mac;
}

/**
 * Makes sure that an endpoint's address is leased to its MAC address, where a LAN's DHCP server gives the addresses.
 * @throws `conflict` where that server gives it another one, `unavailable` where none answers.
 */
export async function bindLease({ agent }: Edge, endpoint: DockerEndpoint, call: Call): Promise<void> {
  const leased = leasedEndpoint(endpoint);
  if (leased === undefined) return;
  try {
    await agent.leases.bind(leased, call.signal);
  } catch (error) {
    if (!(error instanceof FairwayError) || error.code !== "conflict") throw error;
    const { ip, mac } = leased;
    throw new FairwayError(
      "conflict",
      `address ${ip} is not to be had for MAC address ${mac}: ${messageOf(error)}; say that one by --ip`,
    );
  }
}

/** The lease of an endpoint, by what this host knows itself; undefined where it has none, or is not known. */
export function leaseToEnd({ agent, live }: Edge, endpointId: string): LeasedEndpoint | undefined {
  const remembered = live.get(endpointId)?.endpoint;
  if (remembered !== undefined) return leasedEndpoint(remembered);
  for (const item of agent.state.items.values())
    if (item.kind === "endpoint" && item.engine?.endpointId === endpointId) return leasedEndpoint(item);
  return undefined;
}
