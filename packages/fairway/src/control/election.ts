import type { Lock, OvsdbClient } from "@fairway/ovsdb";
import { Term } from "../intent/term.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";

const LOCK = "fairway_leader";
/** A term that lasted so long is no failed try, ms. */
const LASTING_MS = 10_000;

/** Takes over, works, and returns or throws when the term is over. May throw before: then the term is over, too. */
export type Lead = (term: Term) => Promise<void>;

/**
 * OVSDB's lock says who leads, and a term lasts as long as it is held and no fence is lost. A term that ends while the lock is still
 * held is followed by the next one, with a higher epoch. The lock alone is no fence.
 */
export class Election implements AsyncDisposable {
  readonly #lock: Lock;
  readonly #lead: Lead;
  readonly #terms: Loop;

  constructor(client: OvsdbClient, lead: Lead, logger: Logger) {
    this.#lead = lead;
    this.#lock = client.lock(LOCK);
    this.#terms = new Loop({ name: "lead", work: (signal) => this.#term(signal), logger });
    this.#lock.on("acquired", this.#terms.soon);
    this.#terms.soon();
  }

  /** Resolves when the term under way has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terms[Symbol.asyncDispose]();
    this.#lock.off("acquired", this.#terms.soon);
    await this.#lock.release();
  }

  async #term(stop: AbortSignal): Promise<void> {
    if (!this.#lock.held) return;
    const term = new Term(LOCK);
    const lose = () => term.end("its lock was lost");
    const leave = () => term.end("it stops");
    this.#lock.once("lost", lose);
    stop.addEventListener("abort", leave, { once: true });
    const beganMs = performance.now();
    try {
      await this.#lead(term);
      term.signal.throwIfAborted();
    } catch (error) {
      if (!term.isOver || performance.now() - beganMs < LASTING_MS) throw error;
    } finally {
      term.end("what it has to do has failed");
      this.#lock.off("lost", lose);
      stop.removeEventListener("abort", leave);
      if (this.#lock.held) this.#terms.soon();
    }
  }
}
