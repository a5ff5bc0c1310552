import {
  byUuid,
  type Operation,
  type OperationResult,
  OvsdbClient,
  operationsFor,
  Replica,
} from "@fairway/ovsdb";
import { type PortBindingRow, schema, type Tables } from "../../src/control/generated/southbound.ts";
import { type TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

/** What northd and chassis write in OVN's Southbound, and whoever has a host's key. */
export class Bindings implements AsyncDisposable {
  readonly #client: OvsdbClient;
  readonly #replica: Replica<Tables>;
  #keys = 0;

  private constructor(client: OvsdbClient) {
    this.#client = client;
    this.#replica = new Replica<Tables>(client, schema, {
      tables: { Chassis: {}, Port_Binding: {} },
      indexes: {
        Chassis: { byName: (row) => row.name },
        Port_Binding: { byPort: (row) => row.logical_port },
      },
    });
  }

  static async of(center: TestCenter): Promise<Bindings> {
    const bindings = new Bindings(new OvsdbClient({ remotes: [center.server.remote] }));
    await bindings.#replica.synced();
    return bindings;
  }

  /** A chassis; its UUID. */
  async chassis(name: string): Promise<string> {
    const row = { type: "geneve", ip: `192.0.2.${++this.#keys}`, chassis_name: name } as const;
    await this.#client.transact(schema.name, [
      { op: "insert", table: "Encap", "uuid-name": "encap", row },
      { op: "insert", table: "Chassis", row: { name, encaps: ["named-uuid", "encap"] } },
    ]);
    const [found] = this.#replica.table("Chassis").find("byName", name);
    return found?._uuid ?? "";
  }

  /** What northd makes of a port. */
  async add(port: string, options: Readonly<Record<string, string>>, type = ""): Promise<void> {
    const key = ++this.#keys;
    const row = {
      logical_port: port,
      type,
      tunnel_key: key,
      options: ["map", Object.entries(options)] as const,
      datapath: ["named-uuid", "it"] as const,
    };
    await this.#client.transact(schema.name, [
      { op: "insert", table: "Datapath_Binding", "uuid-name": "it", row: { tunnel_key: key } },
      { op: "insert", table: "Port_Binding", row },
    ]);
  }

  async set(port: string, cells: Partial<PortBindingRow>): Promise<void> {
    const { _uuid } = this.get(port);
    await this.#client.transact(schema.name, [op.update("Port_Binding", byUuid(_uuid), cells)]);
  }

  transact(operations: readonly Operation[]): Promise<readonly OperationResult[]> {
    return this.#client.transact(schema.name, operations);
  }

  get(port: string): PortBindingRow {
    const [row] = this.#replica.table("Port_Binding").find("byPort", port);
    if (row === undefined) throw new Error(`nothing is known of port ${port}`);
    return row;
  }

  /** Waits until a port is bound to a chassis, or to none. */
  async becomes(port: string, chassis: string | null): Promise<void> {
    await until(() => this.get(port).chassis === chassis);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replica.close();
    await this.#client.close();
  }
}
