import type { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { OvsdbError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { tell } from "./tell.ts";

interface LockEvents {
  acquired: [];
  /** The connection ended, or another client stole the lock. It is asked for again by itself. */
  lost: [];
}

/**
 * A named lock of one server (RFC 7047 §4.1.8). It is asked for on every connection until `release`. Locks of a
 * cluster's members are independent of each other: combine them with `leaderOnly` and fence writes by a `wait`.
 */
export class Lock extends Emitter<LockEvents> implements AsyncDisposable {
  readonly name: string;
  #steal: boolean;
  #held = false;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  readonly #forget: () => void;

  /** @param forget called when the lock is released */
  constructor(
    name: string,
    { steal, logger }: { readonly steal: boolean; readonly logger: Logger | undefined },
    forget: () => void,
  ) {
    super(logger);
    this.name = name;
    this.#steal = steal;
    this.#forget = forget;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Resolves when the lock is held. Throws "canceled" when the signal comes first, "closed" after `release`. */
  async acquired(signal?: AbortSignal): Promise<void> {
    this.#closing.signal.throwIfAborted();
    if (!this.#held) await this.next("acquired", this.#closing.signal, signal);
  }

  /** Gives the lock up, or leaves the queue for it, without waiting for the server's word. */
  async release(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new OvsdbError("closed", `The lock ${this.name} was released`));
    this.#held = false;
    this.#forget();
    tell(this.#connection, "unlock", [this.name]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** For the client: a connection was made. */
  attach(connection: Connection): void {
    this.#connection = connection;
    // Once is enough: two clients that steal on each connection would take it from each other for ever.
    const method = this.#steal ? "steal" : "lock";
    this.#steal = false;
    connection.call(method, [this.name], (error, result) => {
      if (error === undefined && isLocked(result)) this.#acquire();
    });
  }

  /** For the client: the connection ended. */
  detach(): void {
    this.#connection = undefined;
    this.#lose();
  }

  /** For the client: `locked` or `stolen` came for this lock. */
  notify(method: "locked" | "stolen"): void {
    if (method === "locked") this.#acquire();
    else this.#lose();
  }

  #acquire(): void {
    if (this.#closing.signal.aborted || this.#held) return;
    this.#held = true;
    this.announce("acquired");
  }

  #lose(): void {
    if (!this.#held) return;
    this.#held = false;
    this.announce("lost");
  }
}

function isLocked(result: unknown): boolean {
  return typeof result === "object" && result !== null && "locked" in result && result.locked === true;
}
