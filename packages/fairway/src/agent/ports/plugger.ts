import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../api/client.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Failpoints } from "../../failpoints.ts";
import { disableTransmitChecksumOffload } from "../../host/offload.ts";
import type { Logger } from "../../logger.ts";
import { orAbort } from "../../runtime/or-abort.ts";
import type { LinkPairSpec, Links } from "./links.ts";
import type { Ports } from "./ports.ts";

const defaultPlugBoundMs = 25_000;
const progressBoundMs = 2_000;
/** How long after `ovn-installed` the center's word is waited for that OVN has told the other hosts; then the start goes on without. */
const peersBoundMs = 2_000;
/** Between OVN's telling the other hosts and their having acted on it. */
const settleMs = 10;

export interface PortToPlug extends LinkPairSpec {
  /** The id under which the port's steps are logged. */
  readonly request: string;
  /** Whether other hosts must be able to send to it at once. */
  readonly hasPeers?: boolean;
  /** Whether router advertisements are kept from its container. */
  readonly isGuarded?: boolean | undefined;
  /** The router's MAC address, where its own advertisements come through all the same. */
  readonly advertiser?: string;
}

/** How long each step took, milliseconds. */
interface PlugStages {
  readonly linkMs: number;
  readonly portMs: number;
  readonly installedMs: number;
  /** For other hosts, after `ovn-installed`. */
  readonly peersMs: number;
}

export interface PluggedPort {
  /** The end of the link that goes into the container; on the host until Docker moves it. */
  readonly interfaceName: string;
  readonly stages: PlugStages;
}

export interface PluggerParts {
  readonly links: Links;
  readonly ports: Ports;
  readonly api: Pick<ApiClient, "endpointProgress">;
  readonly logger: Logger;
  /** From the first step to `ovn-installed`; 25 s by default, less than the 30 s that a call of Docker's may take. */
  readonly plugBoundMs?: number;
  readonly failpoints?: Failpoints | undefined;
}

interface Attempt {
  readonly result: Promise<PluggedPort>;
  readonly end: AbortController;
  settled: boolean;
}

type Stage = "bridge" | "link" | "port" | "installed";

/** Gives endpoints their port on this host, and takes it away. Every method may be repeated and called concurrently. */
export class Plugger implements AsyncDisposable {
  readonly #parts: PluggerParts;
  readonly #plugBoundMs: number;
  /** Each endpoint's attempt, from its beginning until it failed or was unplugged. */
  readonly #attempts = new Map<string, Attempt>();
  /** Endpoints whose port is being removed, and whether their link goes too. */
  readonly #removing = new Map<string, { readonly withLink: boolean; readonly done: Promise<void> }>();

  constructor(parts: PluggerParts) {
    this.#parts = parts;
    this.#plugBoundMs = parts.plugBoundMs ?? defaultPlugBoundMs;
  }

  /** Whether somebody is working on the endpoint's port at this moment. */
  isBusy(endpoint: string): boolean {
    return this.#attempts.get(endpoint)?.settled === false || this.#removing.has(endpoint);
  }

  /** Begins to plug; `plug` tells how it went. */
  prepare(port: PortToPlug): void {
    this.#attempt(port).result.catch(() => undefined);
  }

  /**
   * Link, port and OVN's flows for an endpoint. Who asks while an attempt is under way shares it; `signal` ends the
   * caller's wait alone.
   * @throws `timeout`, whose text says which stage did not finish and why.
   */
  async plug(port: PortToPlug, signal: AbortSignal): Promise<PluggedPort> {
    return orAbort(this.#attempt(port).result, signal);
  }

  /**
   * Removes port and link, also where the container's end is gone already. An attempt that is under way ends.
   * @param request the id under which that is logged.
   */
  unplug(endpoint: string, request = ""): Promise<void> {
    return this.#remove(endpoint, true, () => this.#unplug(endpoint, request));
  }

  /** Makes a port again that somebody removed; its link, and what is in the container, stays as it is. */
  async restore(port: PortToPlug): Promise<void> {
    if (this.isBusy(port.endpoint)) return;
    this.#attempts.delete(port.endpoint);
    await this.#attempt(port).result;
  }

  /** Removes the port and leaves the link, which belongs to a container that runs; `restore` makes it again. */
  lower(endpoint: string): Promise<void> {
    return this.#remove(endpoint, false, () => this.#lower(endpoint));
  }

  /** Ends all attempts. What is plugged stays plugged. */
  async [Symbol.asyncDispose](): Promise<void> {
    const attempts = [...this.#attempts.values()];
    for (const { end } of attempts) end.abort(new FairwayError("unavailable", "The agent is stopping"));
    const removals = [...this.#removing.values()].map(({ done }) => done);
    await Promise.allSettled([...attempts.map(({ result }) => result), ...removals]);
  }

  #attempt(port: PortToPlug): Attempt {
    const known = this.#attempts.get(port.endpoint);
    if (known !== undefined) return known;
    const end = new AbortController();
    const attempt: Attempt = {
      end,
      settled: false,
      result: this.#plug(port, end.signal).finally(() => {
        attempt.settled = true;
      }),
    };
    this.#attempts.set(port.endpoint, attempt);
    attempt.result.catch(() => {
      if (this.#attempts.get(port.endpoint) === attempt) this.#attempts.delete(port.endpoint);
    });
    return attempt;
  }

  async #plug(port: PortToPlug, ended: AbortSignal): Promise<PluggedPort> {
    const { links, ports, failpoints } = this.#parts;
    const { endpoint, request } = port;
    const logger = this.#parts.logger.child({ request, endpoint });
    const late = AbortSignal.timeout(this.#plugBoundMs);
    const signal = AbortSignal.any([ended, late]);
    let stage: Stage = "bridge";
    try {
      await orAbort(this.#removing.get(endpoint)?.done ?? Promise.resolve(), signal);
      const begunAt = performance.now();
      const isUserspace = (await ports.datapathType(signal)) === "netdev";
      stage = "link";
      const names = await orAbort(links.create(port), signal);
      await failpoints?.reached("link", signal);
      await Promise.all([
        ...(isUserspace ? [names.host, names.container].map(disableTransmitChecksumOffload) : []),
        port.isGuarded === true ? this.#guard(names.host, port.advertiser, logger) : undefined,
      ]);
      const linkedAt = performance.now();
      stage = "port";
      await ports.add(port, signal);
      await failpoints?.reached("port", signal);
      const addedAt = performance.now();
      stage = "installed";
      const toldPeers = port.hasPeers === true ? this.#toldPeers(port, signal) : undefined;
      await ports.installed(endpoint, signal);
      const installedAt = performance.now();
      if (toldPeers !== undefined) await this.#patiently(toldPeers, logger, ended);
      const stages = {
        linkMs: tenths(linkedAt - begunAt),
        portMs: tenths(addedAt - linkedAt),
        installedMs: tenths(installedAt - addedAt),
        peersMs: tenths(performance.now() - installedAt),
      };
      logger.info({ link: names.host, ...stages }, "ovn-installed");
      return { interfaceName: names.container, stages };
    } catch (error) {
      const explained = late.aborted && !ended.aborted ? await this.#explain(endpoint, stage) : error;
      logger.warn({ stage, error: messageOf(explained) }, "the port was not plugged");
      throw explained;
    }
  }

  /** A container starts also where the kernel cannot guard it. */
  async #guard(link: string, advertiser: string | undefined, logger: Logger): Promise<void> {
    try {
      await this.#parts.links.guard(link, advertiser);
    } catch (error) {
      logger.warn(
        { link, error: messageOf(error) },
        "router advertisements of other containers reach this one",
      );
    }
  }

  /** Whether OVN has told other hosts of the endpoint, by the center's word; gives the reason where nobody says so. Never rejects. */
  async #toldPeers({ endpoint, request }: PortToPlug, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { stage, detail } = await this.#parts.api.endpointProgress(
        { reference: endpoint, until: "up" },
        { request, signal },
      );
      return stage === "up" ? undefined : detail;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** A start is not held up by what only its first packets need. */
  async #patiently(
    toldPeers: Promise<string | undefined>,
    logger: Logger,
    signal: AbortSignal,
  ): Promise<void> {
    const bound = AbortSignal.any([signal, AbortSignal.timeout(peersBoundMs)]);
    const failure = await orAbort(toldPeers, bound).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return "the center does not answer";
    });
    if (failure === undefined) await sleep(settleMs, undefined, { signal });
    else logger.warn({ reason: failure }, "other hosts may not reach the container at once");
  }

  /** Shares what removes as much already; where only the port is being removed, the link goes after it. */
  #remove(endpoint: string, withLink: boolean, work: () => Promise<void>): Promise<void> {
    const running = this.#removing.get(endpoint);
    if (running !== undefined && (running.withLink || !withLink)) return running.done;
    const removed = running === undefined ? work() : running.done.catch(() => undefined).then(work);
    const done = removed.finally(() => {
      if (this.#removing.get(endpoint)?.done === done) this.#removing.delete(endpoint);
    });
    this.#removing.set(endpoint, { withLink, done });
    return done;
  }

  async #lower(endpoint: string): Promise<void> {
    const attempt = this.#attempts.get(endpoint);
    this.#attempts.delete(endpoint);
    attempt?.end.abort(new FairwayError("conflict", `The port of endpoint ${endpoint} must be down`));
    await attempt?.result.catch(() => undefined);
    await this.#parts.ports.remove(endpoint, AbortSignal.timeout(this.#plugBoundMs));
  }

  async #unplug(endpoint: string, request: string): Promise<void> {
    const attempt = this.#attempts.get(endpoint);
    this.#attempts.delete(endpoint);
    attempt?.end.abort(new FairwayError("conflict", `The endpoint ${endpoint} was removed meanwhile`));
    await attempt?.result.catch(() => undefined);
    // The port first: Open vSwitch complains about a port whose link is gone.
    const [port] = await Promise.allSettled([
      this.#parts.ports.remove(endpoint, AbortSignal.timeout(this.#plugBoundMs)),
    ]);
    await this.#parts.links.delete(endpoint);
    if (port.status === "rejected") throw port.reason;
    this.#parts.logger.info({ request, endpoint }, "port removed");
  }

  /** Why a stage did not finish: what this host sees, and where that tells nothing, what the center sees. */
  async #explain(endpoint: string, stage: Stage): Promise<FairwayError> {
    const late = (text: string) =>
      new FairwayError(
        "timeout",
        `Endpoint ${endpoint} is not ready after ${this.#plugBoundMs / 1000} s: ${text}`,
      );
    if (stage === "bridge")
      return late(
        "Open vSwitch or its integration bridge is not there; are ovs-vswitchd and ovn-controller running?",
      );
    if (stage === "link") return late("its link was not made; the kernel's network lock may be held");
    if (stage === "port") return late("Open vSwitch's database on this host does not answer");
    const { stage: reached } = this.#parts.ports.progress(endpoint);
    if (reached === "absent") return late("somebody removed its port from Open vSwitch");
    if (reached === "unopened") return late("Open vSwitch did not open its link; is ovs-vswitchd running?");
    try {
      const progress = await this.#parts.api.endpointProgress(
        { reference: endpoint },
        {
          timeoutMs: progressBoundMs,
        },
      );
      return progress.stage === "intent"
        ? late(`it is not in OVN's Northbound yet (${progress.detail})`)
        : late(
            `it is in OVN's Northbound (${progress.detail}), but this host's ovn-controller did not install it; ` +
              "is it running and connected to the Southbound?",
          );
    } catch (error) {
      return late(`OVN did not install it, and the center does not say how far it is: ${messageOf(error)}`);
    }
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
