import { OvsdbClient } from "@fairway/ovsdb";
import { FairwayError, messageOf } from "../errors.ts";
import type { Store } from "../intent/store.ts";
import { type Logger, sentences } from "../logger.ts";
import type { Progress } from "../service/center.ts";
import { expire } from "../service/expiry.ts";
import type { HostWatch } from "../service/host-watch.ts";
import type { AwaitedStage, EndpointProgress } from "../service/schemas/endpoint.ts";
import { Convergence } from "./convergence.ts";
import { Election } from "./election.ts";
import { Northbound } from "./northbound.ts";
import { Southbound } from "./southbound.ts";

/** How often everything is compiled again although nothing seems to have changed, ms. */
const FULL_COMPILE_MS = 300_000;
const EXPIRY_MS = 10_000;
const HOSTS_MS = 1_000;
/** Who looks so late was asleep, and heard nobody meanwhile. */
const ASLEEP_MS = 5_000;
/** How long a question for an endpoint's progress may wait, ms. */
const PROGRESS_MS = 10_000;

export interface ControllerOptions {
  readonly store: Store;
  readonly hostWatch: Pick<HostWatch, "begin" | "look">;
  /** The client that the store uses: the leader's lock belongs to its connection. */
  readonly intentClient: OvsdbClient;
  /** OVSDB remotes of OVN Northbound, e.g. `unix:/run/ovn/ovnnb_db.sock`. */
  readonly northboundRemotes: readonly string[];
  /** And of OVN Southbound, which is only read. */
  readonly southboundRemotes: readonly string[];
  readonly centralName: string;
  /** What a new cluster starts with. */
  readonly settings: Parameters<Store["lead"]>[1];
  readonly logger: Logger;
}

/** The leader's work: election, Northbound, what has expired. */
export class Controller implements Progress, AsyncDisposable {
  readonly #options: ControllerOptions;
  readonly #clients: readonly OvsdbClient[];
  readonly #northbound: Northbound;
  readonly #southbound: Southbound;
  readonly #convergence: Convergence;
  readonly #election: Election;
  readonly #timers: readonly NodeJS.Timeout[];
  /** When the hosts were looked at last. */
  #lookedMs = performance.now();

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
    this.#election = new Election(
      options.intentClient,
      { lead: () => this.#lead(), resign: () => this.#resign() },
      logger,
    );
    this.#timers = [
      setInterval(() => void this.#regularly("full compile", () => this.#fullCompile()), FULL_COMPILE_MS),
      setInterval(() => void this.#regularly("expiry", () => expire(store, Date.now())), EXPIRY_MS),
      setInterval(() => void this.#regularly("look at the hosts", () => this.#lookAtHosts()), HOSTS_MS),
    ];
  }

  get pending(): number {
    return this.#convergence.pending;
  }

  get northboundConnected(): boolean {
    return this.#northbound.replica.isSynced;
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

  #progressOf(uuid: string): EndpointProgress {
    if (this.#options.store.view.get("Endpoint", uuid) === undefined)
      throw new FairwayError("not_found", `endpoint ${uuid} is not in the intent`);
    if (this.#southbound.isUp(uuid)) return { stage: "up", detail: "its host has told OVN that it is there" };
    const hasPort = this.#northbound.replica.table("Logical_Switch_Port").get(uuid) !== undefined;
    if (hasPort) return { stage: "northbound", detail: "its logical switch port is in OVN Northbound" };
    if (!this.northboundConnected) return { stage: "intent", detail: "OVN Northbound does not answer" };
    return {
      stage: "intent",
      detail: this.#convergence.lastError ?? "its logical switch port is about to be written",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#election[Symbol.asyncDispose]();
    await this.#convergence[Symbol.asyncDispose]();
    await this.#northbound[Symbol.asyncDispose]();
    await this.#southbound[Symbol.asyncDispose]();
    for (const client of this.#clients) await client.close();
  }

  async #lead(): Promise<void> {
    const { store, centralName, settings, logger } = this.#options;
    const epoch = await store.lead(centralName, settings);
    logger.info({ epoch }, "leading");
    this.#options.hostWatch.begin();
    this.#lookedMs = performance.now();
    await this.#northbound.lead(epoch);
    await this.#fullCompile();
  }

  #resign(): void {
    if (this.#options.store.epoch !== undefined) this.#options.logger.warn({}, "no longer leading");
    this.#options.store.resign();
    this.#northbound.resign();
  }

  async #fullCompile(): Promise<void> {
    const started = performance.now();
    await this.#convergence.full();
    this.#options.logger.info({ durationMs: performance.now() - started }, "compiled everything");
  }

  async #lookAtHosts(): Promise<void> {
    const { hostWatch } = this.#options;
    const now = performance.now();
    if (now - this.#lookedMs > ASLEEP_MS) hostWatch.begin();
    this.#lookedMs = now;
    await hostWatch.look();
  }

  async #regularly(what: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#options.store.epoch === undefined) return;
    try {
      await work();
    } catch (error) {
      this.#options.logger.warn({ what, reason: messageOf(error) }, "regular work failed; it comes again");
    }
  }
}
