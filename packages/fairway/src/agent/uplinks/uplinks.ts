import type { Change } from "@fairway/ovsdb";
import type { HostItem } from "../../center/schemas/host-state.ts";
import { FairwayError } from "../../errors.ts";
import type { Tables } from "../../host/open-vswitch/generated/open-vswitch.ts";
import type { OpenVSwitchReplica } from "../../host/open-vswitch/open-vswitch.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Listeners } from "../../runtime/listeners.ts";
import { Loop } from "../../runtime/loop.ts";
import { until } from "../../runtime/until.ts";
import type { HostRules, Refused } from "../firewall/host-rules.ts";
import type { HostState } from "../state/host-state.ts";
import { endpointOf } from "../state/keys.ts";
import type { Troubles } from "../state/troubles.ts";
import type { Uplink, UplinkItem } from "./uplink.ts";
import type { UplinkFlows } from "./uplink-flows.ts";
import type { UplinkInterfaces } from "./uplink-interfaces.ts";
import { UplinkLeave } from "./uplink-leave.ts";
import { isStale, type UplinkPort, type UplinkPorts, uplinkOf } from "./uplink-ports.ts";

/** How often everything is looked at without an occasion: neither links nor rules announce that somebody removed them. */
const periodMs = 10_000;
/** Of one uplink. It may work in one family: then it is looked at as often as others. */
const backoff: BackoffBounds = { firstMs: 1_000, longestMs: periodMs };
const openVSwitchBoundMs = 10_000;
/** What the uplinks need of the host's firewalls: our table, and that others' let their packets pass. */
const firewall = { table: "our table", others: "other people's firewalls" } as const;

const comes = {
  uplink: "the network leaves this host by its uplink",
  "host-access": "this host reaches the network's containers on other hosts",
} as const satisfies Record<UplinkItem["kind"], string>;

export interface UplinksParts {
  readonly state: Pick<HostState, "items" | "isFresh" | "isUnreadable">;
  readonly ports: UplinkPorts;
  readonly interfaces: UplinkInterfaces;
  readonly flows: UplinkFlows;
  readonly rules: HostRules;
  readonly replica: OpenVSwitchReplica;
  readonly troubles: Troubles;
  /** Runs before the rules are compared. */
  readonly beforeRules: () => Promise<void>;
  /** Told what the rules are without. */
  readonly onRefused: (refused: Refused) => void;
  readonly logger: Logger;
}

/**
 * Makes this host's uplinks equal to its desired state: a port in the bridge, an interface with addresses and routes, elements in our
 * nftables table. What somebody removed is made again within seconds. An uplink that fails is one that fails.
 */
export class Uplinks implements AsyncDisposable {
  readonly #parts: UplinksParts;
  readonly #loop: Loop;
  readonly #watch: Loop;
  readonly #onOpenVSwitch: (changes: readonly Change<Tables>[]) => void;
  readonly #onSynced: () => void;
  readonly #items: Isolated;
  readonly #firewall: Isolated;
  readonly #leave: UplinkLeave;
  readonly #listeners: Listeners;
  /** Uplinks whose interface is there, by key; of one that failed, what of it works. */
  readonly #addressed = new Map<string, Uplink>();
  /** Uplinks that the host's rules have. */
  #ruled: ReadonlySet<string> = new Set();
  /** What the host's rules are without, and why. */
  #refused: Refused = new Map();
  #live: ReadonlyMap<string, Uplink> = new Map();
  #verify = true;

  constructor(parts: UplinksParts) {
    const { replica, logger, state } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: "reconcile the uplinks", work: () => this.#reconcile(), logger });
    const again = this.#loop.after;
    this.#items = new Isolated({ what: "an uplink", backoff, logger, again });
    this.#firewall = new Isolated({ what: "the host's firewall", backoff, logger, again });
    this.#leave = new UplinkLeave(state);
    this.#onOpenVSwitch = guarded("follow Open vSwitch", logger, (changes) => this.#follow(changes));
    this.#onSynced = guarded("follow Open vSwitch", logger, () => this.#begin());
    this.#watch = new Loop({ name: "look at the uplinks", work: this.verify, periodMs, logger });
    this.#listeners = new Listeners(logger);
    replica.on("change", this.#onOpenVSwitch);
    replica.on("synced", this.#onSynced);
  }

  /** The uplinks by which packets go and come at this moment, by key. */
  get live(): ReadonlyMap<string, Uplink> {
    return this.#live;
  }

  /**
   * Calls `listener` after every change of `live`.
   * @param what says in the log what failed, where it throws. @returns what ends that.
   */
  onChange(what: string, listener: () => void): () => void {
    return this.#listeners.add(what, listener);
  }

  /** Waits until an uplink is there, by its key. @throws the signal's reason. */
  async ready(key: string, signal: AbortSignal): Promise<void> {
    const subscribe = (look: () => void) => this.onChange("wait for an uplink", look);
    if (!(await until(subscribe, () => this.#live.has(key), signal))) throw signal.reason;
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. Endpoints come and go without their uplink. */
  follow(keys?: readonly string[]): void {
    if (keys === undefined) this.#items.retryNow();
    for (const key of keys ?? []) this.#items.retryNow(key);
    if (keys === undefined || keys.some((key) => endpointOf(key) === undefined)) this.#loop.soon();
  }

  /** Compares with the desired state soon, and looks at the kernel too. */
  readonly verify = (): void => {
    this.#verify = true;
    this.#loop.soon();
  };

  /** Compares with the desired state once more after so many milliseconds. */
  readonly after = (ms: number): void => this.#loop.after(ms);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch[Symbol.asyncDispose]();
    this.#parts.replica.off("change", this.#onOpenVSwitch);
    this.#parts.replica.off("synced", this.#onSynced);
    await this.#loop[Symbol.asyncDispose]();
  }

  /** Open vSwitch's database is back: nothing has to wait for it any longer. */
  #begin(): void {
    this.#verify = true;
    this.#items.retryNow();
    this.#loop.retryNow();
  }

  #follow(changes: readonly Change<Tables>[]): void {
    const ours = changes.some((change) => {
      if (change.table !== "Interface") return false;
      return uplinkOf((change.new ?? change.old)?.external_ids ?? {}) !== undefined;
    });
    if (ours) this.#loop.soon();
  }

  async #reconcile(): Promise<void> {
    const { state, ports, replica } = this.#parts;
    if (!replica.isSynced) return;
    const verify = this.#verify;
    this.#verify = false;
    const wanted = uplinkItems(state.items.values());
    this.#items.keep(wanted);
    this.#noteLost();
    // Each by itself, at once: one whose step takes long holds up no other.
    await Promise.all([...wanted.values()].map((item) => this.#bring(item, verify)));
    const present = ports.list();
    const leaving = state.isFresh ? this.#leave.due(wanted, present.keys()) : [];
    for (const key of this.#addressed.keys())
      if (!wanted.has(key) && (!present.has(key) || leaving.includes(key))) this.#addressed.delete(key);
    await this.#writeRules(verify, state.isFresh || wanted.size > 0);
    await this.#remove(leaving, verify);
    await this.#look(wanted, present);
    this.#tell(wanted.values());
    if (verify) await this.#parts.interfaces.removeForgotten();
  }

  /** An uplink that works in part, and that somebody has removed since, is made again at once. */
  #noteLost(): void {
    const present = this.#parts.ports.list();
    for (const key of this.#addressed.keys()) {
      if (present.has(key)) continue;
      this.#addressed.delete(key);
      this.#items.retryNow(key);
    }
  }

  #bring(item: UplinkItem, verify: boolean): Promise<boolean> {
    return this.#items.attempt(item.key, () => this.#make(item, verify || this.#items.hasFailed(item.key)));
  }

  /** The next step of one uplink: its port, then its interface. @throws what is in its way. */
  async #make(item: UplinkItem, verify: boolean): Promise<"unfinished" | void> {
    const { key } = item;
    const { ports, interfaces, flows } = this.#parts;
    const bound = AbortSignal.timeout(openVSwitchBoundMs);
    const port = ports.list().get(key);
    if (port === undefined) {
      await ports.add(item, bound);
      return "unfinished";
    }
    if (isStale(port, item)) {
      this.#addressed.delete(key);
      await ports.remove(key, bound);
      return "unfinished";
    }
    const { number, ofport, mtu } = port;
    if (mtu.asked !== item.mtu) await ports.resize(item, bound);
    if (ofport === undefined) return "unfinished";
    const isKnown = JSON.stringify(this.#addressed.get(key)?.item) === JSON.stringify(item);
    if (isKnown && !verify && mtu.actual === item.mtu) return;
    const made = await interfaces.make(item, number, flows.areKnownToLeadTo(key, ofport));
    if (made === undefined) {
      this.#addressed.delete(key);
      await ports.remove(key, bound);
      throw new FairwayError("unavailable", "its interface is not there; its port is made again");
    }
    if (made.works) this.#addressed.set(key, made.uplink);
    else this.#addressed.delete(key);
    if (made.trouble !== undefined) throw new FairwayError("unavailable", made.trouble);
  }

  /** What is published is reconciled with the rules: they name it. */
  async #writeRules(verify: boolean, isComplete: boolean): Promise<void> {
    const { rules, beforeRules } = this.#parts;
    await beforeRules();
    if (!isComplete) return;
    await this.#firewall.attempt(firewall.table, async () => {
      const isVerified = verify || this.#firewall.hasFailed(firewall.table);
      this.#refused = await rules.apply(this.#addressed.values(), isVerified);
      this.#ruled = new Set(this.#addressed.keys()).difference(this.#refused);
      this.#parts.onRefused(this.#refused);
    });
    await this.#firewall.attempt(firewall.others, () => rules.passOthers());
  }

  async #remove(leaving: readonly string[], verify: boolean): Promise<void> {
    const { ports, interfaces, state } = this.#parts;
    const bound = AbortSignal.timeout(openVSwitchBoundMs);
    const stays = (key: string) => !leaving.includes(key);
    await Promise.all(leaving.map((key) => this.#items.attempt(key, () => ports.remove(key, bound))));
    if (leaving.length > 0 || (verify && state.isFresh))
      await interfaces.forgetExcept(
        new Set([...ports.list()].flatMap(([key, { number }]) => (stays(key) ? number : []))),
      );
  }

  /** Finds out by which uplinks packets go by now; an uplink to which no flow leads yet is looked at again, more and more seldom. */
  async #look(
    wanted: ReadonlyMap<string, UplinkItem>,
    present: ReadonlyMap<string, UplinkPort>,
  ): Promise<void> {
    const ofports = new Map<string, number>();
    for (const key of this.#addressed.keys()) {
      const ofport = present.get(key)?.ofport;
      if (ofport !== undefined) ofports.set(key, ofport);
    }
    const { found, againInMs } = await this.#parts.flows.look(ofports);
    if (againInMs !== undefined) this.#loop.after(againInMs);
    for (const key of found) {
      const item = wanted.get(key);
      // Its route comes when it leads somewhere.
      if (item?.kind === "host-access") await this.#bring(item, true);
    }
    const isLive = (key: string) => this.#ruled.has(key) && this.#parts.flows.leading.has(key);
    this.#publish(new Map([...this.#addressed].filter(([key]) => isLive(key))));
  }

  #publish(live: ReadonlyMap<string, Uplink>): void {
    const before = this.#live;
    this.#live = live;
    const isSame =
      live.size === before.size && [...live].every(([key, uplink]) => before.get(key) === uplink);
    if (isSame) return;
    const { logger } = this.#parts;
    for (const [key, { item, name, number }] of live)
      if (!before.has(key)) logger.info({ network: item.network, uplink: name, number }, comes[item.kind]);
    for (const [key, { item, name }] of before)
      if (!live.has(key))
        logger.info({ network: item.network, uplink: name }, "the network's uplink is gone");
    this.#listeners.call();
  }

  #tell(wanted: Iterable<UplinkItem>): void {
    const failures = this.#items.reasons;
    const walls = this.#firewall.reasons;
    const whole = walls.get(firewall.table) ?? walls.get(firewall.others);
    this.#parts.troubles.of(
      "uplinks",
      [...wanted].flatMap(({ key, kind, network }) => {
        const reason =
          failures.get(key) ?? this.#refused.get(key) ?? whole ?? this.#parts.flows.troubleOf(key);
        const way = kind === "uplink" ? "the way out" : "the way to other hosts";
        return reason === undefined ? [] : { network, reason: `${way}: ${reason}` };
      }),
    );
  }
}

function uplinkItems(items: Iterable<HostItem>): ReadonlyMap<string, UplinkItem> {
  const uplinks = new Map<string, UplinkItem>();
  for (const item of items)
    if (item.kind === "uplink" || item.kind === "host-access") uplinks.set(item.key, item);
  return uplinks;
}
