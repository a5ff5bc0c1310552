import type { Change } from "@fairway/ovsdb";
import type { HostEndpointItem, HostPortItem } from "../../center/schemas/host-state.ts";
import type { Tables } from "../../host/open-vswitch/generated/open-vswitch.ts";
import type { OpenVSwitchReplica } from "../../host/open-vswitch/open-vswitch.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Listeners } from "../../runtime/listeners.ts";
import { Loop } from "../../runtime/loop.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";
import { findLinkRepairs } from "./link-repairs.ts";
import type { Links } from "./links.ts";
import type { Plugger } from "./plugger.ts";
import { containerPorts, type PortKind } from "./port-kind.ts";
import { ownerOf, type Ports } from "./ports.ts";
import { type Plan, planPorts } from "./reconcile-plan.ts";

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
  readonly plugger: Plugger;
  readonly links: Links;
  readonly ports: Ports;
  readonly replica: OpenVSwitchReplica;
  readonly troubles: Troubles;
  readonly logger: Logger;
  /** How long a leftover must have been one; 10 s by default. */
  readonly graceMs?: number;
  /** Whether an engine has to be asked first whether a container that runs has what seems to be left over; by default there is none to ask. */
  readonly hasEngine?: boolean;
  /** Which ports; those of containers by default. */
  readonly kind?: PortKind;
  /** Asks whether what seems to be left over is; absent: it is. */
  readonly confirm?: (endpoint: string) => Promise<boolean>;
}

/** What this host must have of either kind. */
type Item = HostEndpointItem | (HostPortItem & { readonly down?: never });

/**
 * Makes the host's ports equal to its desired state, whenever either changes: what somebody removed is made again, what is left over
 * is removed. Foreign ports and links are not even looked at. A port that fails is one that fails.
 */
export class Reconciler implements AsyncDisposable {
  readonly #parts: ReconcileParts;
  readonly #kind: PortKind;
  readonly #loop: Loop;
  readonly #onOpenVSwitch: (changes: readonly Change<Tables>[]) => void;
  readonly #ports: Isolated;
  /** Gathers what may not be as it should be, and looks at it a moment later. */
  readonly #settling: Loop;
  /** Keys of the host's state whose port was not as it should be, or may not be. */
  readonly #suspects = new Set<string>();
  readonly #leftovers: Listeners;
  /** When the engine was asked last, by `performance.now()`. */
  #comparedMs: number;
  #superfluousSince = new Map<string, number>();
  #linkless: ReadonlySet<string> = new Set();
  #linksSeenMs = Number.NEGATIVE_INFINITY;
  /** How large each endpoint's packets may be, bytes. */
  #mtus = new Map<string, number>();

  constructor(parts: ReconcileParts) {
    const { logger, replica, hasEngine = false } = parts;
    this.#parts = parts;
    this.#kind = parts.kind ?? containerPorts;
    this.#leftovers = new Listeners(logger);
    this.#comparedMs = hasEngine ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
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
    if (keys !== undefined) return this.#suspect(keys);
    this.#linksSeenMs = Number.NEGATIVE_INFINITY;
    this.trigger();
  }

  /** The engine was asked, beginning then (`performance.now()`), and what it has is claimed: what is left over may go. */
  engineCompared(begunMs: number): void {
    this.#comparedMs = begunMs;
  }

  /**
   * Calls `listener` when something of ours is found to be a leftover, for the first time.
   * @param what says in the log what failed, where it throws. @returns what ends that.
   */
  onLeftover(what: string, listener: () => void): () => void {
    return this.#leftovers.add(what, listener);
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
        const key = ownerOf(change.old?.external_ids);
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
    const shrunk = suspects.filter((key) => this.#hasShrunk(key));
    if (shrunk.length === 0 && !suspects.some((key) => this.#isOdd(key))) return;
    this.#linksSeenMs = Number.NEGATIVE_INFINITY;
    this.trigger();
  }

  /** Whether an endpoint's packets may be less large than before. */
  #hasShrunk(key: string): boolean {
    const item = this.#itemOf(key);
    if (item === undefined) return false;
    const before = this.#mtus.get(item.endpoint) ?? item.mtu;
    this.#mtus.set(item.endpoint, item.mtu);
    return item.mtu < before;
  }

  #isOdd(key: string): boolean {
    const { plugger, ports } = this.#parts;
    const endpoint = this.#kind.endpointOf(key);
    if (endpoint === undefined || plugger.isBusy(endpoint)) return false;
    const item = this.#itemOf(key);
    const isWanted = item !== undefined && item.down === undefined;
    return ports.has(endpoint) !== isWanted;
  }

  #itemOf(key: string): Item | undefined {
    const item = this.#parts.state.items.get(key);
    if (item === undefined || item.kind !== this.#kind.item) return undefined;
    return item.kind === "endpoint" || item.kind === "port" ? item : undefined;
  }

  async #reconcile(): Promise<void> {
    const { state, plugger, links, ports, replica, logger } = this.#parts;
    if (!replica.isSynced) return;
    const desired = new Map<string, Item>();
    for (const key of state.items.keys()) {
      const item = this.#itemOf(key);
      if (item !== undefined) desired.set(item.endpoint, item);
    }
    this.#mtus = new Map(Array.from(desired.values(), ({ endpoint, mtu }) => [endpoint, mtu]));
    const present = ports.list();
    const down = new Set(
      [...desired.values()].flatMap((item) => (item.down === undefined ? [] : item.endpoint)),
    );
    const up = new Set(desired.keys()).difference(down);
    // A port that somebody else plugged has none of ours.
    const mayLack = this.#kind.item === "port";
    const isEqual = present.isSubsetOf(up) && (mayLack || present.size === up.size);
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
      isBusy: (endpoint) => plugger.isBusy(endpoint) || state.isUnreadable(this.#kind.key(endpoint)),
      superfluousSince: this.#superfluousSince,
      graceMs: this.#parts.graceMs ?? defaultGraceMs,
      nowMs,
    });
    const resting = [...desired.values()].filter(({ endpoint }) => !plugger.isBusy(endpoint));
    const repairs = await findLinkRepairs(links, linked, resting);
    // A container's goes by its engine's word. Nobody else would take these away, and OVN takes them for plugged.
    const abandoned = mayLack
      ? [...present].filter((each) => !linked.has(each) && !plugger.isBusy(each))
      : [];
    const planned = new Set([
      ...plan.restore,
      ...plan.lower,
      ...plan.remove,
      ...repairs.keys(),
      ...abandoned,
    ]);
    this.#ports.keep({ has: (endpoint) => planned.has(endpoint) || plugger.isBusy(endpoint) });
    const before = this.#superfluousSince;
    this.#superfluousSince = new Map(plan.superfluousSince);
    if ([...plan.superfluousSince.keys()].some((endpoint) => !before.has(endpoint))) this.#leftovers.call();
    this.#report(plan);
    for (const endpoint of plan.restore) {
      const item = desired.get(endpoint);
      if (item === undefined) continue;
      this.#begin(endpoint, () => {
        logger.warn({ endpoint, request: item.request }, "the endpoint's port was missing; making it again");
        return plugger.restore(item);
      });
    }
    for (const endpoint of plan.lower)
      this.#begin(endpoint, () => {
        const { request, down: reason } = desired.get(endpoint) ?? {};
        logger.warn({ endpoint, request, reason }, "the endpoint's port goes down");
        return plugger.lower(endpoint);
      });
    for (const endpoint of abandoned)
      this.#begin(endpoint, () => {
        logger.info({ endpoint }, "the port's namespace is gone; its port goes, too");
        return plugger.unplug(endpoint);
      });
    for (const [endpoint, { because, repair }] of repairs)
      this.#begin(endpoint, () => {
        logger.info({ endpoint, request: desired.get(endpoint)?.request, because }, "the link is put right");
        return repair();
      });
    for (const endpoint of plan.remove) {
      // It may be a live container's whose endpoint the center has lost.
      if (this.#comparedMs < (plan.superfluousSince.get(endpoint) ?? nowMs)) continue;
      this.#begin(endpoint, async () => {
        if ((await this.#parts.confirm?.(endpoint)) === false) {
          this.#superfluousSince.delete(endpoint);
          return;
        }
        logger.warn({ endpoint }, "a port or link of ours belongs to no endpoint; removing it");
        await plugger.unplug(endpoint);
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
      `ports (${this.#kind.item})`,
      Array.from(this.#ports.reasons, ([endpoint, reason]) => ({ endpoint, reason: `its port: ${reason}` })),
    );
  }

  /** Endpoints whose link is gone are told once each. */
  #report({ linkless }: Plan): void {
    for (const endpoint of this.#kind.item === "port" ? [] : linkless)
      if (!this.#linkless.has(endpoint))
        this.#parts.logger.info(
          { endpoint },
          "the endpoint has no link on this host; it waits for its engine",
        );
    this.#linkless = new Set(linkless);
  }
}
