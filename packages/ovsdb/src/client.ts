import { constants } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import { checkId } from "./atom-codec.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { Connection, type ConnectionLimits, lost } from "./connection.ts";
import { deferred } from "./deferred.ts";
import { Emitter } from "./emitter.ts";
import { OvsdbError } from "./errors.ts";
import { Lock } from "./lock.ts";
import type { Logger } from "./logger.ts";
import { type ClusterOptions, Membership, MembershipHistory } from "./membership.ts";
import { checkNamedUuids } from "./named-uuids.ts";
import type { Operation, OperationResult } from "./notation.ts";
import { formatRemote, openSocket, parseRemote, type Remote, readTls, type TlsSource } from "./remote.ts";
import { type RequestOptions, sendRequest } from "./request.ts";
import { type DatabaseSchema, parseSchema } from "./schema.ts";
import { readTransactionReply } from "./transaction-reply.ts";

/** Where the client tells of connections made and lost. */
export interface OvsdbClientOptions {
  /** `unix:/path`, `tcp:host:port`, `tcp:[v6]:port` or `ssl:host:port`; tried in turn. */
  readonly remotes: readonly string[];
  /** Needed for `ssl:`; a function is asked at every attempt to connect. */
  readonly tls?: TlsSource;
  /** Which members of a cluster will do. Without it any server will, also one that its cluster has left behind. */
  readonly cluster?: ClusterOptions;
  /** The pause between rounds of attempts to connect; 1 to 8 seconds by default. */
  readonly backoff?: BackoffOptions;
  /** How long one attempt to connect may take; 5 s by default. */
  readonly connectTimeoutMs?: number;
  /** A silent server is probed after this long and counts as dead after twice as long; 5 s by default, 0: never. */
  readonly probeIntervalMs?: number;
  /** The longest message in bytes, 256 MiB by default, below 512 MiB. A replica's first content is one message. */
  readonly maxMessageBytes?: number;
  /** Bytes that may wait to be sent before requests are refused with "overloaded"; 64 MiB by default. */
  readonly maxQueuedBytes?: number;
  /** Told of connections, and of what a listener throws; without one, that becomes an uncaught exception. */
  readonly logger?: Logger;
}

interface ClientEvents {
  /** Connected to a server that will do. Requests of a listener are the first ones on the connection. */
  connect: [connection: Connection];
  disconnect: [reason: OvsdbError];
  /** Anything that a server says unasked, such as `update2`. */
  notification: [method: string, params: readonly unknown[], connection: Connection];
}

const defaultLimits = {
  probeIntervalMs: 5_000,
  maxMessageBytes: 256 * 2 ** 20,
  maxQueuedBytes: 64 * 2 ** 20,
};

/** A connection to an OVSDB server that is made again whenever it ends, until `close`. */
export class OvsdbClient extends Emitter<ClientEvents> implements AsyncDisposable {
  readonly #options: OvsdbClientOptions;
  readonly #remotes: readonly Remote[];
  readonly #limits: ConnectionLimits;
  readonly #backoff: Backoff;
  readonly #history = new MembershipHistory();
  readonly #locks = new Map<string, Lock>();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: Connection | undefined;

  /** Begins to connect at once. Throws "invalid argument" for options without a meaning. */
  constructor(options: OvsdbClientOptions) {
    super(options.logger);
    this.#options = options;
    this.#remotes = options.remotes.map(parseRemote);
    if (this.#remotes.length === 0) throw new OvsdbError("invalid argument", "At least one remote is needed");
    if (this.#remotes.some(({ kind }) => kind === "ssl")) readTls(options.tls);
    this.#limits = {
      probeIntervalMs: options.probeIntervalMs ?? defaultLimits.probeIntervalMs,
      maxMessageBytes: Math.min(
        options.maxMessageBytes ?? defaultLimits.maxMessageBytes,
        constants.MAX_STRING_LENGTH,
      ),
      maxQueuedBytes: options.maxQueuedBytes ?? defaultLimits.maxQueuedBytes,
    };
    this.#backoff = new Backoff(options.backoff ?? { minMs: 1_000, maxMs: 8_000 }, this.#remotes.length);
    this.#running = this.#run();
  }

  /** The present connection, for requests that belong to it alone. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  get logger(): Logger | undefined {
    return this.#options.logger;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Resolves when there is a connection. Throws "canceled" when the signal comes first and "closed" after `close`. */
  async connected(signal?: AbortSignal): Promise<void> {
    await this.#whenConnected(signal);
  }

  /**
   * Sends any request of the protocol and gives its `result`. While disconnected it waits for a connection.
   * @throws OvsdbError what the server tells; "no reply", "canceled" or "connection lost", which say by `outcomeUnknown`
   *   whether the request had been sent
   */
  async request(method: string, params: readonly unknown[], options: RequestOptions = {}): Promise<unknown> {
    return sendRequest((signal) => this.#whenConnected(signal), method, params, options);
  }

  /** The databases of the server. */
  async listDatabases(options: RequestOptions = {}): Promise<readonly string[]> {
    return (await this.request("list_dbs", [], options)) as readonly string[];
  }

  async getSchema(database: string, options: RequestOptions = {}): Promise<DatabaseSchema> {
    return parseSchema(await this.request("get_schema", [database], options));
  }

  /**
   * Runs the operations as one transaction. Replicas of this client show its effect when the promise resolves: a server
   * sends the changes before the reply.
   * @throws OvsdbError "invalid value" for a name that no insert has; else with the server's code, and with
   *   `operationIndex` and `operation` where one is to blame
   */
  async transact(
    database: string,
    operations: readonly Operation[],
    options: RequestOptions = {},
  ): Promise<OperationResult[]> {
    checkNamedUuids(operations);
    return readTransactionReply(
      await this.request("transact", [database, ...operations], options),
      operations,
    );
  }

  /**
   * Asks for a lock, now and after each reconnect.
   * @param options.steal take it from its present holder, on the first connection only
   * @throws OvsdbError "invalid value" for a name of other than letters, digits and underscores; "invalid argument"
   *   while this client has a lock of the same name
   */
  lock(name: string, options: { readonly steal?: boolean } = {}): Lock {
    if (this.isClosed) throw closed();
    checkId(name, "lock");
    if (this.#locks.has(name)) {
      throw new OvsdbError("invalid argument", `The lock ${name} is already asked for`);
    }
    const lock = new Lock(name, { steal: options.steal ?? false, logger: this.logger }, () => {
      this.#locks.delete(name);
    });
    this.#locks.set(name, lock);
    if (this.#connection !== undefined) lock.attach(this.#connection);
    return lock;
  }

  /** Ends the connection for good; what is still awaited fails. */
  async close(): Promise<void> {
    this.#closing.abort(closed());
    this.#connection?.close(closed());
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let turn = 0; !signal.aborted; turn++) {
      const remote = this.#remotes[turn % this.#remotes.length];
      if (remote === undefined) return;
      try {
        await sleep(this.#backoff.nextDelayMs(), undefined, { signal });
        await this.#serve(remote);
      } catch (error) {
        if (!signal.aborted) {
          this.#options.logger?.warn(error instanceof Error ? error.message : String(error));
        }
      }
    }
  }

  /** Connects and stays until the connection ends. */
  async #serve(remote: Remote): Promise<void> {
    const { logger, tls, cluster, connectTimeoutMs = 5_000 } = this.#options;
    const { signal } = this.#closing;
    logger?.debug(`Connecting to ${formatRemote(remote)}`);
    const socket = await openSocket(remote, tls, connectTimeoutMs, signal);
    const ended = deferred<OvsdbError>();
    const connection: Connection = new Connection(socket, this.#limits, {
      onNotification: (method, params) => {
        if (membership?.onNotification(method, params) !== true) {
          this.#onNotification(method, params, connection);
        }
      },
      onFault: (error, method) => {
        logger?.warn(
          `${method}: its end was not understood: ${error instanceof Error ? error.message : String(error)}`,
        );
      },
      onClose: (reason) => {
        if (this.#connection === connection) this.#end(reason);
        ended.resolve(reason);
      },
    });
    const membership = cluster && new Membership(connection, cluster, this.#history);
    const abort = () => connection.close(closed());
    signal.addEventListener("abort", abort, { once: true });
    try {
      await membership?.admit();
      if (connection.isClosed) return;
      const since = performance.now();
      logger?.info(`Connected to ${formatRemote(remote)}`);
      this.#begin(connection);
      const reason = await ended.promise;
      if (performance.now() - since >= (this.#options.backoff?.minMs ?? 1_000)) this.#backoff.reset();
      logger?.info(`Disconnected from ${formatRemote(remote)}: ${reason.message}`);
    } finally {
      signal.removeEventListener("abort", abort);
      connection.close(lost("it is not to be used"));
    }
  }

  #begin(connection: Connection): void {
    this.#connection = connection;
    for (const lock of this.#locks.values()) lock.attach(connection);
    this.announce("connect", connection);
  }

  #end(reason: OvsdbError): void {
    this.#connection = undefined;
    for (const lock of this.#locks.values()) lock.detach();
    this.announce("disconnect", reason);
  }

  #onNotification(method: string, params: readonly unknown[], connection: Connection): void {
    if (method === "locked" || method === "stolen") this.#locks.get(String(params[0]))?.notify(method);
    this.announce("notification", method, params, connection);
  }

  async #whenConnected(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.isClosed) throw closed();
    if (this.#connection !== undefined) return this.#connection;
    await this.next("connect", this.#closing.signal, signal);
    return this.#whenConnected(signal);
  }
}

function closed(): OvsdbError {
  return new OvsdbError("closed", "The client was closed");
}
