import { createHash } from "node:crypto";
import { type Family, familyOf } from "../../ip.ts";
import { nameService } from "./name-service.ts";

export type Protocol = "tcp" | "udp" | "sctp";

/** Where a published port leads to in a container. */
interface Target {
  readonly address: string;
  readonly port: number;
}

/** A port of the host that leads to a container: Docker's `-p`. */
export interface Publication {
  /** What the key of its item in the host's state names: see `publicationKey`. */
  readonly id: string;
  readonly network: string;
  readonly protocol: Protocol;
  /** The one address of the host on which it is published, or `0.0.0.0` or `::` for all of a family; null for all. */
  readonly hostAddress: string | null;
  readonly hostPort: number;
  /** At most one of each family. */
  readonly targets: readonly Target[];
  /** Subnets of the clients that may reach it; none: nobody but the host itself. Absent: anybody may. */
  readonly from?: readonly string[] | undefined;
  /** Sockets of ours that lead datagrams on, of the families in which the container has no address. */
  readonly relays: readonly Target[];
}

/**
 * Addresses of this host where sockets of ours lead on what the kernel cannot translate into the container's family. A packet is led there by
 * the kernel, so that the answer leaves by the address that was asked, whichever of the host's that was.
 */
export const relayAddresses = {
  4: nameService.address,
  6: "fd66:6169:7277:6179::53",
} as const satisfies Record<Family, string>;

const everywhere = { 4: "0.0.0.0", 6: "::" } as const satisfies Record<Family, string>;

/**
 * To what of the host a packet for a published port goes, in one family: `any` of its addresses, or one. A port that is published on
 * an IPv6 address alone has an IPv4 loopback address of its own too: by it our socket leads on what the kernel cannot.
 */
export function placeOf(hostAddress: string | null, family: Family): string {
  if (hostAddress === null || hostAddress === everywhere[family]) return "any";
  return familyOf(hostAddress) === family ? hostAddress : backDoor(hostAddress);
}

function backDoor(hostAddress: string): string {
  const [one = 0, other = 0, last = 0] = createHash("sha256").update(hostAddress).digest();
  return `127.${64 + (one % 128)}.${other}.${1 + (last % 254)}`;
}
