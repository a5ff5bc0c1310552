import { randomUUID } from "node:crypto";
import { zeroUuid } from "./atom-codec.ts";
import type { OvsdbClient } from "./client.ts";
import type { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { OvsdbError } from "./errors.ts";
import { type MonitorStart, startMonitor } from "./monitor.ts";
import { MonitoredTable, type TableRequest } from "./monitored-table.ts";
import type { IndexKeys, ReplicaTable } from "./replica-table.ts";
import type { AnyTables, ColumnName, Condition, Row, TableName, TablesOf } from "./row-types.ts";
import { type DatabaseSchema, parseSchema } from "./schema.ts";
import { applyChanges, readRowUpdate, readRowUpdate2, replaceContent } from "./table-update.ts";
import { tell } from "./tell.ts";

/** Which part of a table to hold. */
export interface TableSelection<R> {
  /** All by default. Rows lack the columns that neither this list nor `where` names. */
  readonly columns?: readonly ColumnName<R>[];
  /**
   * Rows for which **any** of the conditions holds, so an empty list selects none (an operation's `where` differs: there
   * all must hold). All rows by default.
   */
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
  readonly #tables = new Map<string, MonitoredTable>();
  #lastTransaction = zeroUuid;
  #synced = false;
  /** The monitor's request was sent on the present connection. */
  #asked = false;
  /** Conditions that the server has not confirmed: after a reconnect it could not tell what is missing. */
  #unconfirmed = 0;
  readonly #closing = new AbortController();
  #retry: NodeJS.Timeout | undefined;

  /** Begins to load as soon as the client is connected. Throws "invalid value" for what the schema does not have. */
  constructor(client: OvsdbClient, schema: DatabaseSchema, options: ReplicaOptions<Tables>) {
    super(client.logger);
    this.#client = client;
    this.#database = schema.name;
    const selections = Object.entries(options.tables) as [string, TableSelection<Row>][];
    const indexes = (options.indexes ?? {}) as Readonly<
      Record<string, Readonly<Record<string, IndexKeys<Row>>>>
    >;
    for (const [name, selection] of selections) {
      const warn = (message: string) => client.logger?.warn(message);
      this.#tables.set(name, new MonitoredTable(schema, name, selection, indexes[name] ?? {}, warn));
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
    this.#closing.signal.throwIfAborted();
    if (!this.#synced) await this.next("synced", this.#closing.signal, signal);
  }

  /**
   * Selects other rows of a table; conditions may name columns that the replica holds. Resolves when the content shows it;
   * the signal ends the waiting only.
   * @throws OvsdbError "invalid value"; "canceled" and "closed" as `synced` does
   */
  async select<T extends TableName<Tables>>(
    name: T,
    where: readonly Condition<Tables[T]>[],
    signal?: AbortSignal,
  ): Promise<void> {
    this.#closing.signal.throwIfAborted();
    const table = this.#held(name);
    table.select(where);
    const { connection } = this.#client;
    if (connection !== undefined && this.#asked) {
      if (await this.#changeConditions(connection, table)) return;
      if (!connection.isClosed) this.#restart(connection);
    }
    await this.synced(signal);
  }

  /** Throws "invalid argument" for a table that the replica does not hold. */
  table<T extends TableName<Tables>>(name: T): ReplicaTable<Tables[T]> {
    return this.#held(name).store as unknown as ReplicaTable<Tables[T]>;
  }

  /** Ends the monitor, without waiting for the server's word. The tables stay readable as they were. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new OvsdbError("closed", "The replica was closed"));
    this.#pause();
    this.#client.off("connect", this.#begin);
    this.#client.off("disconnect", this.#pause);
    this.#client.off("notification", this.#onNotification);
    tell(this.#client.connection, "monitor_cancel", [this.#monitorId]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Asks for the server's schema first: an older server may lack tables and columns, which then hold their defaults. */
  readonly #begin = (connection: Connection): void => {
    // The next connection begins anew.
    if (connection.isClosed || this.#closing.signal.aborted) return;
    this.#guard(connection, () => {
      connection.call("get_schema", [this.#database], (error, result) => {
        if (this.#closing.signal.aborted) return;
        if (error !== undefined) this.#tryLater(connection, error);
        else this.#guard(connection, () => this.#monitor(connection, parseSchema(result)));
      });
    });
  };

  readonly #pause = (): void => {
    clearTimeout(this.#retry);
    this.#asked = false;
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
    for (const table of this.#tables.values()) {
      const known = present.tables[table.name];
      if (known !== undefined) requests.set(table.name, table.request(known));
    }
    if (this.#unconfirmed > 0) this.#lastTransaction = zeroUuid;
    this.#unconfirmed = 0;
    this.#asked = true;
    startMonitor(
      connection,
      this.#database,
      this.#monitorId,
      requests,
      this.#lastTransaction,
      (error, start) => {
        if (this.#closing.signal.aborted) return;
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

  /** Whether the server took the new conditions; their effect comes before its reply. */
  #changeConditions(connection: Connection, table: MonitoredTable): Promise<boolean> {
    const request = { [table.name]: [{ where: table.conditions }] };
    this.#unconfirmed++;
    return new Promise((resolve) => {
      connection.call("monitor_cond_change", [this.#monitorId, this.#monitorId, request], (error) => {
        if (error === undefined) this.#unconfirmed--;
        resolve(error === undefined);
      });
    });
  }

  /** For servers that cannot change a monitor. */
  #restart(connection: Connection): void {
    this.#pause();
    this.#lastTransaction = zeroUuid;
    connection.call("monitor_cancel", [this.#monitorId], () => this.#begin(connection));
  }

  #held(name: string): MonitoredTable {
    const table = this.#tables.get(name);
    if (table === undefined) throw new OvsdbError("invalid argument", `The replica does not hold ${name}`);
    return table;
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
      const reason = error instanceof Error ? error.message : String(error);
      connection.close(new OvsdbError("protocol error", reason, { cause: error }));
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
