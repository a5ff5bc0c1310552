import type { CreateEndpointRequest } from "@fairway/docker-plugin";
import { leasedEndpoint } from "../agent/leases/leased-endpoints.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import type { HostEndpointItem, HostItem } from "../center/schemas/host-state.ts";
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

/**
 * An endpoint goes: the lease of its address ends when the engine releases that. Until the center has released it, too, the address is not to be
 * anybody else's.
 */
export function noteLeaseToEnd({ agent, live, leasesToEnd }: Edge, endpointId: string): void {
  const known = live.get(endpointId)?.endpoint ?? endpointItem(agent.state.items.values(), endpointId);
  const leased = known && leasedEndpoint(known);
  if (leased !== undefined) leasesToEnd.set(leased.ip, leased.place.network);
}

/** What this host knows itself of an endpoint, by the engine's id. */
export function endpointItem(items: Iterable<HostItem>, endpointId: string): HostEndpointItem | undefined {
  for (const item of items)
    if (item.kind === "endpoint" && item.engine?.endpointId === endpointId) return item;
  return undefined;
}

/** Ends the lease of an address of a pool, where it is one. */
export async function endLease(
  { agent, leasedPools, leasesToEnd }: Edge,
  pool: string,
  ip: string,
): Promise<void> {
  // A pool of an earlier process is known by the endpoint alone.
  const network = leasedPools.get(pool) ?? leasesToEnd.get(ip);
  leasesToEnd.delete(ip);
  if (network !== undefined) await agent.leases.release(network, ip);
}
