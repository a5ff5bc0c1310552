import type { ApiClient } from "../../api/client.ts";
import { faultOf } from "../../api/host-item.ts";
import type { HostItem, HostStateMessage } from "../../center/schemas/host-state.ts";
import { FairwayError } from "../../errors.ts";
import type { KeptFile } from "../../host/kept-file.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { Listeners } from "../../runtime/listeners.ts";
import { Loop } from "../../runtime/loop.ts";
import { until } from "../../runtime/until.ts";
import { type KeptState, keptState } from "./kept-state.ts";

const backoff: BackoffBounds = { firstMs: 250, longestMs: 8_000 };

export interface HostStateParts {
  readonly api: Pick<ApiClient, "followHostState">;
  readonly hostName: string;
  readonly logger: Logger;
  /** The center does not know this host: it has to be registered. */
  readonly onUnknownHost: () => Promise<void>;
  /** Who claims what this host has and the center has forgotten; `claim` says whether the center knows more by now than it said. */
  readonly claims?:
    | { claim(kept: Iterable<HostItem>, said: readonly HostItem[], signal: AbortSignal): Promise<boolean> }
    | undefined;
  /** Where the last state outlives this process. */
  readonly kept?: Pick<KeptFile<KeptState>, "read" | "keep"> | undefined;
}

/**
 * What this host must have, by the center's word. It is kept while the center is away, over a reboot too, and is fresh while the
 * stream is open: the client ends a silent one.
 */
export class HostState implements AsyncDisposable {
  readonly #parts: HostStateParts;
  readonly #items = new Map<string, HostItem>();
  /** Keys of items that this version cannot read, and why. */
  readonly #unreadable = new Map<string, string>();
  readonly #listeners: Listeners<[keys?: readonly string[]]>;
  readonly #loop: Loop;
  #hasRemembered = false;
  #revision: string | undefined;
  #fresh = false;
  #awaySinceMs = performance.now();

  constructor(parts: HostStateParts) {
    const { logger } = parts;
    this.#parts = parts;
    this.#listeners = new Listeners(logger);
    this.#loop = new Loop({ name: "follow the host's state", work: () => this.#run(), backoff, logger });
    this.#loop.soon();
  }

  get items(): ReadonlyMap<string, HostItem> {
    return this.#items;
  }

  /** Whether the items are complete and the center has said so since the stream was opened. */
  get isFresh(): boolean {
    return this.#fresh;
  }

  /** Since when the center is away, by `performance.now()`; undefined while it is there. */
  get awaySinceMs(): number | undefined {
    return this.#fresh ? undefined : this.#awaySinceMs;
  }

  /** Resolves when the items are complete, at once where they are. Rejects with the signal's reason. */
  async fresh(signal: AbortSignal): Promise<void> {
    const subscribe = (look: () => void) => this.onChange("wait for the center's word", look);
    if (!(await until(subscribe, () => this.#fresh, signal))) throw signal.reason;
  }

  /** Whether the center has something of this key that cannot be read here: it is not wanted, and not superfluous either. */
  isUnreadable(key: string): boolean {
    return this.#unreadable.has(key);
  }

  /**
   * Calls `listener` whenever the items have changed, or were confirmed.
   * @param what says in the log what failed, where it throws.
   * @param listener gets the keys of the items that came, changed or went; none where any may have.
   * @returns what ends that.
   */
  onChange(what: string, listener: (keys?: readonly string[]) => void): () => void {
    return this.#listeners.add(what, listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  /** Follows the center's stream until it ends. @throws why it ended. */
  async #run(): Promise<void> {
    if (!this.#hasRemembered) await this.#remember();
    this.#hasRemembered = true;
    try {
      await this.#follow();
    } catch (error) {
      const isUnknown = error instanceof FairwayError && error.code === "not_found";
      if (isUnknown) await this.#parts.onUnknownHost().catch(() => undefined);
      throw error;
    } finally {
      if (this.#fresh) this.#awaySinceMs = performance.now();
      this.#fresh = false;
    }
  }

  /** Until the center speaks, its last word counts. */
  async #remember(): Promise<void> {
    const { kept, logger } = this.#parts;
    const last = await kept?.read();
    if (last === undefined) return;
    this.#revision = last.revision;
    for (const item of last.items) this.#put(item);
    logger.info({ items: last.items.length }, "the host's last state is known from disk");
    this.#listeners.call();
  }

  async #follow(): Promise<void> {
    const { api, hostName, logger } = this.#parts;
    const held = { host: hostName, revision: this.#revision };
    for await (const message of api.followHostState(held, { signal: this.#loop.signal })) {
      if (message.type === "heartbeat" && this.#fresh) continue;
      // Until the center says it anew, with what was claimed, its last word counts: nothing goes and comes again.
      if (message.type === "snapshot" && (await this.#hasClaimed(message.items))) return this.#loop.soon();
      const wasFresh = this.#fresh;
      const keys = this.#apply(message);
      if (!wasFresh)
        logger.info({ revision: message.revision, items: this.#items.size }, "the host's state is followed");
      this.#fresh = true;
      this.#parts.kept?.keep(() => keptState(message.revision, this.#items.values()));
      this.#listeners.call(wasFresh ? keys : undefined);
      this.#loop.progressed();
    }
    throw new FairwayError("unavailable", "The center ended the stream of this host's state");
  }

  async #hasClaimed(said: readonly HostItem[]): Promise<boolean> {
    const claimed = await this.#parts.claims?.claim(this.#items.values(), said, this.#loop.signal);
    return claimed === true;
  }

  /** @returns the keys of the items that it touched; undefined where it had all of them. */
  #apply(message: HostStateMessage): readonly string[] | undefined {
    this.#revision = message.revision;
    switch (message.type) {
      case "snapshot": {
        const keys = new Set(message.items.map(keyOf));
        for (const key of this.#items.keys()) if (!keys.has(key)) this.#remove(key);
        for (const key of this.#unreadable.keys()) if (!keys.has(key)) this.#remove(key);
        for (const item of message.items) this.#put(item);
        return undefined;
      }
      case "change":
        for (const key of message.removed) this.#remove(key);
        for (const item of message.set) this.#put(item);
        return [...message.removed, ...message.set.map(keyOf)];
      case "heartbeat":
        return [];
    }
  }

  /** An item that cannot be read is one: what was known under its key stays. */
  #put(item: HostItem): void {
    const key = keyOf(item);
    const fault = faultOf(item);
    if (fault === undefined) {
      this.#items.set(key, item);
      this.#unreadable.delete(key);
      return;
    }
    if (this.#unreadable.get(key) !== fault)
      this.#parts.logger.warn({ item: key, fault }, "what this host must have cannot be read; the rest can");
    this.#unreadable.set(key, fault);
  }

  #remove(key: string): void {
    this.#items.delete(key);
    this.#unreadable.delete(key);
  }
}

/** Also of something that is no item. */
function keyOf(item: HostItem | null | undefined): string {
  return String(item?.key);
}
