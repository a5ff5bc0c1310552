import { once } from "node:events";
import { connect as connectTcp, isIPv6, type Socket } from "node:net";
import { connect as connectTls, createSecureContext } from "node:tls";
import { OvsdbError } from "./errors.ts";

/** A server's address as Open vSwitch writes it: `unix:/path`, `tcp:host:port`, `tcp:[v6]:port`, `ssl:host:port`. */
export type Remote =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp" | "ssl"; readonly host: string; readonly port: number };

/** PEM texts, not file names. */
export interface TlsOptions {
  readonly ca: string | Buffer;
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /**
   * Also require that the server's certificate names the host that was dialled. Off by default: Open vSwitch's own
   * tools trust every certificate of the authority, and ovs-pki writes no host names.
   */
  readonly verifyHostname?: boolean;
}

/** A function is asked at every attempt to connect, so that renewed certificates are taken up. */
export type TlsSource = TlsOptions | (() => TlsOptions);

const defaultPort = 6640;

/** Throws "invalid argument". */
export function parseRemote(text: string): Remote {
  const colon = text.indexOf(":");
  const scheme = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (scheme === "unix" && rest !== "") return { kind: "unix", path: rest };
  if (scheme === "tcp" || scheme === "ssl") {
    const match = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]+))(?::(?<port>\d+))?$/.exec(rest);
    const host = match?.groups?.["v6"] ?? match?.groups?.["host"];
    const port = Number(match?.groups?.["port"] ?? defaultPort);
    const v6 = match?.groups?.["v6"];
    const sound = v6 === undefined || isIPv6(v6.split("%")[0] ?? "");
    if (host !== undefined && sound && port >= 1 && port <= 65535) return { kind: scheme, host, port };
  }
  throw new OvsdbError(
    "invalid argument",
    `${JSON.stringify(text)} is not a remote; expected unix:PATH, tcp:HOST:PORT, tcp:[V6]:PORT or ssl:HOST:PORT`,
  );
}

/** Connects, for at most `timeoutMs`. Throws "connection refused", or what `signal` gives as its reason. */
export async function openSocket(
  remote: Remote,
  tls: TlsSource | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = startConnecting(remote, tls);
  const timer = setTimeout(
    () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await once(socket, remote.kind === "ssl" ? "secureConnect" : "connect", { signal });
    socket.setNoDelay(true);
    return socket;
  } catch (cause) {
    socket.on("error", () => undefined);
    socket.destroy();
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OvsdbError("connection refused", `Cannot connect to ${formatRemote(remote)}: ${reason}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** A remote in the notation of ovsdb(7): `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`. */
export function formatRemote(remote: Remote): string {
  if (remote.kind === "unix") return `unix:${remote.path}`;
  return `${remote.kind}:${remote.host.includes(":") ? `[${remote.host}]` : remote.host}:${remote.port}`;
}

function startConnecting(remote: Remote, tls: TlsSource | undefined): Socket {
  if (remote.kind === "unix") return connectTcp({ path: remote.path });
  const { host, port } = remote;
  if (remote.kind === "tcp") return connectTcp({ host, port });
  const { secureContext, verifyHostname } = readTls(tls);
  return connectTls({
    host,
    port,
    secureContext,
    ...(verifyHostname ? {} : { checkServerIdentity: () => undefined }),
  });
}

/** Throws "invalid argument" for what is no certificate or key. */
export function readTls(source: TlsSource | undefined) {
  if (source === undefined) {
    throw new OvsdbError("invalid argument", "A remote with ssl: needs the option tls");
  }
  try {
    const { ca, cert, key, verifyHostname = false } = typeof source === "function" ? source() : source;
    return { secureContext: createSecureContext({ ca, cert, key }), verifyHostname };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OvsdbError("invalid argument", `The certificate, key or authority cannot be used: ${reason}`, {
      cause,
    });
  }
}
