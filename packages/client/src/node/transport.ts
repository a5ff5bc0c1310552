import { readFileSync } from "node:fs";
import { isIP, connect as openSocket, type Socket } from "node:net";
import { connect as openTls } from "node:tls";
import { type buildConnector, type Dispatcher, Pool } from "undici";
import { ApiError } from "../api-error.ts";
import { deferred } from "../deferred.ts";
import type { Failure, HttpAnswer, HttpRequest, Transport } from "../transport.ts";
import { centerAt, failureOf } from "./connection-error.ts";

/** Paths of PEM files. They are read again for every new connection, so that a renewed certificate counts. */
export interface CertificateFiles {
  /** Who may vouch for the center; the authorities that Node knows where it is absent. */
  readonly ca?: string | undefined;
  /** The caller's own certificate and its key: a host has them, a principal has a token. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface NodeTarget {
  /** `unix:/run/fairway/api.sock` or `https://host:port`. */
  readonly target: string;
  readonly tls?: CertificateFiles | undefined;
}

/** A server that is not reached is given up after so long, ms; a request's own bound ends earlier. */
const connectMs = 30_000;

/**
 * Requests over HTTP/1.1 on a unix socket or TLS 1.3, over connections that are kept alive and opened as requests need them. It connects with the
 * first request, not before.
 */
export class NodeTransport implements Transport {
  readonly name: string;
  readonly who: string;
  readonly #pool: Pool;
  readonly #connecting = new Set<Socket>();

  /** Throws `ApiError` with the code `invalid` for a target that is neither `unix:` nor `https://`. */
  constructor({ target, tls = {} }: NodeTarget) {
    const { name, origin, open } = parse(target, tls);
    this.name = name;
    this.who = centerAt(name);
    const connect: buildConnector.connector = (_, callback) => this.#connect(open(), callback);
    // Every request brings its own bounds.
    this.#pool = new Pool(origin, { connect, headersTimeout: 0, bodyTimeout: 0 });
  }

  async send({ signal, ...request }: HttpRequest): Promise<HttpAnswer> {
    signal.throwIfAborted();
    const sent = this.#pool.request({ ...request, body: request.body ?? null, signal });
    // undici hears of an abort only once it is connected.
    return answerOf(await orAbort(sent, signal));
  }

  failureOf(cause: unknown): Failure {
    return failureOf(this.name, cause);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#pool.destroy();
    for (const socket of this.#connecting) socket.destroy(new Error("the client was closed"));
    await closed;
  }

  #connect({ socket, ready }: Opened, callback: buildConnector.Callback): void {
    this.#connecting.add(socket);
    const timer = setTimeout(() => socket.destroy(new Error("no connection came about")), connectMs);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      if (!this.#connecting.delete(socket)) return;
      if (error === undefined) callback(null, socket);
      else callback(error, null);
    };
    // The listener stays: an error that comes before undici listens must not end the process.
    socket.once(ready, () => settle()).on("error", settle);
  }
}

interface Opened {
  readonly socket: Socket;
  readonly ready: string;
}

function parse(
  target: string,
  tls: CertificateFiles,
): { readonly name: string; readonly origin: string; readonly open: () => Opened } {
  if (target.startsWith("unix:/")) {
    const path = target.slice("unix:".length);
    const open = () => ({ socket: openSocket(path), ready: "connect" });
    return { name: path, origin: "http://localhost", open };
  }
  const url = URL.parse(target);
  if (url?.protocol !== "https:")
    throw new ApiError({
      code: "invalid",
      title: "The request is not valid",
      detail: `"${target}" must be unix:/path/of/a/socket or https://host:port`,
      retryable: false,
    });
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || 443);
  return { name: target, origin: url.origin, open: () => openSecured(host, port, tls) };
}

function openSecured(host: string, port: number, { ca, cert, key }: CertificateFiles): Opened {
  const socket = openTls({
    host,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(cert !== undefined && { cert: readFileSync(cert) }),
    ...(key !== undefined && { key: readFileSync(key) }),
    minVersion: "TLSv1.3",
  });
  return { socket: socket.setNoDelay(true).setKeepAlive(true), ready: "secureConnect" };
}

function answerOf({ statusCode, headers, body }: Dispatcher.ResponseData): HttpAnswer {
  return {
    status: statusCode,
    header: (name) => headers[name]?.toString(),
    text: () => body.text(),
    chunks: () => body as AsyncIterable<Uint8Array>,
  };
}

/** The promise's result, or the signal's reason where that comes first. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = deferred<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
