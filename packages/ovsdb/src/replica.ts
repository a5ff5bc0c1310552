import { randomUUID } from "node:crypto";
import { zeroUuid } from "./atom-codec.ts";
import type { OvsdbClient } from "./client.ts";
import { encodeConditions } from "./conditions.ts";
import type { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { OvsdbError } from "./errors.ts";
import { type MonitorStart, startMonitor, type TableRequest } from "./monitor.ts";
import { type IndexKeys, type ReplicaTable, TableStore } from "./replica-table.ts";
import type { AnyTables, ColumnName, Condition, Row, TableName, TablesOf } from "./row-types.ts";
import { type DatabaseSchema, parseSchema } from "./schema.ts";
import { TableCodec } from "./table-codec.ts";
import {
  applyChanges,
  type MonitoredTable,
  readRowUpdate,
  readRowUpdate2,
  replaceContent,
} from "./table-update.ts";

/** Which part of a table to hold. */
export interface TableSelection<R> {
  /** All by default. Rows do not have the columns that are left out. */
  readonly columns?: readonly ColumnName<R>[];
  /** Rows for which **any** of the conditions holds (this differs from an operation's `where`); all by default. */
  readonly where?: readonly Condition<R>[];
}

export interface ReplicaOptions<Tables> {
  readonly tables: { readonly [T in keyof Tables]?: TableSelection<Tables[T]> };
  /** Named indexes over rows, for `find`. */
  readonly indexes?: { readonly [T in keyof Tables]?: Readonly<Record<string, IndexKeys<Tables[T]>>> };
}

/** One row that was inserted (`old` undefined), changed or deleted (`new` undefined). */
export type Change<Tables> = {
  readonly [T in TableName<Tables>]: {
    readonly table: T;
    readonly uuid: string;
    readonly old: Tables[T] | undefined;
    readonly new: Tables[T] | undefined;
  };
}[TableName<Tables>];

interface ReplicaEvents<Tables> {
  /** All changes of one transaction, or all that differs after a reconnect. */
  change: [changes: readonly Change<Tables>[]];
  synced: [];
  unsynced: [];
}

const retryMs = 1_000;
const readers = { update: readRowUpdate, update2: readRowUpdate2, update3: readRowUpdate2 } as const;

interface MonitorState extends MonitoredTable {
  readonly codec: TableCodec;
  readonly columns: readonly string[];
  readonly where: TableRequest["where"];
}

/**
 * A copy of tables of one database that follows every change. After a reconnect it asks only for what it missed where
 * the server remembers that, and for everything otherwise; either way its listeners see the differences alone.
 */
export class Replica<Tables extends TablesOf<Tables> = AnyTables>
  extends Emitter<ReplicaEvents<Tables>>
  implements AsyncDisposable
{
  readonly #client: OvsdbClient;
  readonly #database: string;
  readonly #monitorId = randomUUID();
  readonly #tables = new Map<string, MonitorState>();
  #lastTransaction = zeroUuid;
  #synced = false;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;

  /** Begins to load as soon as the client is connected. Throws "invalid value" for what the schema does not have. */
  constructor(client: OvsdbClient, schema: DatabaseSchema, options: ReplicaOptions<Tables>) {
    super();
    this.setMaxListeners(0);
    this.#client = client;
    this.#database = schema.name;
    const selections = Object.entries(options.tables) as [string, TableSelection<Row>][];
    const indexes = (options.indexes ?? {}) as Readonly<
      Record<string, Readonly<Record<string, IndexKeys<Row>>>>
    >;
    for (const [name, selection] of selections) {
      const codec = new TableCodec(schema, name);
      const columns = (selection.columns ?? codec.columnNames()).filter((column) => column !== "_uuid");
      this.#tables.set(name, {
        name,
        codec,
        columns,
        where: selection.where && encodeConditions(codec, selection.where),
        store: new TableStore<Row>(name, indexes[name] ?? {}),
        reader: codec.reader(columns),
      });
    }
    client.on("connect", this.#begin);
    client.on("disconnect", this.#pause);
    client.on("notification", this.#onNotification);
    if (client.connection !== undefined) this.#begin(client.connection);
  }

  /** Whether the tables are complete and followed. While disconnected they stay as they were last seen. */
  get isSynced(): boolean {
    return this.#synced;
  }

  /** Resolves when the content is complete. Throws "canceled" when the signal comes first, "closed" after `close`. */
  async synced(signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new OvsdbError("closed", "The replica was closed");
    if (this.#synced) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(new OvsdbError("canceled", "Gave up waiting for the replica's content"));
    this.once("synced", resolve);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      await promise;
    } finally {
      this.off("synced", resolve);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Throws "invalid argument" for a table that the replica does not hold. */
  table<T extends TableName<Tables>>(name: T): ReplicaTable<Tables[T]> {
    const table = this.#tables.get(name);
    if (table === undefined) throw new OvsdbError("invalid argument", `The replica does not hold ${name}`);
    return table.store as unknown as ReplicaTable<Tables[T]>;
  }

  /** Ends the monitor. The tables stay readable as they were. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pause();
    this.#client.off("connect", this.#begin);
    this.#client.off("disconnect", this.#pause);
    this.#client.off("notification", this.#onNotification);
    const { connection } = this.#client;
    if (connection === undefined) return;
    await new Promise<void>((resolve) => {
      connection.call("monitor_cancel", [this.#monitorId], () => resolve());
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Asks for the server's schema first: an older server may lack tables and columns, which then hold their defaults. */
  readonly #begin = (connection: Connection): void => {
    connection.call("get_schema", [this.#database], (error, result) => {
      if (this.#closed) return;
      if (error !== undefined) this.#tryLater(connection, error);
      else this.#guard(connection, () => this.#monitor(connection, parseSchema(result)));
    });
  };

  readonly #pause = (): void => {
    clearTimeout(this.#retry);
    if (!this.#synced) return;
    this.#synced = false;
    this.announce("unsynced");
  };

  readonly #onNotification = (method: string, params: readonly unknown[], connection: Connection): void => {
    if (params[0] !== this.#monitorId) return;
    if (method === "monitor_canceled") {
      // The database was converted to another schema or removed (ovsdb-server(7) §4.1.21).
      this.#pause();
      this.#lastTransaction = zeroUuid;
      this.#begin(connection);
    } else if (method === "update" || method === "update2" || method === "update3") {
      this.#guard(connection, () => this.#follow(method, params));
    }
  };

  #monitor(connection: Connection, present: DatabaseSchema): void {
    const requests = new Map<string, TableRequest>();
    for (const { name, columns, where } of this.#tables.values()) {
      const known = present.tables[name]?.columns;
      if (known === undefined) continue;
      requests.set(name, { columns: columns.filter((column) => known[column] !== undefined), where });
    }
    startMonitor(
      connection,
      this.#database,
      this.#monitorId,
      requests,
      this.#lastTransaction,
      (error, start) => {
        if (this.#closed) return;
        if (error !== undefined) this.#tryLater(connection, error);
        else if (start !== undefined) this.#guard(connection, () => this.#start(start));
      },
    );
  }

  #start({ method, found, lastTransaction, updates }: MonitorStart): void {
    const readRow = method === "monitor" ? readRowUpdate : readRowUpdate2;
    const apply = found ? applyChanges : replaceContent;
    const changes = apply(this.#tables, updates, readRow);
    this.#lastTransaction = lastTransaction;
    this.#synced = true;
    this.#tell(changes);
    this.announce("synced");
  }

  #follow(method: "update" | "update2" | "update3", params: readonly unknown[]): void {
    const changes = applyChanges(this.#tables, method === "update3" ? params[2] : params[1], readers[method]);
    if (method === "update3") this.#lastTransaction = String(params[1]);
    this.#tell(changes);
  }

  #tell(changes: ReturnType<typeof applyChanges>): void {
    if (changes.length > 0) this.announce("change", changes as unknown as readonly Change<Tables>[]);
  }

  /** A server whose words make no sense is left, and asked for everything at the next connection. */
  #guard(connection: Connection, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#lastTransaction = zeroUuid;
      connection.close(
        error instanceof OvsdbError
          ? error
          : new OvsdbError("protocol error", String(error), { cause: error }),
      );
    }
  }

  #tryLater(connection: Connection, error: OvsdbError): void {
    if (connection.isClosed) return;
    this.#client.logger?.warn(`Cannot follow ${this.#database}: ${error.message}`);
    this.#retry = setTimeout(() => {
      if (!connection.isClosed) this.#begin(connection);
    }, retryMs);
  }
}
