import type { Lease, LeasePlace } from "../agent/leases/lease.ts";
import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Edge } from "./edge.ts";
import { hasAddress, takingOver } from "./take-over.ts";

/** Of addresses that somebody has although the server gives them, so many are declined. */
const mostDeclined = 3;

interface Place {
  readonly pool: string;
  readonly place: LeasePlace;
}

/**
 * An address, with its prefix length, that the LAN's DHCP server gives to a container whose MAC address nobody knows yet.
 * @throws `unavailable` where no server answers, `invalid` where it gives what is not in the pool's subnet, `conflict` where all that it gives is
 *   somebody's. Nothing is held then.
 */
export async function leasedAddress(edge: Edge, call: Call, { pool, place }: Place): Promise<string> {
  const { api, agent, hostName } = edge;
  for (let declined = 0; ; declined++) {
    const lease = await agent.leases.take({ place }, call.signal);
    try {
      const holder = await agent.holderOnWire(place, lease.ip, call.signal);
      if (holder !== undefined)
        throw new FairwayError("conflict", `address ${lease.ip} is in use on the wire by ${holder}`);
      const holds = (item: HostEndpointItem) => hasAddress(item, [lease.ip]);
      const { address } = await takingOver(edge, call, holds, () =>
        api.requestAddress({ host: hostName, pool }, { ip: lease.ip, leased: true }, call.options()),
      );
      return address;
    } catch (error) {
      await giveUp(edge, lease, error);
      if (isConflict(error) && declined + 1 < mostDeclined) continue;
      throw explained(lease, error);
    }
  }
}

/** Somebody else has it, or this host has no use for it. */
async function giveUp({ agent }: Edge, lease: Lease, error: unknown): Promise<void> {
  if (isConflict(error)) await agent.leases.decline(lease);
  else await agent.leases.release(lease.network, lease.ip);
}

function explained({ ip, server }: Lease, error: unknown): unknown {
  if (!(error instanceof FairwayError) || (error.code !== "invalid" && error.code !== "conflict"))
    return error;
  const mend =
    error.code === "invalid" ? ": create the network with the subnet that the LAN has (--subnet)" : "";
  return new FairwayError(
    error.code,
    `the LAN's DHCP server ${server.ip} gave ${ip}, which cannot be used: ${messageOf(error)}${mend}`,
  );
}

function isConflict(error: unknown): boolean {
  return error instanceof FairwayError && error.code === "conflict";
}
