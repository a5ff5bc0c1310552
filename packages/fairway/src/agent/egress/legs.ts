import type { HostItem, HostLegItem } from "../../api/types.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { HostState } from "../host-state.ts";
import type { OpenVSwitchReplica } from "../open-vswitch.ts";
import { endpointOf } from "../ports.ts";
import type { HostRules } from "./host-rules.ts";
import type { Leg } from "./leg.ts";
import type { LegFlows } from "./leg-flows.ts";
import type { LegInterfaces } from "./leg-interfaces.ts";
import { type LegPort, type LegPorts, networkOf } from "./leg-ports.ts";

/** How often everything is looked at without an occasion: neither links nor rules announce that somebody removed them. */
const periodMs = 10_000;
/** How long a leg waits for the network's next container on this host. */
const lingerMs = 30_000;
/** Between two looks for the flows of a new leg. */
const flowDelayMs = 10;
const openVSwitchBoundMs = 10_000;

export interface LegsParts {
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly ports: LegPorts;
  readonly interfaces: LegInterfaces;
  readonly flows: LegFlows;
  readonly rules: HostRules;
  readonly replica: OpenVSwitchReplica;
  /** Runs before the rules are compared. */
  readonly beforeRules: () => Promise<void>;
  readonly logger: Logger;
}

/**
 * Makes this host's legs equal to its desired state: a port in the bridge, an interface with addresses and routes, elements in our
 * nftables table. What somebody removed is made again within seconds.
 */
export class Legs implements AsyncDisposable {
  readonly #parts: LegsParts;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting = new Set<() => void>();
  readonly #unwantedSince = new Map<string, number>();
  /** Legs whose interface is as it should be, by network. */
  readonly #addressed = new Map<string, Leg>();
  /** Port numbers of the legs to which flows lead, by network. */
  readonly #leading = new Map<string, number>();
  #live: ReadonlyMap<string, Leg> = new Map();
  #soon: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #verify = true;
  #closed = false;

  constructor(parts: LegsParts) {
    this.#parts = parts;
    this.#timer = setInterval(this.verify, periodMs);
    parts.replica.on("change", this.#onOpenVSwitch);
    parts.replica.on("synced", this.verify);
  }

  /** The legs by which packets go and come at this moment, by network. */
  get live(): ReadonlyMap<string, Leg> {
    return this.#live;
  }

  /** Calls `listener` after every change of `live`. @returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  /** Waits until a network has its leg. @throws the signal's reason. */
  async ready(network: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#live.has(network)) resolve();
    };
    const giveUp = () => reject(signal.reason);
    const end = this.onChange(look);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      if (signal.aborted) giveUp();
      look();
      await promise;
    } finally {
      end();
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. Endpoints come and go without their leg. */
  follow(keys?: readonly string[]): void {
    if (keys === undefined || keys.some((key) => endpointOf(key) === undefined)) this.trigger();
  }

  /** Compares with the desired state soon. */
  readonly trigger = (): void => {
    if (this.#closed) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#reconcile()
      .catch((error: unknown) => {
        this.#verify = true;
        this.#parts.logger.warn({ error: messageOf(error) }, "the legs were not reconciled; trying again");
      })
      .finally(() => {
        this.#running = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.trigger();
      });
  };

  /** As `trigger`, and looks at the kernel too. */
  readonly verify = (): void => {
    this.#verify = true;
    this.trigger();
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#parts.replica.off("change", this.#onOpenVSwitch);
    this.#parts.replica.off("synced", this.verify);
    await this.#running;
  }

  readonly #onOpenVSwitch = (
    changes: readonly { readonly table: string; readonly old?: unknown; readonly new?: unknown }[],
  ): void => {
    const ours = changes.some(({ table, old, new: now }) => {
      const row = (now ?? old) as { readonly external_ids?: Readonly<Record<string, string>> } | undefined;
      return table === "Interface" && networkOf(row?.external_ids ?? {}) !== undefined;
    });
    if (ours) this.trigger();
  };

  async #reconcile(): Promise<void> {
    const { state, ports, interfaces, rules, replica } = this.#parts;
    if (!replica.isSynced) return;
    const verify = this.#verify;
    this.#verify = false;
    const wanted = legItems(state.items.values());
    const bound = AbortSignal.timeout(openVSwitchBoundMs);
    const before = ports.list();
    for (const [network, item] of wanted) if (!before.has(network)) await ports.add(item, bound);
    const present = ports.list();
    for (const network of this.#addressed.keys()) if (!present.has(network)) this.#addressed.delete(network);
    const leaving = state.isFresh ? this.#leaving(wanted, present.keys()) : [];
    for (const network of leaving) this.#addressed.delete(network);
    for (const [network, { number, ofport }] of present) {
      const item = wanted.get(network);
      if (item === undefined || ofport === undefined) continue;
      const isKnown = JSON.stringify(this.#addressed.get(network)?.item) === JSON.stringify(item);
      if (isKnown && !verify) continue;
      const leg = await interfaces.make(item, number);
      if (leg === undefined) await ports.remove(network, bound);
      else this.#addressed.set(network, leg);
    }
    await this.#parts.beforeRules();
    const isComplete = state.isFresh || wanted.size > 0;
    if (isComplete) await rules.apply(this.#addressed.values(), verify);
    for (const network of leaving) await ports.remove(network, bound);
    if (leaving.length > 0 || (verify && state.isFresh))
      await interfaces.forgetExcept(
        new Set(
          [...ports.list()].flatMap(([network, { number }]) => (leaving.includes(network) ? [] : number)),
        ),
      );
    await this.#look(present);
  }

  /** Finds out by which legs packets go by now; a leg to which no flow leads yet is looked at again soon. */
  async #look(present: ReadonlyMap<string, LegPort>): Promise<void> {
    for (const [network, ofport] of this.#leading)
      if (!this.#addressed.has(network) || present.get(network)?.ofport !== ofport)
        this.#leading.delete(network);
    for (const network of this.#addressed.keys()) {
      const ofport = present.get(network)?.ofport;
      if (ofport === undefined || this.#leading.has(network)) continue;
      if (await this.#parts.flows.leadTo(ofport)) this.#leading.set(network, ofport);
      else this.#soon ??= setTimeout(this.#onSoon, flowDelayMs);
    }
    this.#publish(new Map([...this.#addressed].filter(([network]) => this.#leading.has(network))));
  }

  readonly #onSoon = (): void => {
    this.#soon = undefined;
    this.trigger();
  };

  /** Those that nobody wants: at once where the host has the network no more, else after a while. */
  #leaving(wanted: ReadonlyMap<string, unknown>, present: Iterable<string>): readonly string[] {
    const nowMs = performance.now();
    const known = new Set<string>();
    for (const item of this.#parts.state.items.values()) if (item.kind === "network") known.add(item.network);
    const leaving: string[] = [];
    for (const network of present) {
      if (wanted.has(network)) {
        this.#unwantedSince.delete(network);
        continue;
      }
      const sinceMs = this.#unwantedSince.get(network) ?? nowMs;
      this.#unwantedSince.set(network, sinceMs);
      if (known.has(network) && nowMs - sinceMs < lingerMs) continue;
      this.#unwantedSince.delete(network);
      leaving.push(network);
    }
    return leaving;
  }

  #publish(live: ReadonlyMap<string, Leg>): void {
    const before = this.#live;
    this.#live = live;
    const isSame =
      live.size === before.size && [...live].every(([network, leg]) => before.get(network) === leg);
    if (isSame) return;
    const { logger } = this.#parts;
    for (const [network, { name, number }] of live)
      if (!before.has(network))
        logger.info({ network, leg: name, number }, "the network leaves this host by its leg");
    for (const [network, { name }] of before)
      if (!live.has(network)) logger.info({ network, leg: name }, "the network's leg is gone");
    for (const listener of this.#waiting) listener();
  }
}

function legItems(items: Iterable<HostItem>): ReadonlyMap<string, HostLegItem> {
  const legs = new Map<string, HostLegItem>();
  for (const item of items) if (item.kind === "leg") legs.set(item.network, item);
  return legs;
}
