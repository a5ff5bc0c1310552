import type { Socket } from "node:net";
import { errorFromServer, OvsdbError } from "./errors.ts";
import { MessageStream } from "./message-stream.ts";
import { isRecord } from "./notation.ts";

export interface ConnectionLimits {
  /** After this long without a byte from the peer it is asked for an echo; after twice as long it counts as dead. 0: never. */
  readonly probeIntervalMs: number;
  /** The longest message that is read or written, in bytes. */
  readonly maxMessageBytes: number;
  /** How many bytes may wait to be sent before requests are refused with "overloaded". */
  readonly maxQueuedBytes: number;
}

export interface ConnectionHandlers {
  onNotification(method: string, params: readonly unknown[]): void;
  /** Whoever waited for a reply threw when the connection's end was told instead. The others are told nevertheless. */
  onFault(error: unknown, method: string): void;
  /** Called once; no reply is still awaited then. */
  onClose(reason: OvsdbError): void;
}

/** Called within the reading of the reply, before the next message is looked at. */
export type Settle = (error: OvsdbError | undefined, result: unknown) => void;

interface PendingCall {
  readonly method: string;
  readonly settle: Settle;
}

/** One JSON-RPC session (RFC 7047 §4) over one socket, from its connect to its end. */
export class Connection {
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #limits: ConnectionLimits;
  readonly #stream: MessageStream;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;
  #closed = false;
  #lastHeard = performance.now();
  #probeTimer: NodeJS.Timeout | undefined;
  #probing = false;

  constructor(socket: Socket, limits: ConnectionLimits, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#limits = limits;
    this.#handlers = handlers;
    this.#stream = new MessageStream(limits.maxMessageBytes);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (cause) => this.close(lost(cause.message, cause)));
    socket.on("close", () => this.close(lost("the server closed it")));
    if (limits.probeIntervalMs > 0) this.#watch(limits.probeIntervalMs);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends a request; gives its id. Throws "connection lost", "overloaded" and "message too large", and then nothing was sent. */
  call(method: string, params: readonly unknown[], settle: Settle): number {
    if (this.#closed) throw lost("it was closed before");
    const id = this.#nextId++;
    this.#write({ id, method, params });
    this.#pending.set(id, { method, settle });
    return id;
  }

  /** Stops waiting for a reply; the server is asked to cancel the request if it is a transaction (RFC 7047 §4.1.4). */
  forget(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || !this.#pending.delete(id) || this.#closed) return;
    if (pending.method === "transact") {
      this.#socket.write(JSON.stringify({ id: null, method: "cancel", params: [id] }));
    }
  }

  /** Ends the session; every awaited reply fails with `reason`. */
  close(reason: OvsdbError): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#probeTimer);
    this.#socket.destroy();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { method, settle } of pending) {
      try {
        settle(reason, undefined);
      } catch (error) {
        this.#handlers.onFault(error, method);
      }
    }
    this.#handlers.onClose(reason);
  }

  #write(message: object): void {
    const text = JSON.stringify(message);
    const { maxMessageBytes, maxQueuedBytes } = this.#limits;
    if (exceeds(text, maxMessageBytes)) {
      throw new OvsdbError(
        "message too large",
        `A request of ${Buffer.byteLength(text)} bytes exceeds ${maxMessageBytes}`,
      );
    }
    if (this.#socket.writableLength > 0 && this.#socket.writableLength + text.length > maxQueuedBytes) {
      throw new OvsdbError("overloaded", `${this.#socket.writableLength} bytes already wait to be sent`);
    }
    this.#socket.write(text);
  }

  #read(chunk: Buffer): void {
    this.#lastHeard = performance.now();
    this.#probing = false;
    try {
      for (const message of this.#stream.push(chunk)) {
        this.#dispatch(message);
        if (this.#closed) return;
      }
    } catch (error) {
      this.close(
        error instanceof OvsdbError
          ? error
          : new OvsdbError("protocol error", String(error), { cause: error }),
      );
    }
  }

  #dispatch(message: unknown): void {
    if (!isRecord(message)) throw new OvsdbError("protocol error", "A message is not an object");
    const { id, method } = message;
    if (method === undefined) {
      this.#settle(message);
      return;
    }
    const params: unknown = message["params"];
    if (typeof method !== "string" || !Array.isArray(params)) {
      throw new OvsdbError("protocol error", "A request has no method or no parameters");
    }
    if (id === null || id === undefined) this.#handlers.onNotification(method, params);
    else if (method === "echo") this.#write({ id, result: params, error: null });
    else this.#write({ id, result: null, error: "unknown method" });
  }

  #settle(message: Readonly<Record<string, unknown>>): void {
    const { id, error, result } = message;
    if (id === "probe") return;
    if (typeof id !== "number" || id >= this.#nextId) {
      throw new OvsdbError("protocol error", "A reply answers no request");
    }
    const pending = this.#pending.get(id);
    // The reply to a request that was forgotten is of no interest.
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (error === null || error === undefined) pending.settle(undefined, result);
    else pending.settle(errorFromServer(error, pending.method), undefined);
  }

  /** Looks at the time of the last byte; asks for an echo, and gives up when that stays unanswered. */
  #watch(delayMs: number): void {
    this.#probeTimer = setTimeout(() => {
      // A process that was busy finds its timers due before its sockets were read: let it read first.
      setImmediate(() => this.#probe());
    }, delayMs);
  }

  #probe(): void {
    if (this.#closed) return;
    const { probeIntervalMs } = this.#limits;
    const silentMs = performance.now() - this.#lastHeard;
    if (silentMs < probeIntervalMs) {
      this.#watch(probeIntervalMs - silentMs);
    } else if (this.#probing) {
      this.close(lost(`the server was silent for ${Math.round(silentMs)} ms`));
    } else {
      this.#probing = true;
      this.#socket.write('{"id":"probe","method":"echo","params":[]}');
      this.#watch(probeIntervalMs);
    }
  }
}

/** Counts bytes only where the number of UTF-16 units (1 to 3 bytes each) leaves it open. */
function exceeds(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
}

/** The error of whatever was under way when a connection ended. @param why in words. */
export function lost(why: string, cause?: unknown): OvsdbError {
  return new OvsdbError("connection lost", `The connection was lost: ${why}`, { cause });
}
