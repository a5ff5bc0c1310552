import { type Operation, OvsdbClient, operationsFor, Replica } from "@fairway/ovsdb";
import type { TestServer } from "../../../ovsdb/test/server.ts";
import type { DesiredRow, NorthboundTable, Unit } from "../../src/compile/northbound/desired.ts";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { inOrder } from "../../src/compile/northbound/units.ts";
import { Difference } from "../../src/control/difference.ts";
import { Northbound } from "../../src/control/northbound.ts";
import { OWNED_TABLES, placesOf } from "../../src/control/ownership.ts";
import { Term } from "../../src/intent/term.ts";

const op = operationsFor<Tables>(schema);

/** OVN Northbound: as the center writes it, and whole, as somebody else sees it. */
export class NorthboundUnderTest implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly client: OvsdbClient;
  readonly northbound: Northbound;
  readonly whole: Replica<Tables>;

  constructor(server: TestServer) {
    const open = () => this.#stack.use(new OvsdbClient({ remotes: [server.remote] }));
    this.client = open();
    this.northbound = this.#stack.use(new Northbound(open()));
    const tables = Object.fromEntries(OWNED_TABLES.map((table) => [table, {}]));
    this.whole = this.#stack.use(new Replica<Tables>(this.client, schema, { tables }));
  }

  async lead(): Promise<void> {
    await this.write([op.insert("NB_Global", {})]);
    await this.northbound.lead(1, new Term());
    await this.whole.synced();
  }

  async write(operations: readonly Operation[]): Promise<void> {
    await this.client.transact(schema.name, operations);
    await this.northbound.caughtUp(AbortSignal.timeout(10_000));
  }

  /** @returns how much there was to do. */
  async apply(compiled: ReadonlyMap<Unit, readonly DesiredRow[]>): Promise<number> {
    const difference = new Difference(this.northbound.replica);
    for (const unit of inOrder([...compiled.keys()])) difference.add(unit, compiled.get(unit) ?? []);
    const { operations, orphans } = difference.finish();
    await this.northbound.commit(operations);
    return operations.length + orphans.size;
  }

  /** The same, some units in each transaction. */
  async applyBy(size: number, compiled: ReadonlyMap<Unit, readonly DesiredRow[]>): Promise<number> {
    const units = inOrder([...compiled.keys()]);
    let todo = 0;
    for (let at = 0; at < units.length; at += size)
      todo += await this.apply(
        new Map(units.slice(at, at + size).map((unit) => [unit, compiled.get(unit) ?? []])),
      );
    return todo;
  }

  /** Of every row of ours its columns and what refers to it, by UUID. */
  async content(): Promise<ReadonlyMap<string, unknown>> {
    await this.client.request("echo", []);
    const rows = OWNED_TABLES.flatMap((table) =>
      Array.from(this.whole.table(table).rows(), (row) => [table, row] as const),
    );
    return new Map(
      rows
        .filter(([, { external_ids }]) => external_ids["fairway"] !== undefined)
        .map(([table, row]) => [
          row._uuid,
          { table, ...row, referrers: this.#referrersOf(table, row._uuid) },
        ]),
    );
  }

  #referrersOf(table: NorthboundTable, uuid: string): readonly string[] {
    return placesOf(table).flatMap((place) =>
      Array.from(this.whole.table(place.table).rows())
        .filter((row) => (row as unknown as Record<string, readonly string[]>)[place.column]?.includes(uuid))
        .map(({ _uuid }) => `${place.table}.${place.column} ${_uuid}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
