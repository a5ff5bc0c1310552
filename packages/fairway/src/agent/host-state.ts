import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../api/client.ts";
import { faultOf } from "../api/host-item.ts";
import type { HostItem, HostStateMessage } from "../api/types.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Backoff, type BackoffBounds } from "../runtime/backoff.ts";
import { orAbort } from "../runtime/or-abort.ts";
import type { Claims } from "./claims.ts";
import type { KeptFile } from "./kept-file.ts";
import { type KeptState, keptState } from "./kept-state.ts";

const backoffBounds: BackoffBounds = { firstMs: 250, longestMs: 8_000 };

export interface HostStateParts {
  readonly api: Pick<ApiClient, "followHostState">;
  readonly hostName: string;
  readonly logger: Logger;
  /** The center does not know this host: it has to be registered. */
  readonly onUnknownHost: () => Promise<void>;
  /** @param keys of the items that came, changed or went; absent where any may have. */
  readonly onChange: (keys?: readonly string[]) => void;
  /** What this host has and the center has forgotten. */
  readonly claims?: Pick<Claims, "claim"> | undefined;
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
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #revision: string | undefined;
  #fresh = false;
  #freshened = Promise.withResolvers<void>();
  #awaySinceMs = performance.now();

  constructor(parts: HostStateParts) {
    this.#parts = parts;
    this.#running = this.#run();
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
    while (!this.#fresh) await orAbort(this.#freshened.promise, signal);
  }

  /** Whether the center has something of this key that cannot be read here: it is not wanted, and not superfluous either. */
  isUnreadable(key: string): boolean {
    return this.#unreadable.has(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger, onUnknownHost } = this.#parts;
    const { signal } = this.#end;
    await this.#remember();
    const backoff = new Backoff(backoffBounds);
    while (!signal.aborted) {
      try {
        await this.#follow(() => backoff.reset());
      } catch (error) {
        if (signal.aborted) return;
        const unknown = error instanceof FairwayError && error.code === "not_found";
        if (unknown) await onUnknownHost().catch(() => undefined);
        else logger.warn({ error: messageOf(error) }, "the host's state is not followed at the moment");
      }
      if (this.#fresh) {
        this.#awaySinceMs = performance.now();
        this.#freshened = Promise.withResolvers();
      }
      this.#fresh = false;
      await sleep(backoff.failed(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until the center speaks, its last word counts. */
  async #remember(): Promise<void> {
    const { kept, logger, onChange } = this.#parts;
    const last = await kept?.read();
    if (last === undefined) return;
    this.#revision = last.revision;
    for (const item of last.items) this.#put(item);
    logger.info({ items: last.items.length }, "the host's last state is known from disk");
    onChange();
  }

  async #follow(onMessage: () => void): Promise<void> {
    const { api, hostName, logger } = this.#parts;
    const options = { signal: this.#end.signal, revision: this.#revision };
    for await (const message of api.followHostState(hostName, options)) {
      if (message.type === "heartbeat" && this.#fresh) continue;
      // Until the center says it anew, with what was claimed, its last word counts: nothing goes and comes again.
      if (message.type === "snapshot" && (await this.#hasClaimed(message.items))) return;
      const wasFresh = this.#fresh;
      const keys = this.#apply(message);
      if (!wasFresh)
        logger.info({ revision: message.revision, items: this.#items.size }, "the host's state is followed");
      this.#fresh = true;
      this.#freshened.resolve();
      this.#parts.kept?.keep(() => keptState(message.revision, this.#items.values()));
      this.#parts.onChange(wasFresh ? keys : undefined);
      onMessage();
    }
  }

  async #hasClaimed(said: readonly HostItem[]): Promise<boolean> {
    const claimed = await this.#parts.claims?.claim(this.#items.values(), said, this.#end.signal);
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
