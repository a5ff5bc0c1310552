import type { HostState } from "../agent/state/host-state.ts";
import type { ApiClient } from "../api/client.ts";
import { concerns } from "../api/item-kind.ts";
import type { HostItem, HostMirrorItem, HostNetworkItem } from "../center/schemas/host-state.ts";
import type { MirrorReport } from "../center/schemas/mirror.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { shorten, storable } from "../free-text.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { PutAside } from "../runtime/put-aside.ts";
import type { EngineDrivers } from "./driver-names.ts";
import type { Engine } from "./engine.ts";
import type { ListedNetwork } from "./engine-objects.ts";
import { isMirrorOf, mirrorOf } from "./mirror.ts";
import { containersOn } from "./network-users.ts";
import { OutdatedMirrors } from "./outdated-mirrors.ts";

/** How often what is not yet as it should be is compared again. */
const defaultPeriodMs = 5_000;

/** How long a mirror stays away that somebody removed: who did so sees that it went, and may use the name. */
const defaultRestMs = 10_000;

/** How long the engine may have a mirror that the center does not know, before it is taken for a leftover. */
const orphanGraceMs = 20_000;

/** Of what an engine says, what fits a line. */
const longestTrouble = 300;

/** A mirror that the engine does not make is tried again ever more rarely, ms. */
const longestRetryMs = 60_000;

/** Of a container's name: so much the center takes. */
const longestName = 255;

export interface MirrorsParts {
  readonly api: Pick<ApiClient, "reportMirrors">;
  readonly engine: Pick<Engine, "allNetworks" | "containers" | "createNetwork" | "removeNetwork">;
  readonly hostName: string;
  readonly drivers: EngineDrivers;
  readonly state: Pick<HostState, "items" | "isFresh">;
  /** False: this engine gets no mirrors. Networks that are being removed are removed here all the same. */
  readonly isWanted: boolean;
  /** A regular expression for the whole name: others are not made. All are where it is absent. */
  readonly names?: string | undefined;
  readonly logger: Logger;
  /** 5 s by default. */
  readonly periodMs?: number;
  /** 10 s by default. */
  readonly restMs?: number;
}

/**
 * Makes this engine's networks equal to the cluster's: makes what is missing, removes what is to go and has no
 * container, and reports to the center what cannot be. It compares the whole each time, so it does not matter what was
 * missed. One thing is done after the other, and nothing while the center's word is not fresh.
 */
export class Mirrors implements AsyncDisposable {
  readonly #parts: MirrorsParts;
  readonly #restMs: number;
  readonly #names: RegExp;
  readonly #loop: Loop;
  /** Networks whose mirror was there at the last comparison. */
  #present: ReadonlySet<string> = new Set();
  /** By network: until when its mirror stays away, on the monotonic clock. */
  readonly #resting = new Map<string, number>();
  /** Networks whose mirror the engine did not make. */
  readonly #failed: PutAside<string>;
  /** Mirrors of networks that were changed. */
  readonly #outdated: OutdatedMirrors;
  /** By the engine's id: since when there is a mirror that the center does not know. */
  #orphans: ReadonlyMap<string, number> = new Map();
  /** Whether the engine's list is to be read although nothing seems to be wrong. */
  #isUnseen = true;
  #reported: string | undefined;

  constructor(parts: MirrorsParts) {
    this.#parts = parts;
    const { periodMs = defaultPeriodMs, restMs = defaultRestMs, logger } = parts;
    this.#restMs = restMs;
    this.#names = new RegExp(`^(?:${parts.names ?? ".*"})$`, "u");
    this.#failed = new PutAside({ firstMs: periodMs, longestMs: longestRetryMs });
    this.#outdated = new OutdatedMirrors(parts);
    this.#loop = new Loop({
      name: "compare mirrors",
      work: () => this.#compareAndRemember(),
      periodMs,
      logger,
    });
  }

  /** The host's state changed. @param keys of the items that did; absent where any may have. */
  stateChanged(keys?: readonly string[]): void {
    if (!concerns(keys, "mirror", "network")) return;
    if (concerns(keys, "mirror")) this.#isUnseen = true;
    this.compareSoon();
  }

  /** The engine's networks changed. */
  readonly engineChanged = (): void => {
    this.#isUnseen = true;
    this.compareSoon();
  };

  /** Compares now, or once more after the comparison under way. */
  readonly compareSoon = (): void => this.#loop.soon();

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  /** What a comparison that failed would have seen is to be seen by the next one. */
  async #compareAndRemember(): Promise<void> {
    try {
      await this.#compare();
    } catch (error) {
      this.#isUnseen = true;
      throw error;
    }
  }

  async #compare(): Promise<void> {
    const { state, engine, isWanted } = this.#parts;
    const { signal } = this.#loop;
    if (!state.isFresh) return;
    const items = [...state.items.values()];
    const handles = items.filter((item) => item.kind === "network");
    const wanted = isWanted ? items.filter((item) => item.kind === "mirror") : [];
    const missing = wanted.filter((item) => !hasHandle(handles, item));
    const leaving = handles.filter(({ removal }) => removal !== null);
    this.#noticeRemovals(wanted, missing);
    const isQuiet = missing.length + leaving.length + this.#orphans.size + this.#outdated.size === 0;
    if (isQuiet && !this.#isUnseen) return this.#report({ troubles: [], uses: [] });
    this.#isUnseen = false;
    const networks = await engine.allNetworks(signal);
    await this.#yieldNames(wanted, handles, networks);
    const troubles = await this.#makeMissing(missing, handles, networks);
    const outdated = await this.#outdated.renew(wanted, handles, networks, this.#loop.signal);
    const uses = leaving.length === 0 ? [] : await this.#removeUnused(leaving, networks);
    await this.#removeOrphans(items, networks);
    await this.#report({ troubles, uses, ...(outdated.length > 0 && { outdated }) });
  }

  /** A mirror that was there and is gone was removed by somebody. */
  #noticeRemovals(wanted: readonly HostMirrorItem[], missing: readonly HostMirrorItem[]): void {
    const nowMs = performance.now();
    for (const { network, name } of missing) {
      if (!this.#present.has(network) || this.#outdated.isRenewing(network)) continue;
      this.#resting.set(network, nowMs + this.#restMs);
      this.#parts.logger.info({ network, name }, "a mirror was removed here; it will come back");
    }
    for (const [network, untilMs] of this.#resting) if (untilMs <= nowMs) this.#resting.delete(network);
    this.#present = new Set(wanted.filter((item) => !missing.includes(item)).map(({ network }) => network));
  }

  async #makeMissing(
    missing: readonly HostMirrorItem[],
    handles: readonly HostNetworkItem[],
    networks: readonly ListedNetwork[],
  ): Promise<MirrorReport["troubles"]> {
    const troubles: MirrorReport["troubles"] = [];
    this.#failed.keep(new Set(missing.map(({ network }) => network)));
    for (const item of missing) {
      if (this.#resting.has(item.network)) continue;
      const trouble = this.#failed.isDue(item.network)
        ? await this.#make(item, handles, networks)
        : this.#failed.reasons.get(item.network);
      if (trouble !== undefined)
        troubles.push({ network: item.network, trouble: shorten(storable(trouble), longestTrouble) });
    }
    return troubles;
  }

  /** @returns why the engine cannot have it. */
  async #make(
    item: HostMirrorItem,
    handles: readonly HostNetworkItem[],
    networks: readonly ListedNetwork[],
  ): Promise<string | undefined> {
    const { engine, drivers, logger } = this.#parts;
    const { network, name } = item;
    if (!this.#names.test(name))
      return `this machine takes only networks whose names match ${this.#parts.names} (docker.mirrorNames)`;
    const namesakes = networks.filter((each) => each.Name === name);
    const own = new Set(handles.filter((each) => each.network === network).map(({ engineId }) => engineId));
    if (namesakes.some((each) => own.has(each.Id) || isMirrorOf(each, drivers, network))) {
      this.#failed.succeeded(network);
      return undefined;
    }
    const [other] = namesakes;
    if (other !== undefined)
      return `another network is called ${name} there (driver ${other.Driver}, ${other.Id.slice(0, 12)})`;
    try {
      const begunAt = performance.now();
      const id = await engine.createNetwork(mirrorOf(item, drivers.pairFor(item.driver)), this.#loop.signal);
      this.#failed.succeeded(network);
      const ms = Math.round(performance.now() - begunAt);
      logger.info({ network, name, networkId: id, ms }, "mirror made");
      return undefined;
    } catch (error) {
      if (this.#loop.signal.aborted) throw error;
      const reason = messageOf(error);
      if (this.#failed.failed(network, reason))
        logger.warn({ network, name, error: reason }, "the engine made no mirror; it is tried again");
      return reason;
    }
  }

  /** Docker 20.10 lets two networks of one name be made in the same moment. The one that a person made stays. */
  async #yieldNames(
    wanted: readonly HostMirrorItem[],
    handles: readonly HostNetworkItem[],
    networks: readonly ListedNetwork[],
  ): Promise<void> {
    for (const { network, name } of wanted) {
      const own = new Set(handles.filter((each) => each.network === network).map(({ engineId }) => engineId));
      const namesakes = networks.filter((each) => each.Name === name);
      const isOther = (each: ListedNetwork) =>
        !own.has(each.Id) && !isMirrorOf(each, this.#parts.drivers, network);
      if (!namesakes.some(isOther)) continue;
      for (const each of namesakes.filter((one) => isMirrorOf(one, this.#parts.drivers, network)))
        await this.#isolated(name, async () => {
          if ((await this.#usersOf(each.Id, name)).length === 0)
            await this.#remove(each.Id, name, "another network has its name");
        });
    }
  }

  /** Never under a container's feet: Docker itself would remove a network that stopped containers need. */
  async #removeUnused(
    leaving: readonly HostNetworkItem[],
    networks: readonly ListedNetwork[],
  ): Promise<MirrorReport["uses"]> {
    const uses: MirrorReport["uses"] = [];
    for (const { engineId, engineName, removal } of leaving) {
      const listed = networks.find(({ Id }) => Id === engineId);
      const name = listed?.Name ?? engineName ?? "";
      await this.#isolated(name, async () => {
        const containers = await this.#usersOf(engineId, name);
        if (removal === "now" && containers.length === 0 && listed !== undefined)
          await this.#remove(engineId, name, "it is being removed from the cluster");
        uses.push({ engineId, containers: containers.map((each) => shorten(storable(each), longestName)) });
      });
    }
    return uses;
  }

  async #usersOf(engineId: string, name: string): Promise<readonly string[]> {
    return containersOn(await this.#parts.engine.containers(this.#loop.signal), engineId, name);
  }

  /** Mirrors of a center that has forgotten them, e.g. since its database was restored: they are in the way of new ones. */
  async #removeOrphans(items: readonly HostItem[], networks: readonly ListedNetwork[]): Promise<void> {
    const { drivers } = this.#parts;
    const known = new Set(items.flatMap((item) => (item.kind === "network" ? item.engineId : [])));
    const nowMs = performance.now();
    const found = networks.filter((each) => isMirrorOf(each, drivers) && !known.has(each.Id));
    this.#orphans = new Map(found.map(({ Id }) => [Id, this.#orphans.get(Id) ?? nowMs]));
    for (const { Id, Name } of found) {
      const since = this.#orphans.get(Id) ?? nowMs;
      if (nowMs - since < orphanGraceMs) continue;
      await this.#isolated(Name, async () => {
        if ((await this.#usersOf(Id, Name)).length === 0)
          await this.#remove(Id, Name, "the center does not know it");
      });
    }
  }

  async #remove(id: string, name: string, why: string): Promise<void> {
    const { engine, logger } = this.#parts;
    await engine.removeNetwork(id, this.#loop.signal);
    logger.info({ networkId: id, name, why }, "network removed from the engine");
  }

  /** One network that fails is one that fails; an engine that does not answer at all ends the comparison. */
  async #isolated(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isAway = error instanceof FairwayError && error.code === "unavailable";
      if (this.#loop.signal.aborted || isAway) throw error;
      this.#parts.logger.warn({ name, error: messageOf(error) }, "the engine did not remove the network");
    }
  }

  /** The center keeps what was reported of troubles. Of a network in removal it asks for a new report each time. */
  async #report(report: MirrorReport): Promise<void> {
    const { api, hostName } = this.#parts;
    const text = JSON.stringify(report);
    if (text === this.#reported && report.uses.length === 0) return;
    await api.reportMirrors({ host: hostName }, report, { signal: this.#loop.signal });
    this.#reported = text;
  }
}

/** Whether the engine has the network under its name. One whose name has not been reported yet is what was just made. */
function hasHandle(handles: readonly HostNetworkItem[], { network, name }: HostMirrorItem): boolean {
  return handles.some((handle) => handle.network === network && (handle.engineName ?? name) === name);
}
