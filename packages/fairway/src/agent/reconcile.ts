import type { Change } from "@fairway/ovsdb";
import type { HostEndpointItem } from "../api/types.ts";
import type { Logger } from "../logger.ts";
import type { BackoffBounds } from "../runtime/backoff.ts";
import { guarded } from "../runtime/guarded.ts";
import { Isolated } from "../runtime/isolated.ts";
import { Loop } from "../runtime/loop.ts";
import type { Agent } from "./agent.ts";
import type { Tables } from "./generated/open-vswitch.ts";
import type { HostState } from "./host-state.ts";
import type { Links } from "./links.ts";
import type { OpenVSwitchReplica } from "./open-vswitch.ts";
import { endpointOf, keyOf, ownerOf, type Ports } from "./ports.ts";
import { type Plan, planPorts } from "./reconcile-plan.ts";
import type { Troubles } from "./troubles.ts";

/** How often desired state and ports are compared without an occasion. */
const periodMs = 5_000;

/** How often links are looked at although the ports are as they should be: links announce nothing. */
const linkPeriodMs = 30_000;

/** Of one port that cannot be made or removed. */
const backoff: BackoffBounds = { firstMs: 1_000, longestMs: 60_000 };

const defaultGraceMs = 10_000;

/** How long a call of Docker's has to do to a port what it told the center: both are under way at once. */
const settleMs = 100;

export interface ReconcileParts {
  readonly state: Pick<HostState, "items" | "isFresh" | "isUnreadable">;
  readonly agent: Agent;
  readonly links: Links;
  readonly ports: Ports;
  readonly replica: OpenVSwitchReplica;
  readonly troubles: Troubles;
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
 * is removed. Foreign ports and links are not even looked at. A port that fails is one that fails.
 */
export class Reconciler implements AsyncDisposable {
  readonly #parts: ReconcileParts;
  readonly #loop: Loop;
  readonly #onOpenVSwitch: (changes: readonly Change<Tables>[]) => void;
  readonly #ports: Isolated;
  /** Gathers what may not be as it should be, and looks at it a moment later. */
  readonly #settling: Loop;
  /** Keys of the host's state whose port was not as it should be, or may not be. */
  readonly #suspects = new Set<string>();
  #superfluousSince: ReadonlyMap<string, number> = new Map();
  #linkless: ReadonlySet<string> = new Set();
  #linksSeenMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ReconcileParts) {
    const { logger, replica } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: "reconcile the ports", work: () => this.#reconcile(), periodMs, logger });
    this.#ports = new Isolated({ what: "an endpoint's port", backoff, logger, again: this.#loop.after });
    this.#settling = new Loop({ name: "look at changed ports", work: () => this.#lookAtSuspects(), logger });
    this.#onOpenVSwitch = guarded("follow Open vSwitch", logger, (changes) => this.#noticeLost(changes));
    replica.on("change", this.#onOpenVSwitch);
    replica.on("synced", this.#loop.soon);
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
  readonly trigger = (): void => this.#loop.soon();

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.replica.off("change", this.#onOpenVSwitch);
    this.#parts.replica.off("synced", this.#loop.soon);
    await Promise.all([this.#settling, this.#loop].map((loop) => loop[Symbol.asyncDispose]()));
  }

  /** Ports come and go with Docker's calls all the time; only a lost one is an occasion. */
  #noticeLost(changes: readonly Change<Tables>[]): void {
    for (const change of changes)
      if (change.table === "Port" && change.new === undefined) {
        const key = ownerOf(change.old);
        if (key !== undefined) this.#suspect([key]);
      }
  }

  #suspect(keys: readonly string[]): void {
    for (const key of keys) this.#suspects.add(key);
    if (this.#suspects.size > 0) this.#settling.after(settleMs);
  }

  #lookAtSuspects(): void {
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    if (suspects.some((key) => this.#isOdd(key))) this.trigger();
  }

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
    if (
      isEqual &&
      this.#ports.reasons.size === 0 &&
      this.#superfluousSince.size === 0 &&
      nowMs - this.#linksSeenMs < linkPeriodMs
    )
      return;
    this.#linksSeenMs = nowMs;
    const linked = await links.list();
    const plan = planPorts({
      desired: new Set(desired.keys()),
      down,
      isFresh: state.isFresh,
      ports: present,
      links: new Set(linked.keys()),
      isBusy: (endpoint) => agent.isBusy(endpoint) || state.isUnreadable(keyOf(endpoint)),
      superfluousSince: this.#superfluousSince,
      graceMs: this.#parts.graceMs ?? defaultGraceMs,
      nowMs,
    });
    const planned = new Set([...plan.restore, ...plan.lower, ...plan.remove]);
    this.#ports.keep({ has: (endpoint) => planned.has(endpoint) || agent.isBusy(endpoint) });
    const before = this.#superfluousSince;
    this.#superfluousSince = plan.superfluousSince;
    if ([...plan.superfluousSince.keys()].some((endpoint) => !before.has(endpoint)))
      this.#parts.onLeftover?.();
    const comparedMs = this.#parts.comparedMs?.() ?? nowMs;
    this.#report(plan);
    for (const endpoint of plan.restore) {
      const item = desired.get(endpoint);
      if (item === undefined) continue;
      this.#begin(endpoint, () => {
        logger.warn({ endpoint, request: item.request }, "the endpoint's port was missing; making it again");
        return agent.restore(item);
      });
    }
    for (const endpoint of plan.lower)
      this.#begin(endpoint, () => {
        const { request, down: reason } = desired.get(endpoint) ?? {};
        logger.warn({ endpoint, request, reason }, "the endpoint's port goes down");
        return agent.lower(endpoint);
      });
    for (const endpoint of plan.remove) {
      // It may be a live container's whose endpoint the center has lost.
      if (comparedMs < (plan.superfluousSince.get(endpoint) ?? nowMs)) continue;
      this.#begin(endpoint, () => {
        logger.warn({ endpoint }, "a port or link of ours belongs to no endpoint; removing it");
        return agent.unplug(endpoint);
      });
    }
    this.#tell();
  }

  /** Nobody waits for it: the agent counts the endpoint as busy from here on, and another look begins when it has failed. */
  #begin(endpoint: string, work: () => Promise<void>): void {
    void this.#ports.attempt(endpoint, work).then(() => this.#tell());
  }

  #tell(): void {
    this.#parts.troubles.of(
      "ports",
      Array.from(this.#ports.reasons, ([endpoint, reason]) => ({ endpoint, reason: `its port: ${reason}` })),
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
