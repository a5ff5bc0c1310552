import { everybody } from "../../host/dhcp/frame.ts";
import type { Grant } from "../../host/dhcp/grant.ts";

/** On which network, and on which wire, an address is leased. */
export interface LeasePlace {
  readonly network: string;
  readonly physicalNetwork: string;
  /** Of IEEE 802.1Q; null: without a tag. */
  readonly vlan: number | null;
}

/** A container's address by the word of the LAN's DHCP server. Times are of the machine's clock (`Date.now()`), for a lease outlives this process. */
export interface Lease extends LeasePlace, Omit<Grant, "seconds" | "renewalSeconds" | "rebindingSeconds"> {
  /** By which the server knows the container. */
  readonly mac: string;
  /** Whether nobody chose that MAC address: the next container may have it. */
  readonly isMadeUp: boolean;
  /** When it is asked for once more. */
  readonly renewMs: number;
  /** From when on any server is asked, and not only the one that gave it. */
  readonly rebindMs: number;
  /** null: never. */
  readonly endsMs: number | null;
  /** Why it has ended, although a container has the address still; absent while it holds. */
  readonly lost?: string;
}

/** What servers say to a question for an address that somebody has; undefined: nothing, `unasked`: this host had no way to ask. */
export type Answer = Grant | "refused" | "unasked" | undefined;

/** Before it is asked for again, ms: whoever gave no answer may be starting. */
const shortestPauseMs = 5_000;
/** While a lease is lost. */
const lostPauseMs = 30_000;
/** Timers cannot wait for longer than 2^31 ms. */
const longestPauseMs = 86_400_000;

/** By which a lease is known: nobody else has the address on that network. */
export function keyOf({ network, ip }: Pick<Lease, "network" | "ip">): string {
  return `${network}/${ip}`;
}

/** What a server's word makes of an address from now on. */
export function leaseOf(
  { network, physicalNetwork, vlan }: LeasePlace,
  { mac, isMadeUp }: Pick<Lease, "mac" | "isMadeUp">,
  { seconds, renewalSeconds, rebindingSeconds, ...grant }: Grant,
  nowMs: number,
): Lease {
  return {
    network,
    physicalNetwork,
    vlan,
    mac,
    isMadeUp,
    ...grant,
    renewMs: nowMs + renewalSeconds * 1_000,
    rebindMs: nowMs + rebindingSeconds * 1_000,
    endsMs: seconds === null ? null : nowMs + seconds * 1_000,
  };
}

/** The lease of an address of which no more is known than that a container has it. */
export function unknownLease(place: LeasePlace, mac: string, ip: string, nowMs: number): Lease {
  const grant = { ip, server: everybody, seconds: 0, renewalSeconds: 0, rebindingSeconds: 0 } as const;
  return leaseOf(
    place,
    { mac, isMadeUp: false },
    { ...grant, routers: [], nameServers: [], domain: null, routes: [] },
    nowMs,
  );
}

/** What becomes of a lease by the answer to its renewal. */
export function renewed(lease: Lease, answer: Answer, nowMs: number): Lease {
  const isOver = lease.endsMs !== null && nowMs >= lease.endsMs;
  if (answer === "unasked" && lease.lost === undefined && !isOver)
    return { ...lease, renewMs: nowMs + shortestPauseMs };
  if (answer === undefined || answer === "unasked")
    return lease.lost === undefined ? unanswered(lease, nowMs) : lost(lease, lease.lost, nowMs);
  if (answer === "refused" || answer.ip !== lease.ip)
    return lost(lease, "the LAN's DHCP server does not give it any more", nowMs);
  return leaseOf(lease, lease, answer, nowMs);
}

/** In how many ms something is to be done for a lease; 0: now. */
export function dueInMs({ renewMs, endsMs, lost: reason }: Lease, nowMs: number): number {
  const dueMs = reason === undefined && endsMs !== null ? Math.min(renewMs, endsMs) : renewMs;
  return Math.max(0, Math.min(dueMs - nowMs, longestPauseMs));
}

/** What is to be said of a lease; undefined: nothing. */
export function reasonOf({ ip, lost: reason, rebindMs, endsMs }: Lease, nowMs: number): string | undefined {
  if (reason !== undefined)
    return `the lease of ${ip} has ended: ${reason}; another machine may get the address. Restart the container`;
  if (nowMs < rebindMs || endsMs === null) return undefined;
  return `no DHCP server of the LAN renews the lease of ${ip}, which ends at ${new Date(endsMs).toISOString()}`;
}

/** It is tried again after half of what is left (RFC 2131 §4.4.5), or is lost. */
function unanswered(lease: Lease, nowMs: number): Lease {
  const { rebindMs, endsMs } = lease;
  if (endsMs !== null && nowMs >= endsMs) return lost(lease, "no DHCP server has renewed it", nowMs);
  const nextStageMs = nowMs < rebindMs ? rebindMs : (endsMs ?? nowMs + longestPauseMs);
  return { ...lease, renewMs: nowMs + Math.max(shortestPauseMs, (nextStageMs - nowMs) / 2) };
}

/** It is asked for anew, for the container has the address still. */
function lost(lease: Lease, why: string, nowMs: number): Lease {
  return { ...lease, lost: why, renewMs: nowMs + lostPauseMs };
}
