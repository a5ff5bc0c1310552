import type { Lease, LeasePlace } from "../../src/agent/leases/lease.ts";
import { leaseOf } from "../../src/agent/leases/lease.ts";
import type { RunningAgent } from "../../src/agent/start.ts";
import { FairwayError } from "../../src/errors.ts";
import type { Grant } from "../../src/host/dhcp/grant.ts";

type LeasesOfAgent = RunningAgent["leases"];

/** A lease that lasts an hour. */
function leaseWith(place: LeasePlace, mac: string, grant: Partial<Grant> & Pick<Grant, "ip">): Lease {
  const whole: Grant = {
    server: { ip: "10.50.0.1", mac: "02:00:00:00:00:01" },
    seconds: 3_600,
    renewalSeconds: 1_800,
    rebindingSeconds: 3_150,
    routers: [],
    nameServers: [],
    domain: null,
    routes: [],
    ...grant,
  };
  return leaseOf(place, { mac, isMadeUp: false }, whole, 0);
}

/** Leases of a LAN's DHCP server that is a list: what it gives next, and what became of what it gave. */
export class StubLeases implements LeasesOfAgent {
  /** What the server gives, one after the other; when none is left it is silent. */
  readonly gives: (Partial<Grant> & Pick<Grant, "ip">)[] = [];
  readonly held: Lease[] = [];
  readonly released: string[] = [];
  readonly declined: string[] = [];
  /** The only MAC address that the server gives an asked address to; absent: any. */
  only: string | undefined;

  find(network: string, ip: string): Lease | undefined {
    return this.held.find((lease) => lease.network === network && lease.ip === ip);
  }

  findOfEngine(_engineId: string, ip: string): Lease | undefined {
    return this.held.find((lease) => lease.ip === ip);
  }

  async take({ place, ip, mac = "0a:00:00:00:00:07" }: Parameters<LeasesOfAgent["take"]>[0]): Promise<Lease> {
    if (ip !== undefined && this.only !== undefined && this.only !== mac)
      throw new FairwayError("conflict", "the DHCP server 10.50.0.1 gives 10.50.0.99 instead");
    const next = ip === undefined ? this.gives.shift() : { ip };
    if (next === undefined) throw new FairwayError("unavailable", "no DHCP server answers");
    const lease = leaseWith(place, mac, next);
    this.held.push(lease);
    return lease;
  }

  async bind({ place, ip, mac }: Parameters<LeasesOfAgent["bind"]>[0]): Promise<void> {
    const known = this.find(place.network, ip);
    if (known?.mac === mac) return;
    if (known !== undefined) await this.release(known.network, known.ip);
    await this.take({ place, ip, mac });
  }

  async release(network: string, ip: string): Promise<void> {
    const lease = this.find(network, ip);
    if (lease === undefined) return;
    this.held.splice(this.held.indexOf(lease), 1);
    this.released.push(ip);
  }

  async decline(lease: Lease): Promise<void> {
    this.held.splice(this.held.indexOf(lease), 1);
    this.declined.push(lease.ip);
  }
}
