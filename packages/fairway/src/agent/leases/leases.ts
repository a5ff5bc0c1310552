import { randomUUID } from "node:crypto";
import { concerns } from "../../api/item-kind.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import {
  confirmLease,
  type DhcpClient,
  declineLease,
  obtainLease,
  releaseLease,
  renewLease,
} from "../../host/dhcp/client.ts";
import type { KeptFile } from "../../host/kept-file.ts";
import { deriveMac } from "../../identity.ts";
import type { Logger } from "../../logger.ts";
import { Loop } from "../../runtime/loop.ts";
import { within } from "../../runtime/within.ts";
import type { Links } from "../ports/links.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";
import { FirstSeen } from "./first-seen.ts";
import { FormerLeases } from "./former-leases.ts";
import { type KeptLeases, keptLeases } from "./kept-leases.ts";
import {
  type Answer,
  dueInMs,
  keyOf,
  type Lease,
  type LeasePlace,
  leaseOf,
  reasonOf,
  renewed,
  unknownLease,
} from "./lease.ts";
import { type LeasedEndpoint, leasedEndpoints } from "./leased-endpoints.ts";

/** How long an address is held that no endpoint has, ms: its engine's call is under way, or the center has forgotten the endpoint for the moment. */
const unusedMs = 150_000;
/** How long an endpoint may be without its lease, ms: the call that makes both is under way. */
const missingMs = 10_000;
/** A server that does not answer, or begins anew again and again, ms. */
const obtainBoundMs = 15_000;

/** What is asked for. */
export interface LeaseWish {
  readonly place: LeasePlace;
  /** No other address will do; absent: any. */
  readonly ip?: string | undefined;
  /** Of the container; absent: one is made up. */
  readonly mac?: string | undefined;
}

export interface LeasesParts {
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly links: Pick<Links, "find">;
  readonly troubles: Troubles;
  /** Absent: they are forgotten with this process. */
  readonly kept: KeptFile<KeptLeases> | undefined;
  readonly logger: Logger;
}

/**
 * The addresses that this host's containers have from the DHCP servers of their LANs: asked for, renewed, and given back. One that fails is
 * one that fails.
 */
export class Leases implements AsyncDisposable {
  readonly #parts: LeasesParts;
  readonly #leases = new Map<string, Lease>();
  readonly #former = new FormerLeases();
  readonly #unused = new FirstSeen(unusedMs);
  readonly #missing = new FirstSeen(missingMs);
  readonly #loop: Loop;
  readonly #ready: Promise<void>;

  constructor(parts: LeasesParts) {
    const { kept, logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: "renew leases", work: (signal) => this.#look(signal), logger });
    this.#ready = this.#read(kept);
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void {
    if (concerns(keys, "endpoint", "provider-bridge")) this.#loop.soon();
  }

  /** The lease of an address, if this host has one. */
  find(network: string, ip: string): Lease | undefined {
    return this.#leases.get(keyOf({ network, ip }));
  }

  /** The same by the engine's id of the network. The host may not know that yet: then an address that is leased once is the one. */
  findOfEngine(engineId: string, ip: string): Lease | undefined {
    for (const item of this.#parts.state.items.values())
      if (item.kind === "network" && item.engineId === engineId) return this.find(item.network, ip);
    const [lease, ...others] = [...this.#leases.values()].filter((each) => each.ip === ip);
    return others.length === 0 ? lease : undefined;
  }

  /**
   * Asks the LAN's DHCP server for an address.
   * @throws `not_found` where this host is not on the wire, `unavailable` where no server answers within 15 s, `conflict` where servers give
   *   another address than the only one that will do, and the signal's reason.
   */
  async take({ place, ip, mac }: LeaseWish, signal: AbortSignal): Promise<Lease> {
    await this.#ready;
    const way = await this.#way(place);
    const former = mac === undefined && ip === undefined ? this.#former.take(place.network) : undefined;
    const client = { ...way, mac: mac ?? former?.mac ?? deriveMac("lease", randomUUID()) };
    const wish = { ip: ip ?? former?.ip, only: ip !== undefined };
    const grant = await within(obtainBoundMs, "the LAN's DHCP server", (late) =>
      obtainLease(client, wish, AbortSignal.any([signal, this.#loop.signal, late])),
    );
    const lease = leaseOf(place, { mac: client.mac, isMadeUp: mac === undefined }, grant, Date.now());
    const { server, endsMs } = lease;
    this.#parts.logger.info(
      { ...place, address: lease.ip, mac: lease.mac, server: server.ip, endsMs },
      "leased",
    );
    this.#put(lease);
    return lease;
  }

  /**
   * Makes an address the lease of a container with this MAC address, if it is not yet: when the engine asked, nobody knew the container's.
   * @throws as `take`.
   */
  async bind(
    { place, ip, mac }: Pick<LeasedEndpoint, "place" | "ip" | "mac">,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#ready;
    const known = this.find(place.network, ip);
    if (known?.mac === mac) return;
    if (known !== undefined) await this.#giveBack(known);
    await this.take({ place, ip, mac }, signal);
  }

  /** Gives an address back to its server; succeeds where it is none of this host's leases. Never rejects. */
  async release(network: string, ip: string): Promise<void> {
    await this.#ready;
    const lease = this.find(network, ip);
    if (lease === undefined) return;
    await this.#giveBack(lease);
    if (lease.isMadeUp) this.#former.add(lease);
  }

  /** Somebody else has the address: its server is told, and the lease is none. Never rejects. */
  decline(lease: Lease): Promise<void> {
    return this.#end(lease, "declined", declineLease);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  async #read(kept: KeptFile<KeptLeases> | undefined): Promise<void> {
    for (const lease of (await kept?.read())?.leases ?? []) this.#leases.set(keyOf(lease), lease);
    this.#loop.soon();
  }

  /** What is lost is the server's already. */
  #giveBack(lease: Lease): Promise<void> {
    return this.#end(lease, "released", lease.lost === undefined ? releaseLease : undefined);
  }

  async #end(lease: Lease, what: string, say?: typeof releaseLease): Promise<void> {
    const { logger } = this.#parts;
    const { network, ip: address, mac } = lease;
    const key = keyOf(lease);
    this.#leases.delete(key);
    // The next lease of that address is another one.
    this.#unused.forget(key);
    this.#keep();
    try {
      await say?.({ ...(await this.#way(lease)), mac }, lease);
      logger.info({ network, address, mac }, `lease ${what}`);
    } catch (error) {
      logger.warn({ network, address, error: messageOf(error) }, "a lease is left to end by itself");
    }
  }

  /** One look at all leases: what is due is done for each at once. */
  async #look(signal: AbortSignal): Promise<void> {
    await this.#ready;
    const endpoints = leasedEndpoints(this.#parts.state.items.values());
    this.#missing.keep(endpoints);
    await Promise.all([
      ...Array.from(this.#leases, ([key, lease]) => this.#attend(lease, endpoints.has(key), signal)),
      ...Array.from(endpoints, ([key, endpoint]) => this.#recover(key, endpoint, signal)),
    ]);
    this.#tell(endpoints);
    for (const lease of this.#leases.values()) this.#loop.after(dueInMs(lease, Date.now()));
  }

  async #attend(lease: Lease, isUsed: boolean, signal: AbortSignal): Promise<void> {
    const key = keyOf(lease);
    if (isUsed || !this.#parts.state.isFresh) this.#unused.forget(key);
    else {
      const leftMs = this.#unused.see(key);
      if (leftMs === 0) return this.release(lease.network, lease.ip);
      this.#loop.after(leftMs);
    }
    if (dueInMs(lease, Date.now()) > 0) return;
    const whom = Date.now() < lease.rebindMs ? "server" : "any";
    const answer = await this.#asked(lease, (client) =>
      lease.lost === undefined
        ? renewLease(client, lease, whom, signal)
        : obtainLease(client, { ip: lease.ip, only: true }, signal),
    );
    // It may have been given back meanwhile.
    if (this.#leases.get(key) === lease) this.#put(renewed(lease, answer, Date.now()));
  }

  /** Finds the lease of an endpoint that this process does not know: the one before was killed while it wrote it down. */
  async #recover(key: string, { place, ip, mac }: LeasedEndpoint, signal: AbortSignal): Promise<void> {
    if (this.#leases.has(key)) return this.#missing.forget(key);
    const leftMs = this.#missing.see(key);
    if (leftMs > 0) return this.#loop.after(leftMs);
    const lease = unknownLease(place, mac, ip, Date.now());
    const answer = await this.#asked(lease, async (client) => {
      const confirmed = await confirmLease(client, ip, signal);
      return confirmed ?? obtainLease(client, { ip, only: true }, signal);
    });
    if (!this.#leases.has(key)) this.#put(renewed(lease, answer, Date.now()));
  }

  /** What could not be asked is in the log. */
  async #asked(lease: Lease, ask: (client: DhcpClient) => Promise<Answer>): Promise<Answer> {
    const { network, ip: address, mac } = lease;
    try {
      return await ask({ ...(await this.#way(lease)), mac });
    } catch (error) {
      this.#loop.signal.throwIfAborted();
      if (error instanceof FairwayError && error.code === "conflict") return "refused";
      this.#parts.logger.warn({ network, address, error: messageOf(error) }, "a lease was not renewed");
      return error instanceof FairwayError && error.code === "not_found" ? "unasked" : undefined;
    }
  }

  #tell(endpoints: ReadonlyMap<string, LeasedEndpoint>): void {
    const troubles = Array.from(endpoints).flatMap(([key, { endpoint }]) => {
      const lease = this.#leases.get(key);
      const reason = lease && reasonOf(lease, Date.now());
      return reason === undefined ? [] : [{ endpoint, reason }];
    });
    this.#parts.troubles.of("leases", troubles);
  }

  /** How servers are reached. */
  async #way({ physicalNetwork, vlan }: LeasePlace): Promise<Omit<DhcpClient, "mac">> {
    const { state, links } = this.#parts;
    const item = state.items.get(`provider-bridge/${physicalNetwork}`);
    if (item?.kind !== "provider-bridge")
      throw new FairwayError(
        "not_found",
        "this host has no interface on the physical network; give it one: fairway physical-port create",
      );
    const link = await links.find(item.interface);
    if (link !== undefined) return { link, vlan };
    throw new FairwayError("not_found", `this host has no interface ${item.interface}`);
  }

  #put(lease: Lease): void {
    this.#leases.set(keyOf(lease), lease);
    this.#keep();
    this.#loop.after(dueInMs(lease, Date.now()));
  }

  #keep(): void {
    this.#parts.kept?.keep(() => keptLeases(this.#leases.values()));
  }
}
