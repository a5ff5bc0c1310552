import { isIP, connect as openSocket, type Socket } from "node:net";
import { type buildConnector, type Dispatcher, Pool } from "undici";
import { orAbort } from "./or-abort.ts";

/** Where a client's requests go. */
export type HttpServer =
  | { readonly socketPath: string }
  /** A connection that is open already, and whose server was verified: no other is opened. */
  | { readonly host: string; readonly socket: Socket };

export interface HttpRequest {
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, which is sent as JSON; none where it is undefined. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

/** A server that is not reached is given up after so long, ms; a request's own bound ends earlier. */
const connectMs = 30_000;

/**
 * HTTP/1.1 over connections that are kept alive and opened as requests need them. A request is sent once; it rejects with the signal's reason,
 * with an error of which `isLate` is true, or with what broke the connection.
 */
export class HttpClient implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #connecting = new Set<Socket>();

  /** Connects with the first request, not before. */
  constructor(server: HttpServer) {
    const connect: buildConnector.connector = (_, callback) => this.#connect(server, callback);
    // Every request brings its own bounds.
    const options = { connect, headersTimeout: 0, bodyTimeout: 0 };
    this.#pool = new Pool(originOf(server), "socket" in server ? { ...options, connections: 1 } : options);
  }

  /** Sends a request and reads the whole answer. @param boundMs how long both may take together. */
  async ask(request: HttpRequest, boundMs: number): Promise<HttpAnswer<string>> {
    return bounded(boundMs, request.signal, async (signal) => {
      const { body, ...answer } = await this.#send(request, signal, 0);
      return { ...answer, body: await body.text() };
    });
  }

  /**
   * Sends a request and resolves with the beginning of the answer; the rest is a stream. Leaving it early breaks the connection.
   * @param beginMs how long the answer may take to begin.
   * @param silenceMs how long the server may then say nothing; absent: for ever.
   */
  async open(
    request: HttpRequest,
    { beginMs, silenceMs = 0 }: { readonly beginMs: number; readonly silenceMs?: number },
  ): Promise<HttpAnswer<Dispatcher.ResponseData["body"]>> {
    return bounded(beginMs, request.signal, (signal) => this.#send(request, signal, silenceMs));
  }

  /** Breaks what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#pool.destroy();
    for (const socket of this.#connecting) socket.destroy(new Error("the client was closed"));
    await closed;
  }

  async #send({ method, path, headers, body }: HttpRequest, signal: AbortSignal, bodyTimeout: number) {
    signal.throwIfAborted();
    const json = body === undefined ? null : JSON.stringify(body);
    const sent = this.#pool.request({
      method,
      path,
      headers: { ...headers, ...(json !== null && { "content-type": "application/json" }) },
      body: json,
      signal,
      bodyTimeout,
    });
    // undici hears of an abort only once it is connected.
    const answer = await orAbort(sent, signal);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  #connect(server: HttpServer, callback: buildConnector.Callback): void {
    if ("socket" in server) {
      const { socket } = server;
      // undici takes no connection while it asks for one.
      queueMicrotask(() =>
        socket.destroyed ? callback(new Error("the connection is closed"), null) : callback(null, socket),
      );
      return;
    }
    const socket = openSocket(server.socketPath);
    this.#connecting.add(socket);
    const timer = setTimeout(() => socket.destroy(new Error("no connection came about")), connectMs);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      if (!this.#connecting.delete(socket)) return;
      if (error === undefined) callback(null, socket);
      else callback(error, null);
    };
    // The listener stays: an error that comes before undici listens must not end the process.
    socket.once("connect", () => settle()).on("error", settle);
  }
}

/** Whether a request failed because the server said nothing for as long as it might. */
export function isLate(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "TimeoutError" || ("code" in error && error.code === "UND_ERR_BODY_TIMEOUT");
}

/** Runs `work` with a signal that is aborted with the caller's, and with a `TimeoutError` after so long. */
async function bounded<Result>(
  boundMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const giveUp = () => late.abort(new DOMException(`no answer within ${boundMs / 1000} s`, "TimeoutError"));
  const timer = setTimeout(giveUp, boundMs);
  try {
    return await work(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function originOf(server: HttpServer): string {
  if ("socketPath" in server) return "http://localhost";
  return `http://${isIP(server.host) === 6 ? `[${server.host}]` : server.host}`;
}
