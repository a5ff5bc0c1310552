import type { Lock, OvsdbClient } from "@fairway/ovsdb";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";

const LOCK = "fairway_leader";
const RETRY_MS = 1_000;

export interface Leadership {
  /** Takes over: raises the epoch and starts to write. May throw; it is tried again while the lock is held. */
  lead(): Promise<void>;
  resign(): void;
}

/** OVSDB's lock says who leads. The lock alone is no fence: `lead` raises the epoch (design §2). */
export class Election implements AsyncDisposable {
  readonly #lock: Lock;
  readonly #leadership: Leadership;
  readonly #logger: Logger;
  #retry: NodeJS.Timeout | undefined;
  #leading: Promise<void> = Promise.resolve();

  constructor(client: OvsdbClient, leadership: Leadership, logger: Logger) {
    this.#leadership = leadership;
    this.#logger = logger;
    this.#lock = client.lock(LOCK);
    this.#lock.on("acquired", () => this.#acquire());
    this.#lock.on("lost", () => this.#lose());
    if (this.#lock.held) this.#acquire();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#retry);
    await this.#lock.release();
    this.#lose();
    await this.#leading;
  }

  #acquire(): void {
    clearTimeout(this.#retry);
    this.#leading = this.#leadership.lead().catch((error: unknown) => {
      this.#logger.warn({ reason: messageOf(error) }, "could not take over; trying again");
      this.#leadership.resign();
      if (this.#lock.held) this.#retry = setTimeout(() => this.#acquire(), RETRY_MS);
    });
  }

  #lose(): void {
    clearTimeout(this.#retry);
    this.#leadership.resign();
  }
}
