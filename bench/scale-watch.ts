import { type AnyTables, OvsdbClient, Replica } from "@fairway/ovsdb";

/** Somebody else's eyes on one column of a table: when does a value come, how often does anything change? */
export class ColumnWatch implements AsyncDisposable {
  readonly #client: OvsdbClient;
  readonly #replica: Replica<AnyTables>;
  readonly #table: string;
  readonly #awaited = new Map<string, () => void>();
  #changes = 0;

  private constructor(client: OvsdbClient, replica: Replica<AnyTables>, table: string, column: string) {
    this.#client = client;
    this.#replica = replica;
    this.#table = table;
    replica.on("change", (changes) => {
      this.#changes += changes.length;
      for (const { new: row } of changes) if (row !== undefined) this.#awaited.get(textOf(row[column]))?.();
    });
  }

  static async open(remote: string, database: string, table: string, column: string): Promise<ColumnWatch> {
    const client = new OvsdbClient({ remotes: [remote] });
    const tables = { [table]: { columns: [column] } };
    const indexes = { [table]: { byValue: (row: Readonly<Record<string, unknown>>) => textOf(row[column]) } };
    const replica = new Replica<AnyTables>(client, await client.getSchema(database), { tables, indexes });
    await replica.synced();
    return new ColumnWatch(client, replica, table, column);
  }

  get size(): number {
    return this.#replica.table(this.#table).size;
  }

  /** Rows that changed, came or went since it was opened. */
  get changes(): number {
    return this.#changes;
  }

  has(value: string): boolean {
    return this.#replica.table(this.#table).find("byValue", value).length > 0;
  }

  /** Resolves when a row has that value in the column. */
  async appears(value: string): Promise<void> {
    if (this.has(value)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited.set(value, resolve);
    await promise;
    this.#awaited.delete(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replica.close();
    await this.#client.close();
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
