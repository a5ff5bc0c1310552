import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Caller } from "../center/context.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { type Admission, identify } from "./admission.ts";
import { beginListening, listenOnceThere } from "./begin-listening.ts";
import type { CertificateFiles } from "./connection.ts";
import { protectSocket, takeSocketPath } from "./socket-path.ts";
import { Strangers } from "./strangers.ts";
import { answerUnreadable } from "./unreadable.ts";

export type ListenerOptions =
  | { readonly kind: "unix"; readonly path: string }
  /** For whoever is on this machine: 127.0.0.1 without TLS. 0 takes any port that is free. */
  | { readonly kind: "loopback"; readonly port: number }
  | TlsListenerOptions;

interface TlsListenerOptions extends CertificateFiles {
  readonly kind: "tls";
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly admission: Admission;
}

export interface Listener extends AsyncDisposable {
  /** What a client's `target` would be. */
  readonly target: string;
  /** Reads the certificates again: they count for new connections. Throws `invalid`, and then goes on with the old ones. */
  reloadCertificates(): void;
}

export interface ListenerParts {
  readonly onRequest: RequestListener;
  /** Called for each connection whose caller is known, before its first request. `recognize` is to be called once a token tells who it is. */
  readonly onCaller: (socket: Socket, caller: Caller, recognize: () => void) => void;
  readonly logger: Logger;
  /** How long a client may take to send a request. */
  readonly requestTimeoutMs: number;
  /** How long what is under way may go on when the listener closes. */
  readonly graceMs: () => number;
}

/**
 * An address that is not this machine's yet is waited for in the background.
 * Throws `conflict` when somebody listens there already, `invalid` when the certificates are unusable.
 */
export async function listen(options: ListenerOptions, parts: ListenerParts): Promise<Listener> {
  const limits = {
    requestTimeout: parts.requestTimeoutMs,
    headersTimeout: parts.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, parts.requestTimeoutMs),
    keepAliveTimeout: 75_000,
  };
  if (options.kind === "tls") return listenWithTls(options, parts, limits);
  if (options.kind === "unix") await takeSocketPath(options.path);
  const server = createHttpServer(limits, parts.onRequest);
  server.on("clientError", guarded("answer what is no request", parts.logger, answerUnreadable));
  server.on(
    "connection",
    callbackOf("take a connection", parts, (socket: Socket) =>
      parts.onCaller(socket, { kind: "root" }, () => undefined),
    ),
  );
  if (options.kind === "loopback") {
    await beginListening(server, { host: loopback, port: options.port }, parts.logger);
    return listenerOf(server, `http://${loopback}:${portOf(server, options)}`, () => undefined, parts);
  }
  await beginListening(server, { path: options.path }, parts.logger);
  protectSocket(options.path);
  return listenerOf(server, `unix:${options.path}`, () => undefined, parts);
}

const loopback = "127.0.0.1";

/** On which port it listens by now. */
function portOf(server: Server, { port }: { readonly port: number }): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : port;
}

/**
 * Whoever has a connection may send requests; which of them are answered is for `mayGo` to say. So a machine that joins
 * needs no certificate, and one that is refused is told why.
 */
async function listenWithTls(
  options: TlsListenerOptions,
  parts: ListenerParts,
  limits: ServerOptions,
): Promise<Listener> {
  const { onRequest, onCaller } = parts;
  const { admission } = options;
  let authority: X509Certificate;
  const read = () => {
    const certificates = readCertificates(options);
    authority = certificates.authority;
    return { ...certificates.pem, minVersion: "TLSv1.3" } as const;
  };
  const server = createHttpsServer(
    { ...limits, ...read(), requestCert: true, rejectUnauthorized: false, handshakeTimeout: 10_000 },
    onRequest,
  );
  server.on("clientError", guarded("answer what is no request", parts.logger, answerUnreadable));
  const hosts = new Map<TLSSocket, string>();
  const strangers = new Strangers();
  server.on(
    "connection",
    callbackOf("count a connection", parts, (socket: Socket) => strangers.arrive(socket)),
  );
  const admit = (socket: TLSSocket) => {
    const caller = identify(socket, authority, admission);
    onCaller(socket, caller, () => strangers.recognize(socket));
    if (caller.kind !== "host") return;
    strangers.recognize(socket);
    hosts.set(socket, caller.name);
    socket.once("close", () => hosts.delete(socket));
  };
  server.on("secureConnection", callbackOf("take a connection", parts, admit));
  const lookAgain = callbackOf("look who is connected", parts, (socket: TLSSocket) => {
    const caller = identify(socket, authority, admission);
    if (caller.kind !== "host" || caller.name !== hosts.get(socket)) socket.destroy();
  });
  const watch = admission.onChange(() => {
    for (const socket of hosts.keys()) lookAgain(socket);
  });
  const where = { host: options.address, port: options.port };
  const waiting = await listenOnceThere(server, where, parts.logger);
  const port = portOf(server, options);
  const host = options.address.includes(":") ? `[${options.address}]` : options.address;
  const listener = listenerOf(
    server,
    `https://${host}:${port}`,
    () => server.setSecureContext(read()),
    parts,
  );
  return {
    ...listener,
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await waiting[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
    },
  };
}

/** For a connection: one whose peer cannot be recognized ends, and no other. */
function callbackOf<C extends Socket>(
  what: string,
  { logger }: ListenerParts,
  callback: (socket: C) => void,
): (socket: C) => void {
  return guarded(what, logger, (socket: C) => {
    try {
      callback(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  });
}

function readCertificates({ ca, cert, key }: CertificateFiles) {
  try {
    const pem = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
    return { pem, authority: new X509Certificate(pem.ca) };
  } catch (cause) {
    throw new FairwayError("invalid", `cannot read a certificate of the listener: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function listenerOf(
  server: Server,
  target: string,
  reloadCertificates: () => void,
  { graceMs }: ListenerParts,
): Listener {
  return {
    target,
    reloadCertificates,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      // A connection that was busy becomes idle when its answer ends; nobody else closes it then.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), graceMs());
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}
