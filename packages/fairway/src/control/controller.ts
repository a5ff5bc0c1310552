import { OvsdbClient } from "@fairway/ovsdb";
import type { Addresses } from "../center/addresses/addresses.ts";
import type { HostWatch } from "../center/hosts/host-watch.ts";
import type { Progress } from "../center/progress.ts";
import type { AwaitedStage, EndpointProgress } from "../center/schemas/endpoint.ts";
import type { PacketTracer } from "../center/traces/packet-tracer.ts";
import type { Unit } from "../compile/northbound/desired.ts";
import { FairwayError } from "../errors.ts";
import type { Store } from "../intent/store.ts";
import type { Term } from "../intent/term.ts";
import { type Logger, sentences } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { orAbort } from "../runtime/or-abort.ts";
import { BindingOffences } from "./binding-offences.ts";
import { BindingWatch } from "./binding-watch.ts";
import { Convergence } from "./convergence.ts";
import { Election } from "./election.ts";
import { GatewayHolders } from "./gateway-holders.ts";
import { keepHouse } from "./housekeeping.ts";
import { Northbound } from "./northbound.ts";
import { PortPlaces } from "./port-places.ts";
import { Southbound } from "./southbound.ts";
import { PacketTrace, type TraceFlow } from "./trace/packet-trace.ts";

/** How often everything is compiled again although nothing seems to have changed, ms. */
const FULL_COMPILE_MS = 300_000;
/** How long hosts have to claim what the intent has lost, before it is taken out of Northbound, ms. */
const defaultClaimsMs = 30_000;
/** How long a question for an endpoint's progress may wait, ms. */
const PROGRESS_MS = 10_000;

export interface ControllerOptions {
  readonly store: Store;
  readonly hostWatch: Pick<HostWatch, "begin" | "look">;
  readonly addresses: Pick<Addresses, "rest">;
  /** The client that the store uses: the leader's lock belongs to its connection. */
  readonly intentClient: OvsdbClient;
  /** OVSDB remotes of OVN Northbound, e.g. `unix:/run/ovn/ovnnb_db.sock`. */
  readonly northboundRemotes: readonly string[];
  /** And of OVN Southbound, which is read, and in which ports are kept with their chassis. */
  readonly southboundRemotes: readonly string[];
  readonly centerName: string;
  /** What a new cluster starts with. */
  readonly settings: Parameters<Store["lead"]>[1];
  readonly logger: Logger;
  /** 30 s by default. */
  readonly claimsMs?: number | undefined;
  readonly traceFlow: TraceFlow;
  /** See `BindingWatchParts`. */
  readonly releaseMs?: number | undefined;
}

/** The leader's work: election, Northbound, what has expired. */
export class Controller implements Progress, AsyncDisposable {
  readonly #options: ControllerOptions;
  readonly #clients: readonly OvsdbClient[];
  readonly #northbound: Northbound;
  readonly #southbound: Southbound;
  readonly #convergence: Convergence;
  readonly #election: Election;
  readonly #offences: BindingOffences;
  readonly #bindingWatch: BindingWatch;
  readonly #portPlaces: PortPlaces;
  readonly #gatewayHolders: GatewayHolders;
  /** What OVN does with packets. */
  readonly tracer: PacketTracer;

  constructor(options: ControllerOptions) {
    const { store, logger } = options;
    this.#options = options;
    const [northbound, southbound] = [
      new OvsdbClient({
        remotes: [...options.northboundRemotes],
        logger: sentences(logger, "OVN_Northbound"),
      }),
      new OvsdbClient({
        remotes: [...options.southboundRemotes],
        logger: sentences(logger, "OVN_Southbound"),
      }),
    ];
    this.#clients = [northbound, southbound];
    this.#northbound = new Northbound(northbound);
    this.#southbound = new Southbound(southbound);
    this.#convergence = new Convergence(store, this.#northbound, logger);
    this.#offences = new BindingOffences(store, logger, Date.now);
    this.#bindingWatch = new BindingWatch({
      northbound: this.#northbound,
      southbound: this.#southbound,
      southboundClient: southbound,
      onForeign: (port, fault) => this.#offences.note(port, fault),
      releaseMs: options.releaseMs,
      logger,
    });
    this.tracer = new PacketTrace({ ...options, northbound: this.#northbound });
    this.#portPlaces = new PortPlaces({ store, southbound: this.#southbound, logger });
    this.#gatewayHolders = new GatewayHolders({ store, southbound: this.#southbound, logger });
    this.#election = new Election(options.intentClient, (term) => this.#lead(term), logger);
  }

  get pending(): number {
    return this.#convergence.pending;
  }

  /** See `Northbound.ovnVersion`. */
  get ovnVersion(): string | null {
    return this.#northbound.ovnVersion;
  }

  get foreignBindings(): Progress["foreignBindings"] {
    return this.#offences.list();
  }

  get northbound(): Progress["northbound"] {
    if (!this.#northbound.replica.isSynced) return "disconnected";
    const leads = this.#options.store.epoch !== undefined;
    return leads && !this.#northbound.isLed ? "unwritable" : "connected";
  }

  isUp(uuid: string): boolean {
    return this.#southbound.isUp(uuid);
  }

  async endpoint(
    uuid: string,
    until: AwaitedStage | undefined,
    signal: AbortSignal,
  ): Promise<EndpointProgress> {
    const progress = this.#progressOf(uuid);
    if (until === undefined || progress.stage === until || !this.#southbound.replica.isSynced)
      return progress;
    await this.#southbound.up(uuid, AbortSignal.any([signal, AbortSignal.timeout(PROGRESS_MS)]));
    return this.#progressOf(uuid);
  }

  async inForce(units: readonly Unit[], signal: AbortSignal): Promise<number> {
    await orAbort(this.#convergence.applied(units), signal);
    return this.#northbound.nextSequence();
  }

  isReached(sequence: number): boolean {
    return sequence <= this.#northbound.sequence;
  }

  #progressOf(uuid: string): EndpointProgress {
    if (this.#options.store.view.get("Endpoint", uuid) === undefined)
      throw new FairwayError("not_found", `endpoint ${uuid} is not in the intent`);
    if (this.#southbound.isUp(uuid)) return { stage: "up", detail: "its host has told OVN that it is there" };
    const hasPort = this.#northbound.replica.table("Logical_Switch_Port").get(uuid) !== undefined;
    if (hasPort) return { stage: "northbound", detail: "its logical switch port is in OVN Northbound" };
    if (this.northbound === "disconnected")
      return { stage: "intent", detail: "OVN Northbound does not answer" };
    const reason = this.#convergence.reasonOf(`endpoint/${uuid}`);
    return { stage: "intent", detail: reason ?? "its logical switch port is about to be written" };
  }

  /** Closes the connections first: nothing waits for a database that does not answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#election[Symbol.asyncDispose]();
    await this.#convergence[Symbol.asyncDispose]();
    await this.#bindingWatch[Symbol.asyncDispose]();
    await this.#portPlaces[Symbol.asyncDispose]();
    await this.#gatewayHolders[Symbol.asyncDispose]();
    for (const client of this.#clients) await client.close();
    await this.#northbound[Symbol.asyncDispose]();
    await this.#southbound[Symbol.asyncDispose]();
  }

  /** A term: what is committed to the intent from its beginning reaches Northbound as soon as that can be written. */
  async #lead(term: Term): Promise<void> {
    const { store, hostWatch, centerName, settings, logger } = this.#options;
    const epoch = await store.lead(centerName, settings, { term });
    logger.info({ epoch }, "leading");
    this.#portPlaces.soon();
    this.#gatewayHolders.soon();
    const claimsUntilMs = performance.now() + (this.#options.claimsMs ?? defaultClaimsMs);
    const work = async () => {
      const leftMs = claimsUntilMs - performance.now();
      if (leftMs > 0) compile.after(leftMs);
      await this.#fullCompile(term, leftMs <= 0);
    };
    await using compile = new Loop({
      name: "compile everything",
      periodMs: FULL_COMPILE_MS,
      work,
      logger,
    });
    compile.soon();
    await using _housekeeping = keepHouse({ store, hostWatch, logger });
    logger.warn({ reason: (await term.ended).message }, "no longer leading");
  }

  async #fullCompile(term: Term, collects: boolean): Promise<void> {
    const started = performance.now();
    if (!this.#northbound.isLedIn(term)) await this.#takeNorthbound(term);
    await this.#convergence.full(term.signal, collects);
    this.#options.logger.info({ durationMs: performance.now() - started }, "compiled everything");
  }

  /** Where the intent was restored from a backup, Northbound has seen a higher epoch: then the term raises its own above that. */
  async #takeNorthbound(term: Term): Promise<void> {
    const { store, centerName, settings } = this.#options;
    const above = await this.#northbound.lastEpoch(term.signal);
    const mustRaise = store.epoch === undefined || above >= store.epoch;
    const epoch = mustRaise ? await store.lead(centerName, settings, { term, above }) : store.epoch;
    await this.#northbound.lead(epoch, term);
    this.#bindingWatch.soon();
    this.#restForgotten();
  }

  /** Northbound may remember endpoints that the intent has lost: until their hosts have claimed them nobody gets their addresses. */
  #restForgotten(): void {
    const { store, addresses, logger } = this.#options;
    for (const { uuid, network, ips } of this.#northbound.endpoints()) {
      if (store.view.get("Endpoint", uuid) !== undefined) continue;
      addresses.rest(network, ips);
      logger.warn(
        { endpoint: uuid, ips },
        "OVN Northbound has an endpoint that the intent does not know; its host may claim it",
      );
    }
  }
}
