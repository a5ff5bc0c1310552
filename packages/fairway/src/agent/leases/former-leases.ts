import type { Lease } from "./lease.ts";

/** How long the next container may be who the last one was, ms: to Docker a restart is one container's end and another's beginning. */
const rememberMs = 600_000;
const mostRemembered = 256;

/** Who had an address a moment ago: a MAC address, by which a DHCP server gives that address again. */
export type FormerLease = Pick<Lease, "network" | "mac" | "ip">;

/** Leases that have been given back, oldest first. */
export class FormerLeases {
  #leases: readonly (FormerLease & { readonly untilMs: number })[] = [];

  add({ network, mac, ip }: FormerLease): void {
    const untilMs = performance.now() + rememberMs;
    this.#leases = [...this.#leases, { network, mac, ip, untilMs }].slice(-mostRemembered);
  }

  /** The oldest of a network, which nobody else gets after that; undefined where there is none. */
  take(network: string): FormerLease | undefined {
    const now = performance.now();
    const former = this.#leases.find((each) => each.network === network && each.untilMs > now);
    this.#leases = this.#leases.filter((each) => each !== former && each.untilMs > now);
    return former;
  }
}
