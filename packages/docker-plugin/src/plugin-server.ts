import { createServer, type Server } from "node:http";
import { BoundedCalls, checkBound } from "./bounded-calls.ts";
import { CallHandler, type CallRecord } from "./call-handler.ts";
import type { IpamDriver, NetworkDriver } from "./drivers.ts";
import { PluginError } from "./errors.ts";
import { answerClientError } from "./http-client-error.ts";
import type { IpamCapabilities } from "./ipam-messages.ts";
import { ipamMethods, type Method, type MethodName, networkMethods, pluginMethods } from "./method-table.ts";
import type { NetworkCapabilities } from "./network-messages.ts";
import { listenOnSocket } from "./socket-path.ts";

export interface ServePluginOptions {
  /** Docker finds a plugin NAME by `/run/docker/plugins/NAME.sock`; a managed plugin listens there in its own root. */
  readonly socketPath: string;
  readonly network?: NetworkDriver;
  readonly ipam?: IpamDriver;
  /** Told in `Plugin.Activate`'s answer as `Vendor`, for whoever asks whose plugin it is: Docker does not read it. */
  readonly vendor?: string;
  /** Answered whatever the driver's state is. Default: scope local, and GwAllocChecker where the driver has `gwAllocCheck`. */
  readonly networkCapabilities?: NetworkCapabilities;
  readonly ipamCapabilities?: IpamCapabilities;
  /** How long a handler may take, for all or by method. Default, also of methods left out: 30,000. */
  readonly handlerTimeoutMs?: number | Partial<Record<MethodName, number>>;
  /** How long a client may take to send a request once it has begun; an idle connection stays open. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Default 16 MiB: publishing every port of a container takes 8. */
  readonly maxBodyBytes?: number;
  /** How long calls may go on when the server closes, before they are aborted. Default 5,000. */
  readonly closeGraceMs?: number;
  /** Called once for each call, after its answer. What it throws becomes a process warning. */
  readonly onCall?: (record: CallRecord) => void;
}

export interface PluginServer extends AsyncDisposable {
  /** Path of the socket. */
  readonly address: string;
  /**
   * Takes no more calls, lets those that run end within the grace, aborts the rest, removes the socket.
   * @param graceMs instead of `closeGraceMs`; who calls again gets what was begun.
   */
  close(graceMs?: number): Promise<void>;
}

const maxHeaderBytes = 16 * 1024;
/** How long writing the last answers may take when the server closes. */
const lastAnswersMs = 200;

/**
 * Serves a network driver, an IPAM driver or both to Docker; it answers as soon as this resolves.
 * Throws `invalid_configuration`, `socket_in_use` and `socket_unusable`.
 */
export async function servePlugin(options: ServePluginOptions): Promise<PluginServer> {
  const { socketPath, handlerTimeoutMs, requestTimeoutMs = 30_000, closeGraceMs = 5000 } = options;
  const calls = new BoundedCalls();
  const handler = new CallHandler({
    methods: methodsOf(options),
    calls,
    boundMs: handlerBounds(handlerTimeoutMs),
    maxBodyBytes: options.maxBodyBytes ?? 16 * 1024 * 1024,
    onCall: options.onCall,
  });
  checkBound("requestTimeoutMs", requestTimeoutMs);
  const server = createServer(
    {
      // Docker takes a connection up again after minutes: whoever closes an idle one races its next call.
      keepAliveTimeout: 0,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(5000, requestTimeoutMs),
      maxHeaderSize: maxHeaderBytes,
      // 20.10 sends an empty Host, tools often none.
      requireHostHeader: false,
    },
    (request, response) => void handler.handle(request, response),
  );
  server.on("clientError", answerClientError);
  const socket = await listenOnSocket(server, socketPath);
  // A connection that cannot be accepted, for want of a file descriptor, is one: without a listener it would end the process.
  server.on("error", (error) =>
    process.emitWarning(`a connection to ${socketPath} was not accepted: ${error.message}`),
  );

  let closing: Promise<void> | undefined;
  const close = (graceMs = closeGraceMs) => (closing ??= closeServer(server, socket, calls, graceMs));
  return { address: socketPath, close, [Symbol.asyncDispose]: () => close() };
}

async function closeServer(
  server: Server,
  socket: { release(): Promise<void> },
  calls: BoundedCalls,
  graceMs: number,
): Promise<void> {
  // First the name: Docker then dials in vain and tries again for 15 s, with the body, until a successor is there.
  await socket.release();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  await calls.stop(new PluginError("shutting_down", "the plugin is shutting down"), graceMs);
  // What was answered last is on its way; its connection becomes idle when it has been written.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

function methodsOf(options: ServePluginOptions): ReadonlyMap<string, Method> {
  const { network, ipam, ipamCapabilities = {}, vendor } = options;
  const interfaces = [...(network ? ["NetworkDriver"] : []), ...(ipam ? ["IpamDriver"] : [])];
  if (interfaces.length === 0) {
    throw new PluginError(
      "invalid_configuration",
      "a plugin needs a network driver, an IPAM driver, or both",
    );
  }
  return new Map<string, Method>(
    Object.entries({
      ...pluginMethods(interfaces, vendor),
      ...(network && networkMethods(network, networkCapabilities(network, options))),
      ...(ipam && ipamMethods(ipam, ipamCapabilities)),
    }),
  );
}

function networkCapabilities(network: NetworkDriver, options: ServePluginOptions): NetworkCapabilities {
  const checker = network.gwAllocCheck !== undefined && { GwAllocChecker: true };
  return { ...checker, ...(options.networkCapabilities ?? { Scope: "local" }) };
}

function handlerBounds(asked: ServePluginOptions["handlerTimeoutMs"] = {}): (name: string) => number {
  if (typeof asked === "number") {
    const bound = checkBound("handlerTimeoutMs", asked);
    return () => bound;
  }
  const bounds = new Map<string, number>(Object.entries(asked));
  for (const [name, bound] of bounds) checkBound(`handlerTimeoutMs of ${name}`, bound);
  return (name) => bounds.get(name) ?? 30_000;
}
