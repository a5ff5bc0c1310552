import type { HostItem } from "../../api/types.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { HostState } from "../host-state.ts";
import type { OpenVSwitchReplica } from "../open-vswitch.ts";
import { endpointOf } from "../ports.ts";
import type { HostRules } from "./host-rules.ts";
import type { Leg, LegItem } from "./leg.ts";
import type { LegFlows } from "./leg-flows.ts";
import type { LegInterfaces } from "./leg-interfaces.ts";
import { isStale, type LegPort, type LegPorts, legKey, legOf } from "./leg-ports.ts";

/** How often everything is looked at without an occasion: neither links nor rules announce that somebody removed them. */
const periodMs = 10_000;
/** How long a leg waits for the network's next container on this host. */
const lingerMs = 30_000;
/** Between two looks for the flows of a new leg. */
const flowDelayMs = 10;
const openVSwitchBoundMs = 10_000;

const comes = {
  leg: "the network leaves this host by its leg",
  reach: "this host reaches the network's containers on other hosts",
} as const satisfies Record<LegItem["kind"], string>;

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
  /** Legs whose interface is as it should be, by key. */
  readonly #addressed = new Map<string, Leg>();
  /** Port numbers of the legs to which flows lead, by key. */
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

  /** The legs by which packets go and come at this moment, by key. */
  get live(): ReadonlyMap<string, Leg> {
    return this.#live;
  }

  /** Calls `listener` after every change of `live`. @returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  /** Waits until a leg is there, by its key. @throws the signal's reason. */
  async ready(key: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#live.has(key)) resolve();
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
      return table === "Interface" && legOf(row?.external_ids ?? {}) !== undefined;
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
    for (const [key, item] of wanted) if (!before.has(key)) await ports.add(item, bound);
    const present = ports.list();
    for (const key of this.#addressed.keys()) if (!present.has(key)) this.#addressed.delete(key);
    const leaving = state.isFresh ? this.#leaving(wanted, present.keys()) : [];
    for (const key of leaving) this.#addressed.delete(key);
    for (const [key, port] of present) {
      const { number, ofport } = port;
      const item = wanted.get(key);
      if (item === undefined || ofport === undefined) continue;
      if (isStale(port, item)) {
        this.#addressed.delete(key);
        await ports.remove(key, bound);
        continue;
      }
      const isKnown = JSON.stringify(this.#addressed.get(key)?.item) === JSON.stringify(item);
      if (isKnown && !verify) continue;
      const leg = await interfaces.make(item, number, this.#leading.get(key) === ofport);
      if (leg === undefined) await ports.remove(key, bound);
      else this.#addressed.set(key, leg);
    }
    await this.#parts.beforeRules();
    const isComplete = state.isFresh || wanted.size > 0;
    if (isComplete) await rules.apply(this.#addressed.values(), verify);
    for (const key of leaving) await ports.remove(key, bound);
    if (leaving.length > 0 || (verify && state.isFresh))
      await interfaces.forgetExcept(
        new Set([...ports.list()].flatMap(([key, { number }]) => (leaving.includes(key) ? [] : number))),
      );
    await this.#look(present);
  }

  /** Finds out by which legs packets go by now; a leg to which no flow leads yet is looked at again soon. */
  async #look(present: ReadonlyMap<string, LegPort>): Promise<void> {
    for (const [key, ofport] of this.#leading)
      if (!this.#addressed.has(key) || present.get(key)?.ofport !== ofport) this.#leading.delete(key);
    for (const [key, leg] of this.#addressed) {
      const ofport = present.get(key)?.ofport;
      if (ofport === undefined || this.#leading.has(key)) continue;
      if (await this.#parts.flows.leadTo(ofport)) {
        this.#leading.set(key, ofport);
        if (leg.item.kind === "reach") await this.#parts.interfaces.make(leg.item, leg.number, true);
      } else this.#soon ??= setTimeout(this.#onSoon, flowDelayMs);
    }
    this.#publish(new Map([...this.#addressed].filter(([key]) => this.#leading.has(key))));
  }

  readonly #onSoon = (): void => {
    this.#soon = undefined;
    this.trigger();
  };

  /** Those that nobody wants: one for containers after a while where the host still has the network, else at once. */
  #leaving(wanted: ReadonlyMap<string, unknown>, present: Iterable<string>): readonly string[] {
    const nowMs = performance.now();
    const known = new Set<string>();
    for (const item of this.#parts.state.items.values())
      if (item.kind === "network") known.add(legKey(item.network));
    const leaving: string[] = [];
    for (const key of present) {
      if (wanted.has(key)) {
        this.#unwantedSince.delete(key);
        continue;
      }
      const sinceMs = this.#unwantedSince.get(key) ?? nowMs;
      this.#unwantedSince.set(key, sinceMs);
      if (known.has(key) && nowMs - sinceMs < lingerMs) continue;
      this.#unwantedSince.delete(key);
      leaving.push(key);
    }
    return leaving;
  }

  #publish(live: ReadonlyMap<string, Leg>): void {
    const before = this.#live;
    this.#live = live;
    const isSame = live.size === before.size && [...live].every(([key, leg]) => before.get(key) === leg);
    if (isSame) return;
    const { logger } = this.#parts;
    for (const [key, { item, name, number }] of live)
      if (!before.has(key)) logger.info({ network: item.network, leg: name, number }, comes[item.kind]);
    for (const [key, { item, name }] of before)
      if (!live.has(key)) logger.info({ network: item.network, leg: name }, "the network's leg is gone");
    for (const listener of this.#waiting) listener();
  }
}

function legItems(items: Iterable<HostItem>): ReadonlyMap<string, LegItem> {
  const legs = new Map<string, LegItem>();
  for (const item of items) if (item.kind === "leg" || item.kind === "reach") legs.set(item.key, item);
  return legs;
}
