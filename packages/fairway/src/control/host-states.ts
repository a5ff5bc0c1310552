import { randomBytes } from "node:crypto";
import type { Change } from "@fairway/ovsdb";
import type { HostStateSource } from "../center/hosts/host-state-source.ts";
import type { HostStateMessage } from "../center/schemas/host-state.ts";
import type { HostItem } from "../compile/host/items.ts";
import { TrackedItems } from "../compile/host/tracked-items.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Tables } from "../intent/generated/fairway.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Loop } from "../runtime/loop.ts";
import { until } from "../runtime/until.ts";
import { Slices } from "./slices.ts";

/** Changed items that are remembered of a host that is away. */
const REMEMBERED = 1_000;
/** Streams of one host at a time. */
const MOST_FOLLOWERS = 8;

/** The desired state of every host that was ever followed, as a numbered list of changes. */
export class HostStates implements HostStateSource, AsyncDisposable {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #remembered: number;
  readonly #hosts = new Map<string, HostState>();
  readonly #items: TrackedItems;
  readonly #loop: Loop;

  /** @param remembered how many changed items are remembered for a host that comes back. */
  constructor(store: Store, logger: Logger, remembered = REMEMBERED) {
    this.#store = store;
    this.#remembered = remembered;
    this.#logger = logger;
    this.#items = new TrackedItems(store.view);
    this.#loop = new Loop({ name: "compile for hosts", work: () => this.#compile(), logger });
    store.replica.on("change", guarded("mark what changed for hosts", logger, this.#follow));
  }

  async *follow(
    host: string,
    revision: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<HostStateMessage> {
    const [row] = this.#store.view.find("Host", "byName", host);
    if (row === undefined) throw new FairwayError("not_found", `host ${host} has not registered`);
    const state = this.#stateOf(row._uuid);
    await this.#loop.idle();
    state.begin();
    let seen = state.since(revision);
    using follower = state.followed(signal);
    while (!follower.signal.aborted && !state.isEnded) {
      // The number is read before the message is handed over: what changes meanwhile comes with the next one.
      const { number } = state;
      yield seen !== undefined && state.isRemembered(seen) ? state.change(seen) : state.snapshot();
      seen = number;
      await state.changed(number, follower.signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  readonly #follow = (changes: readonly Change<Tables>[]): void => {
    for (const change of changes)
      if (change.table === "Host" && change.new === undefined) this.#end(change.uuid);
    this.#items.follow(changes);
    this.#loop.soon();
  };

  /** Compiles what is marked. A host has all of its items of one transaction at once. */
  async #compile(): Promise<void> {
    const slices = new Slices();
    while (this.#items.unsettled > 0) {
      this.#items.settleNext();
      if (slices.isOver) await slices.next();
    }
    for (const host of this.#items.marked()) {
      const compiled: [string, HostItem | undefined][] = [];
      for (const key of this.#items.takeMarked(host)) {
        this.#compileItem(host, key, (item) => compiled.push([key, item]));
        if (slices.isOver) await slices.next();
      }
      for (const [key, item] of compiled) this.#hosts.get(host)?.put(key, item);
    }
  }

  /** An item that cannot be compiled stays as the host knows it, and keeps nothing of the others from it. */
  #compileItem(host: string, key: string, take: (item: HostItem | undefined) => void): void {
    try {
      take(this.#items.compile(host, key));
    } catch (error) {
      const name = this.#store.view.get("Host", host)?.name;
      this.#logger.error(
        { host: name, item: key, reason: messageOf(error) },
        "cannot be compiled for its host",
      );
    }
  }

  /** The host is out of the cluster: nobody may go on as if it were there. */
  #end(host: string): void {
    this.#hosts.get(host)?.end();
    this.#hosts.delete(host);
    this.#items.end(host);
  }

  #stateOf(host: string): HostState {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const state = new HostState(this.#remembered);
    this.#hosts.set(host, state);
    this.#items.begin(host);
    this.#loop.soon();
    return state;
  }
}

/** One host's items, and when each changed last. */
class HostState {
  /** Of this list: another, of a center that was started again or of a host that came back, counts from 0 too. */
  readonly #incarnation = randomBytes(6).toString("hex");
  readonly #items = new Map<string, HostItem>();
  /** The number of an item's last change, the oldest first; items that are gone included. */
  readonly #changed = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** The streams that follow it, the oldest first. */
  readonly #followers = new Set<AbortController>();
  readonly #remembered: number;
  #number = 0;
  #hasBegun = false;
  /** The last change that is not remembered any more. */
  #forgotten = 0;
  #ended = false;

  constructor(remembered: number) {
    this.#remembered = remembered;
  }

  /** The first items are there: what changes from now on is counted. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** How many changes there were. */
  get number(): number {
    return this.#number;
  }

  get #revision(): string {
    return `${this.#incarnation}.${this.#number}`;
  }

  /** The host is gone, and whoever follows it is done. */
  get isEnded(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
    for (const wake of this.#waiting) wake();
  }

  /**
   * One more stream follows. A host has one; an older one may not have noticed yet that its connection is gone, and ends when there are
   * too many.
   */
  followed(signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
    const end = new AbortController();
    this.#followers.add(end);
    const [oldest] = this.#followers;
    if (this.#followers.size > MOST_FOLLOWERS) oldest?.abort();
    return {
      signal: AbortSignal.any([signal, end.signal]),
      [Symbol.dispose]: () => void this.#followers.delete(end),
    };
  }

  put(key: string, item: HostItem | undefined): void {
    const known = this.#items.get(key);
    if (known === item || JSON.stringify(known) === JSON.stringify(item)) return;
    if (item === undefined) this.#items.delete(key);
    else this.#items.set(key, item);
    if (!this.#hasBegun) return;
    this.#changed.delete(key);
    this.#changed.set(key, ++this.#number);
    if (this.#changed.size > this.#remembered) this.#forgetOldest();
    for (const wake of this.#waiting) wake();
  }

  /** The number that a revision stands for, where everything since is remembered. */
  since(revision: string | undefined): number | undefined {
    const [incarnation, text = ""] = (revision ?? "").split(".");
    const number = Number.parseInt(text, 10);
    return incarnation === this.#incarnation && this.isRemembered(number) ? number : undefined;
  }

  isRemembered(number: number): boolean {
    return number <= this.#number && number >= this.#forgotten;
  }

  snapshot(): HostStateMessage {
    return { type: "snapshot", revision: this.#revision, items: [...this.#items.values()] };
  }

  change(since: number): HostStateMessage {
    const keys = [...this.#changed].filter(([, number]) => number > since).map(([key]) => key);
    return {
      type: "change",
      revision: this.#revision,
      set: keys.flatMap((key) => this.#items.get(key) ?? []),
      removed: keys.filter((key) => !this.#items.has(key)),
    };
  }

  /** Resolves when there was a change after `number`, or when the signal ends the wait. */
  async changed(number: number, signal: AbortSignal): Promise<void> {
    const onChange = (look: () => void) => {
      this.#waiting.add(look);
      return () => void this.#waiting.delete(look);
    };
    await until(onChange, () => this.#number > number || this.#ended, signal);
  }

  #forgetOldest(): void {
    for (const [key, number] of this.#changed) {
      this.#changed.delete(key);
      this.#forgotten = number;
      return;
    }
  }
}
