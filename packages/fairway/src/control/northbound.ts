import { byUuid, type Operation, type OvsdbClient, OvsdbError, operationsFor, Replica } from "@fairway/ovsdb";
import type { Unit } from "../compile/desired.ts";
import { FairwayError } from "../errors.ts";
import { schema, type Tables } from "./generated/northbound.ts";
import { OWNED_TABLES } from "./ownership.ts";

const op = operationsFor<Tables>(schema);
const EPOCH = "fairway-epoch";
const COMMIT_TIMEOUT_MS = 10_000;

/**
 * OVN Northbound: a replica of what may be ours, and transactions that are fenced by the epoch (design §2). The sets of ports and routes
 * are not read: with each port that comes or goes, a switch of thousands would have to be looked at again.
 */
export class Northbound implements AsyncDisposable {
  readonly replica: Replica<Tables>;
  readonly #client: OvsdbClient;
  #epoch: number | undefined;

  constructor(client: OvsdbClient) {
    this.#client = client;
    const byUnit = {
      byUnit: (row: { external_ids: Readonly<Record<string, string>> }) => row.external_ids["fairway"],
    };
    this.replica = new Replica<Tables>(client, schema, {
      tables: {
        NB_Global: { columns: ["external_ids"] },
        Logical_Switch: { columns: ["name", "external_ids"] },
        Logical_Switch_Port: {
          columns: ["name", "type", "addresses", "port_security", "options", "external_ids"],
        },
        Logical_Router: { columns: ["name", "external_ids"] },
        Logical_Router_Port: { columns: ["name", "mac", "networks", "external_ids"] },
        Logical_Router_Static_Route: { columns: ["ip_prefix", "nexthop", "output_port", "external_ids"] },
      },
      indexes: Object.fromEntries(OWNED_TABLES.map((table) => [table, byUnit])),
    });
  }

  /** All units that have rows here, once for each row. */
  *units(): Iterable<Unit> {
    for (const table of OWNED_TABLES)
      for (const { external_ids } of this.replica.table(table).rows()) {
        const unit = external_ids["fairway"];
        if (unit !== undefined) yield unit as Unit;
      }
  }

  /** Writes the epoch down here too, so that whoever led before can write no more. Throws `not_leader`. */
  async lead(epoch: number): Promise<void> {
    await this.replica.synced();
    const { uuid, epoch: last } = this.#global();
    if (last !== undefined && last > epoch)
      throw new FairwayError(
        "not_leader",
        `OVN Northbound has seen epoch ${last}; this central leads in epoch ${epoch}`,
      );
    await this.#client.transact(
      schema.name,
      [
        ...(last === undefined ? [] : [this.#fence(uuid, last)]),
        op.mutate("NB_Global", byUuid(uuid), [["external_ids", "delete", [EPOCH]]]),
        op.mutate("NB_Global", byUuid(uuid), [["external_ids", "insert", { [EPOCH]: String(epoch) }]]),
      ],
      { timeoutMs: COMMIT_TIMEOUT_MS },
    );
    this.#epoch = epoch;
  }

  resign(): void {
    this.#epoch = undefined;
  }

  /** One transaction. Throws `not_leader` where another central has taken over, else what OVSDB says. */
  async commit(operations: readonly Operation[]): Promise<void> {
    if (this.#epoch === undefined) throw new FairwayError("not_leader", "this central does not lead");
    if (operations.length === 0) return;
    const fence = this.#fence(this.#global().uuid, this.#epoch);
    try {
      await this.#client.transact(schema.name, [fence, ...operations], { timeoutMs: COMMIT_TIMEOUT_MS });
    } catch (cause) {
      if (!(cause instanceof OvsdbError && cause.code === "timed out")) throw cause;
      this.resign();
      throw new FairwayError("not_leader", "another central has taken over", { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resign();
    await this.replica.close();
  }

  #global(): { readonly uuid: string; readonly epoch: number | undefined } {
    for (const { _uuid, external_ids } of this.replica.table("NB_Global").rows()) {
      const epoch = external_ids[EPOCH];
      return { uuid: _uuid, epoch: epoch === undefined ? undefined : Number(epoch) };
    }
    throw new FairwayError("unavailable", "OVN Northbound has no NB_Global row yet: is ovn-northd running?");
  }

  #fence(uuid: string, epoch: number): Operation {
    const where = [
      ["_uuid", "==", uuid],
      ["external_ids", "includes", { [EPOCH]: String(epoch) }],
    ] as const;
    return op.wait("NB_Global", where, ["_uuid"], "==", [{ _uuid: uuid }], 0);
  }
}
