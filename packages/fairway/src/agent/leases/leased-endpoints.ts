import type { HostEndpointItem, HostItem } from "../../center/schemas/host-state.ts";
import { bareAddress } from "../../ip.ts";
import { keyOf, type LeasePlace } from "./lease.ts";

/** An endpoint of this host whose address the LAN's DHCP server gives. */
export interface LeasedEndpoint {
  readonly endpoint: string;
  readonly mac: string;
  readonly ip: string;
  readonly place: LeasePlace;
}

/** Those of a host's state, by their leases' keys. */
export function leasedEndpoints(items: Iterable<HostItem>): ReadonlyMap<string, LeasedEndpoint> {
  return new Map(
    Array.from(items).flatMap((item) => {
      const leased = item.kind === "endpoint" ? leasedEndpoint(item) : undefined;
      return leased === undefined ? [] : [[keyOf({ network: leased.place.network, ip: leased.ip }), leased]];
    }),
  );
}

/** An endpoint's leased address; undefined where it has none. */
export function leasedEndpoint({
  endpoint,
  network,
  mac,
  addresses,
  lease,
}: Pick<HostEndpointItem, "endpoint" | "network" | "mac" | "addresses" | "lease">):
  | LeasedEndpoint
  | undefined {
  // DHCP's servers give addresses of IPv4.
  const address = addresses.find((each) => !each.includes(":"));
  if (lease === undefined || address === undefined) return undefined;
  return { endpoint, mac, ip: bareAddress(address), place: { network, ...lease } };
}
