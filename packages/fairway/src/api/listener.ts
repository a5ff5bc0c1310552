import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { FairwayError, messageOf } from "../errors.ts";
import type { Caller } from "../service/service.ts";
import type { CertificateFiles } from "./connection.ts";
import { protectSocket, takeSocketPath } from "./socket-path.ts";

export type ListenerOptions =
  | { readonly kind: "unix"; readonly path: string }
  /** `port` 0 takes any that is free. */
  | ({ readonly kind: "tls"; readonly address: string; readonly port: number } & CertificateFiles);

export interface Listener extends AsyncDisposable {
  /** What a client's `target` would be. */
  readonly target: string;
}

export interface ListenerParts {
  readonly onRequest: RequestListener;
  /** Called for each connection whose caller is known, before its first request. */
  readonly onCaller: (socket: Socket, caller: Caller) => void;
  /** How long a client may take to send a request. */
  readonly requestTimeoutMs: number;
}

/** How long what is under way may go on when the listener closes. */
const graceMs = 5000;

/** Throws `conflict` when somebody listens there already, `invalid` when the address or certificates are unusable. */
export async function listen(options: ListenerOptions, parts: ListenerParts): Promise<Listener> {
  const limits = {
    requestTimeout: parts.requestTimeoutMs,
    headersTimeout: parts.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, parts.requestTimeoutMs),
    keepAliveTimeout: 75_000,
  };
  if (options.kind === "unix") {
    await takeSocketPath(options.path);
    const server = createHttpServer(limits, parts.onRequest);
    server.on("connection", (socket) => parts.onCaller(socket, { kind: "root" }));
    await begin(server, { path: options.path });
    protectSocket(options.path);
    return listenerOf(server, `unix:${options.path}`);
  }
  const server = createHttpsServer(
    {
      ...limits,
      ...readCertificates(options),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
      handshakeTimeout: 10_000,
    },
    parts.onRequest,
  );
  server.on("secureConnection", (socket) => {
    const name = commonName(socket);
    if (name !== undefined) parts.onCaller(socket, { kind: "host", name });
  });
  await begin(server, { host: options.address, port: options.port });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : options.port;
  const host = options.address.includes(":") ? `[${options.address}]` : options.address;
  return listenerOf(server, `https://${host}:${port}`);
}

function readCertificates({ ca, cert, key }: CertificateFiles): { ca: Buffer; cert: Buffer; key: Buffer } {
  try {
    return { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
  } catch (cause) {
    throw new FairwayError("invalid", `cannot read a certificate of the listener: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** The name that the authority gave, where it gave exactly one. */
function commonName(socket: TLSSocket): string | undefined {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : undefined;
}

async function begin(
  server: Server,
  where: { path: string } | { host: string; port: number },
): Promise<void> {
  try {
    server.listen(where);
    await once(server, "listening");
  } catch (cause) {
    const name = "path" in where ? where.path : `${where.host}:${where.port}`;
    throw new FairwayError("conflict", `cannot listen on ${name}: ${messageOf(cause)}`, { cause });
  }
}

function listenerOf(server: Server, target: string): Listener {
  return {
    target,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      // A connection that was busy becomes idle when its answer ends; nobody else closes it then.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}
