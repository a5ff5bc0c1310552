import { fileURLToPath } from "node:url";
import { OvsdbClient } from "@fairway/ovsdb";
import { Proxy } from "../../../ovsdb/test/proxy.ts";
import { TestServer } from "../../../ovsdb/test/server.ts";
import { DATABASE, op } from "../../src/intent/operations.ts";
import { Store, type StoreOptions } from "../../src/intent/store.ts";
import type { IntentRow } from "../../src/intent/view.ts";
import type { Logger } from "../../src/logger.ts";

const schemaFile = fileURLToPath(new URL("../../src/intent/fairway.ovsschema", import.meta.url));
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export const settings = {
  encapsulation: "geneve",
  underlay_mtu: 1500,
  pools: [],
  settings: {},
} as const;

/** A store that leads, on a real ovsdb-server, with a proxy between them that can change what they say. */
export class IntentUnderTest implements AsyncDisposable {
  readonly server: TestServer;
  readonly proxy: Proxy;
  readonly client: OvsdbClient;
  readonly store: Store;

  private constructor(server: TestServer, options: StoreOptions) {
    this.server = server;
    this.proxy = new Proxy(server.socket, server.directory);
    this.client = new OvsdbClient({ remotes: [this.proxy.remote], backoff: { minMs: 5, maxMs: 50 } });
    this.store = new Store(this.client, silent, options);
  }

  static async start(options: StoreOptions = {}): Promise<IntentUnderTest> {
    const intent = new IntentUnderTest(await TestServer.start([schemaFile]), options);
    await intent.store.lead("first", settings);
    return intent;
  }

  /** Another center takes over, without the proxy. */
  async takeOver(): Promise<void> {
    await using client = new OvsdbClient({ remotes: [this.server.remote] });
    await using other = new Store(client, silent);
    await other.lead("second", settings);
  }

  /** What the server itself holds, by name. */
  async hostNames(): Promise<readonly string[]> {
    await using client = new OvsdbClient({ remotes: [this.server.remote] });
    const [result] = await client.transact(DATABASE, [op.select("Host", [], ["name"])]);
    return op
      .rows("Host", result)
      .map(({ name }) => name)
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    await this.client.close();
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** The columns of a host, as a join makes them. */
export function hostColumns(name: string): Omit<IntentRow<"Host">, "_uuid"> {
  return {
    name,
    system_id: `system-${name}`,
    tunnel_address: null,
    underlay_mtu: null,
    taken: [],
    versions: {},
    state: "up",
    state_since: null,
    labels: {},
    admitted_key: null,
    number: null,
  };
}
