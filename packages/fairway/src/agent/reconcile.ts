import type { Change } from "@fairway/ovsdb";
import type { HostEndpointItem } from "../api/types.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Agent } from "./agent.ts";
import type { Tables } from "./generated/open-vswitch.ts";
import type { HostState } from "./host-state.ts";
import type { Links } from "./links.ts";
import type { OpenVSwitchReplica } from "./open-vswitch.ts";
import { endpointOf, ownerOf, type Ports } from "./ports.ts";
import { type Plan, planPorts } from "./reconcile-plan.ts";

/** How often desired state and ports are compared without an occasion. */
const periodMs = 5_000;

/** How often links are looked at although the ports are as they should be: links announce nothing. */
const linkPeriodMs = 30_000;

const defaultGraceMs = 10_000;

/** How long a call of Docker's has to do to a port what it told the center: both are under way at once. */
const settleMs = 100;

export interface ReconcileParts {
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly agent: Agent;
  readonly links: Links;
  readonly ports: Ports;
  readonly replica: OpenVSwitchReplica;
  readonly logger: Logger;
  /** How long a leftover must have been one; 10 s by default. */
  readonly graceMs?: number;
  /** When the engine was last asked whether a container that runs has it, by `performance.now()`; absent: there is no engine to ask. */
  readonly comparedMs?: () => number;
  /** Something of ours is found to be a leftover, for the first time. */
  readonly onLeftover?: () => void;
}

/**
 * Makes the host's ports equal to its desired state, whenever either changes: what somebody removed is made again, what is left over
 * is removed. Foreign ports and links are not even looked at.
 */
export class Reconciler implements AsyncDisposable {
  readonly #parts: ReconcileParts;
  readonly #timer: NodeJS.Timeout;
  /** Keys of the host's state whose port was not as it should be, or may not be. */
  readonly #suspects = new Set<string>();
  #settling: NodeJS.Timeout | undefined;
  #superfluousSince: ReadonlyMap<string, number> = new Map();
  #linkless: ReadonlySet<string> = new Set();
  #linksSeenMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(parts: ReconcileParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.trigger(), periodMs);
    parts.replica.on("change", this.#onOpenVSwitch);
    parts.replica.on("synced", this.trigger);
  }

  /** Endpoints that the center has on this host while their link is gone, with their container. */
  get linkless(): ReadonlySet<string> {
    return this.#linkless;
  }

  /**
   * The host's state has changed: looks at the host where a moment later one of the endpoints is not as it should be. What a start
   * costs must not depend on how many endpoints there are.
   * @param keys what has changed of it; absent: anything may have.
   */
  follow(keys?: readonly string[]): void {
    if (keys === undefined) this.trigger();
    else this.#suspect(keys);
  }

  /** Looks at the host soon; occasions that come meanwhile are one. */
  readonly trigger = (): void => {
    if (this.#closed) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#reconcile()
      .catch((error: unknown) =>
        this.#parts.logger.warn({ error: messageOf(error) }, "the host was not reconciled; trying again"),
      )
      .finally(() => {
        this.#running = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.trigger();
      });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#parts.replica.off("change", this.#onOpenVSwitch);
    this.#parts.replica.off("synced", this.trigger);
    await this.#running;
  }

  /** Ports come and go with Docker's calls all the time; only a lost one is an occasion. */
  readonly #onOpenVSwitch = (changes: readonly Change<Tables>[]): void => {
    for (const change of changes)
      if (change.table === "Port" && change.new === undefined) {
        const key = ownerOf(change.old);
        if (key !== undefined) this.#suspect([key]);
      }
  };

  #suspect(keys: readonly string[]): void {
    if (this.#closed) return;
    for (const key of keys) this.#suspects.add(key);
    if (this.#suspects.size > 0) this.#settling ??= setTimeout(this.#onSettled, settleMs);
  }

  readonly #onSettled = (): void => {
    this.#settling = undefined;
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    if (suspects.some((key) => this.#isOdd(key))) this.trigger();
  };

  #isOdd(key: string): boolean {
    const { state, agent, ports } = this.#parts;
    const endpoint = endpointOf(key);
    if (endpoint === undefined || agent.isBusy(endpoint)) return false;
    const item = state.items.get(key);
    const isWanted = item?.kind === "endpoint" && item.down === undefined;
    return ports.has(endpoint) !== isWanted;
  }

  async #reconcile(): Promise<void> {
    const { state, agent, links, ports, replica, logger } = this.#parts;
    if (!replica.isSynced) return;
    const desired = new Map<string, HostEndpointItem>();
    for (const item of state.items.values()) if (item.kind === "endpoint") desired.set(item.endpoint, item);
    const present = ports.list();
    const down = new Set(
      [...desired.values()].flatMap((item) => (item.down === undefined ? [] : item.endpoint)),
    );
    const up = new Set(desired.keys()).difference(down);
    const isEqual = present.size === up.size && present.isSubsetOf(up);
    const nowMs = performance.now();
    if (isEqual && this.#superfluousSince.size === 0 && nowMs - this.#linksSeenMs < linkPeriodMs) return;
    this.#linksSeenMs = nowMs;
    const linked = await links.list();
    const plan = planPorts({
      desired: new Set(desired.keys()),
      down,
      isFresh: state.isFresh,
      ports: present,
      links: new Set(linked.keys()),
      isBusy: (endpoint) => agent.isBusy(endpoint),
      superfluousSince: this.#superfluousSince,
      graceMs: this.#parts.graceMs ?? defaultGraceMs,
      nowMs,
    });
    const before = this.#superfluousSince;
    this.#superfluousSince = plan.superfluousSince;
    if ([...plan.superfluousSince.keys()].some((endpoint) => !before.has(endpoint)))
      this.#parts.onLeftover?.();
    const comparedMs = this.#parts.comparedMs?.() ?? nowMs;
    this.#report(plan);
    for (const endpoint of plan.restore) {
      const item = desired.get(endpoint);
      if (item === undefined) continue;
      logger.warn({ endpoint, request: item.request }, "the endpoint's port was missing; making it again");
      this.#begin("restored", endpoint, agent.restore(item));
    }
    for (const endpoint of plan.lower) {
      const item = desired.get(endpoint);
      logger.warn({ endpoint, request: item?.request, reason: item?.down }, "the endpoint's port goes down");
      this.#begin("taken down", endpoint, agent.lower(endpoint));
    }
    for (const endpoint of plan.remove) {
      // It may be a live container's whose endpoint the center has lost.
      if (comparedMs < (plan.superfluousSince.get(endpoint) ?? nowMs)) continue;
      logger.warn({ endpoint }, "a port or link of ours belongs to no endpoint; removing it");
      this.#begin("removed", endpoint, agent.unplug(endpoint));
    }
  }

  /** The agent counts the endpoint as busy from here on; what failed is found again by the next look. */
  #begin(what: string, endpoint: string, work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#parts.logger.warn({ endpoint, error: messageOf(error) }, `the endpoint's port was not ${what}`),
    );
  }

  /** Endpoints whose link is gone are told once each. */
  #report({ linkless }: Plan): void {
    for (const endpoint of linkless)
      if (!this.#linkless.has(endpoint))
        this.#parts.logger.info(
          { endpoint },
          "the endpoint has no link on this host; it waits for its engine",
        );
    this.#linkless = new Set(linkless);
  }
}
