import type { Connection } from "./connection.ts";
import { deferred } from "./deferred.ts";
import { OvsdbError } from "./errors.ts";
import { isRecord } from "./notation.ts";
import type { Row } from "./row-types.ts";
import { parseSchema } from "./schema.ts";
import { type RowReader, TableCodec } from "./table-codec.ts";

export interface ClusterOptions {
  /** The database whose place in the cluster counts. */
  readonly database: string;
  /** Use the leader only, which locks need; otherwise any member that is in touch with the majority. Default: true. */
  readonly leaderOnly?: boolean;
}

interface DatabaseRow extends Row {
  readonly model: string;
  readonly connected: boolean;
  readonly leader: boolean;
  readonly cid: string | null;
  readonly index: number | null;
}

const monitorId = "membership";
const columns = ["model", "connected", "leader", "cid", "index"];
const serverSchema = parseSchema({
  name: "_Server",
  tables: {
    Database: {
      columns: {
        name: { type: "string" },
        model: { type: "string" },
        connected: { type: "boolean" },
        leader: { type: "boolean" },
        cid: { type: { key: "uuid", min: 0, max: 1 } },
        index: { type: { key: "integer", min: 0, max: 1 } },
      },
    },
  },
});

/** How far each cluster's log was seen, so that a member with older data is not mistaken for a good one. */
export class MembershipHistory {
  readonly #indexes = new Map<string, number>();

  isStale(row: DatabaseRow): boolean {
    return (row.index ?? 0) < (this.#indexes.get(row.cid ?? "") ?? 0);
  }

  record(row: DatabaseRow): void {
    if (row.cid !== null) this.#indexes.set(row.cid, row.index ?? 0);
  }
}

/** Watches a server's place in its cluster through its database `_Server` (ovsdb-server(5)); ends the connection when it no longer will do. */
export class Membership {
  readonly #connection: Connection;
  readonly #options: ClusterOptions;
  readonly #history: MembershipHistory;
  readonly #reader: RowReader = new TableCodec(serverSchema, "Database").reader(columns);
  #row: DatabaseRow | undefined;

  constructor(connection: Connection, options: ClusterOptions, history: MembershipHistory) {
    this.#connection = connection;
    this.#options = options;
    this.#history = history;
  }

  /** Resolves when the server will do; a server without `_Server` (before Open vSwitch 2.9) always does. */
  async admit(): Promise<void> {
    const { promise, resolve, reject } = deferred<void>();
    const where = [["name", "==", this.#options.database]];
    this.#connection.call("set_db_change_aware", [true], () => undefined);
    this.#connection.call(
      "monitor_cond",
      ["_Server", monitorId, { Database: [{ columns, where }] }],
      (error, result) => {
        if (error === undefined) {
          try {
            this.#apply(result);
          } catch (fault) {
            reject(fault);
            return;
          }
          const objection = this.#objection();
          if (objection === undefined) resolve();
          else reject(new OvsdbError("connection refused", objection));
        } else if (error.code === "connection lost") reject(error);
        else resolve();
      },
    );
    await promise;
  }

  /** Whether the notification was meant for this object. */
  onNotification(method: string, params: readonly unknown[]): boolean {
    if (method !== "update2" || params[0] !== monitorId) return false;
    this.#apply(params[1]);
    const objection = this.#objection();
    if (objection !== undefined) this.#connection.close(new OvsdbError("connection lost", objection));
    return true;
  }

  #apply(updates: unknown): void {
    const table = isRecord(updates) ? updates["Database"] : undefined;
    if (!isRecord(table)) return;
    for (const [uuid, update] of Object.entries(table)) {
      if (!isRecord(update)) continue;
      const whole = update["initial"] ?? update["insert"];
      if (whole !== undefined) this.#row = this.#reader.read(uuid, whole) as DatabaseRow;
      else if ("delete" in update) this.#row = undefined;
      else if (this.#row !== undefined) {
        this.#row = this.#reader.applyDiff(this.#row, update["modify"]) as DatabaseRow;
      }
    }
  }

  #objection(): string | undefined {
    const { database, leaderOnly = true } = this.#options;
    const row = this.#row;
    if (row === undefined) return `The server has no database ${database}`;
    if (!row.connected) return `The server's ${database} is not connected to its cluster or source`;
    if (row.model !== "clustered") return undefined;
    if (leaderOnly && !row.leader) return `The server does not lead ${database}`;
    if (this.#history.isStale(row)) {
      return `The server's ${database} is older than what another member has shown`;
    }
    this.#history.record(row);
    return undefined;
  }
}
