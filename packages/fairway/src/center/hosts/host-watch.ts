import type { Store } from "../../intent/store.ts";
import type { IntentRow } from "../../intent/view.ts";
import type { Logger } from "../../logger.ts";
import { Isolated } from "../../runtime/isolated.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { isLost, loseEndpoints, reviveEndpoint } from "../endpoints/lost-endpoints.ts";
import type { Liveness } from "./liveness.ts";

type Host = IntentRow<"Host">;

export interface HostWatchParts {
  readonly store: Store;
  readonly addresses: Addresses;
  readonly liveness: Liveness;
  /** How long a host may be down before what its endpoints hold is given back, ms. */
  readonly graceMs: number;
  /** The time in ms, for people. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly uptime: () => number;
  readonly logger: Logger;
}

/**
 * The leader's eye on the hosts: writes down which are down, gives back what those hold that are down for too long, and hands it
 * to them again when they return. It counts from when it missed a host itself: what another leader saw is not taken over.
 */
export class HostWatch {
  readonly #parts: HostWatchParts;
  /** By name: since when a host is missing. */
  readonly #missingSince = new Map<string, number>();
  /** Missing for longer than the grace time. They say nothing of whether others are alive. */
  readonly #givenUp = new Set<string>();
  #hesitates = false;

  /** Each is tried again at a look after its pause; the looks come by themselves. */
  readonly #items: Isolated;

  constructor(parts: HostWatchParts) {
    this.#parts = parts;
    const { logger } = parts;
    this.#items = new Isolated({ what: "what follows from a look at the hosts", logger });
  }

  /** This center leads from now on, or has been asleep: it has heard nobody. */
  begin(): void {
    this.#parts.liveness.begin();
    this.#missingSince.clear();
    this.#givenUp.clear();
    this.#items.keep(new Set());
    this.#hesitates = false;
  }

  /** The work of a loop that runs every second or so while this center leads. One host or endpoint that fails is one that fails. */
  async look(): Promise<void> {
    const hosts = [...this.#parts.store.view.rows("Host")];
    this.#count(hosts);
    await this.#writeStates(hosts);
    await this.#revive(hosts);
    await this.#giveUp(hosts);
  }

  #count(hosts: readonly Host[]): void {
    const { liveness, uptime } = this.#parts;
    const missing = new Set(hosts.map(({ name }) => name).filter((name) => !liveness.isUp(name)));
    for (const known of [this.#missingSince, this.#givenUp])
      for (const name of known.keys()) if (!missing.has(name)) known.delete(name);
    for (const name of missing) if (!this.#missingSince.has(name)) this.#missingSince.set(name, uptime());
  }

  async #writeStates(hosts: readonly Host[]): Promise<void> {
    const { store, now, logger } = this.#parts;
    const changed = hosts.flatMap((host) => {
      const state = this.#stateOf(host);
      return state === host.state ? [] : [{ host, state }];
    });
    const write = async ({ host, state }: (typeof changed)[number]) => {
      await store.change((draft) => draft.update("Host", host._uuid, { state, state_since: now() }));
      if (state === "up") logger.info({ host: host.name }, "the host is up again");
      else logger.warn({ host: host.name }, "the host is down: it is not heard any more");
    };
    await Promise.all(
      changed.map((each) => this.#items.attempt(`state of ${each.host.name}`, () => write(each))),
    );
  }

  /** Where nothing is known yet, it is what it was. */
  #stateOf({ name, state }: Host): Host["state"] {
    if (this.#missingSince.has(name)) return "down";
    return this.#parts.liveness.silenceOf(name) === undefined ? state : "up";
  }

  async #revive(hosts: readonly Host[]): Promise<void> {
    const { store, addresses, logger } = this.#parts;
    const lost = hosts
      .filter((host) => this.#stateOf(host) === "up")
      .flatMap(({ _uuid }) => store.view.find("Endpoint", "byHostLost", _uuid));
    const revive = async ({ _uuid: endpoint, request, status }: IntentRow<"Endpoint">) => {
      const obstacle = await store.change((draft) => reviveEndpoint(draft, addresses, endpoint));
      if (obstacle === undefined) logger.info({ endpoint, request }, "the endpoint has its addresses again");
      else if (status["port"] !== `down: ${obstacle}`)
        logger.warn({ endpoint, request, reason: obstacle }, "the endpoint's port stays down");
    };
    await Promise.all(lost.map((each) => this.#items.attempt(`endpoint ${each._uuid}`, () => revive(each))));
  }

  async #giveUp(hosts: readonly Host[]): Promise<void> {
    const { store, graceMs, now, uptime, logger } = this.#parts;
    const counted = hosts.filter(({ name }) => !this.#givenUp.has(name));
    const missing = counted.filter(({ name }) => this.#missingSince.has(name));
    const missingMs = ({ name }: Host) => uptime() - (this.#missingSince.get(name) ?? uptime());
    const overdue = missing.filter((host) => missingMs(host) >= graceMs);
    const hesitates = overdue.length > 0 && !mayGiveUp(missing.length, counted.length);
    if (hesitates && !this.#hesitates)
      logger.warn(
        { hosts: missing.map(({ name }) => name), of: counted.length },
        "too many hosts are missing at once: their endpoints keep their addresses; fairway host rm NAME --dead gives them back",
      );
    this.#hesitates = hesitates;
    if (hesitates) return;
    const lose = async (host: Host) => {
      const count = store.view.find("Endpoint", "byHost", host._uuid).filter((row) => !isLost(row)).length;
      await store.change((draft) => loseEndpoints(draft, host, new Date(now() - missingMs(host))));
      this.#givenUp.add(host.name);
      logger.warn(
        { host: host.name, endpoints: count },
        "the host is away for too long: its addresses are free",
      );
    };
    await Promise.all(
      overdue.map((each) => this.#items.attempt(`addresses of ${each.name}`, () => lose(each))),
    );
  }
}

/**
 * Where over a third of the hosts are missing, it is rather the center that is cut off. One host alone may always
 * be given up while another is heard: with two hosts, a third would be none.
 */
function mayGiveUp(missing: number, all: number): boolean {
  return missing * 3 <= all || (missing === 1 && all > 1);
}
