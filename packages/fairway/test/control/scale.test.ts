import assert from "node:assert/strict";
import { test } from "node:test";
import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { HostStates } from "../../src/control/host-states.ts";
import { type Tables as IntentTables, schema as intentSchema } from "../../src/intent/generated/fairway.ts";
import type { View } from "../../src/intent/view.ts";
import { silent } from "../../src/logger.ts";
import { engineId, type MadeEndpoint, type MadeNetwork, root, TestCenter, until } from "../center.ts";

/** What the center reads and writes, counted from the last `reset`. */
class Counts implements AsyncDisposable {
  readonly #northboundClient: OvsdbClient;
  readonly #northbound: Replica<Tables>;
  /** Rows of the intent that service, compile and host states looked at. */
  read = 0;
  /** Operations in transactions on the intent. */
  intentOperations = 0;
  /** Rows of Northbound that changed. */
  northboundChanges: string[] = [];

  private constructor(center: TestCenter, client: OvsdbClient, northbound: Replica<Tables>) {
    this.#northboundClient = client;
    this.#northbound = northbound;
    northbound.on("change", (changes) =>
      this.northboundChanges.push(...changes.map(({ table }) => table as string)),
    );
    const transact = center.client.transact.bind(center.client);
    center.client.transact = (database, operations, options) => {
      this.intentOperations += operations.length;
      return transact(database, operations, options);
    };
    this.#countReads(center.store.view);
  }

  static async of(center: TestCenter): Promise<Counts> {
    const client = new OvsdbClient({ remotes: [center.server.remote] });
    const tables = { NB_Global: {}, Logical_Switch: {}, Logical_Switch_Port: {}, Logical_Router: {} };
    const northbound = new Replica<Tables>(client, schema, { tables });
    await northbound.synced();
    return new Counts(center, client, northbound);
  }

  reset(): void {
    this.read = 0;
    this.intentOperations = 0;
    this.northboundChanges = [];
  }

  get ports(): number {
    return this.#northbound.table("Logical_Switch_Port").size;
  }

  #countReads(view: View): void {
    const plain = { ...view };
    const counting: View = {
      get: (table, uuid) => {
        this.read++;
        return plain.get(table, uuid);
      },
      rows: (table) => {
        const rows = [...plain.rows(table)];
        this.read += rows.length;
        return rows;
      },
      find: (table, index, key) => {
        const found = plain.find(table, index, key);
        this.read += 1 + found.length;
        return found;
      },
      count: (table, index, key) => {
        this.read++;
        return plain.count(table, index, key);
      },
    };
    Object.assign(view, counting);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#northbound.close();
    await this.#northboundClient.close();
  }
}

/** Follows a host's state as its agent does. */
async function follow(states: HostStates, host: string, signal: AbortSignal): Promise<void> {
  for await (const message of states.follow(host, undefined, signal))
    if (message.type === "heartbeat") return;
}

async function makeEndpoints(
  center: TestCenter,
  network: MadeNetwork,
  count: number,
): Promise<MadeEndpoint[]> {
  return Promise.all(Array.from({ length: count }, () => center.endpoint("h1", network)));
}

test("one more endpoint is as much work among 2,000 on its network and host as among 100", async () => {
  await using center = await TestCenter.start();
  await using counts = await Counts.of(center);
  const blue = await center.network("h1", "10.1.0.0/16");
  const end = new AbortController();
  const following = follow(center.hostStates, "h1", end.signal);
  const oneMore = async () => {
    const portsBefore = counts.ports;
    counts.reset();
    await center.endpoint("h1", blue);
    await center.settled();
    await until(() => counts.ports === portsBefore + 1);
    const { read, intentOperations, northboundChanges } = counts;
    return { read, intentOperations, northboundRows: northboundChanges.length };
  };
  await makeEndpoints(center, blue, 100);
  await until(() => counts.ports === 103, 60_000);
  await center.settled();
  const few = await oneMore();
  await makeEndpoints(center, blue, 1_899);
  await until(() => counts.ports === 2_003, 60_000);
  await center.settled();
  const many = await oneMore();
  assert.equal(many.intentOperations, few.intentOperations);
  assert.equal(many.northboundRows, few.northboundRows);
  assert.ok(many.read <= 1.2 * few.read, `${many.read} rows were looked at, not ${few.read}`);
  end.abort();
  await following;
});

test("a host's restart writes nothing", async () => {
  await using center = await TestCenter.start();
  await using counts = await Counts.of(center);
  const { service } = center;
  const facts = { systemId: "system-h1", tunnelAddress: "192.0.2.1", underlayMtu: 1500 };
  const register = (versions: Record<string, string>) =>
    service.hosts.register("h1", { ...facts, versions }, root);
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 } as const];
  const tellAll = async () => {
    await register({ kernel: "6.12" });
    await register({ kernel: "6.12", docker: "26.1.5" });
    await service.dockerNetworks.describe("h1", blue.id, { name: "blue", labels: { a: "b" } }, root);
    const container = { containerId: engineId(), containerName: "web", names: ["web", "db"] };
    await service.dockerEndpoints.describe(web.key, { ...container, containerId: "a".repeat(64) }, root);
    await service.dockerEndpoints.publish(web.key, { ports }, root);
    await service.foreignPools.report("h1", { networks: [] }, root);
  };
  await tellAll();
  await center.settled();
  await until(() => counts.ports === 4);
  counts.reset();
  await tellAll();
  const [state] = await Array.fromAsync(first(center.hostStates.follow("h1", undefined, root.signal)));
  assert.equal(state?.type, "snapshot");
  await center.settled();
  assert.equal(counts.intentOperations, 0);
  assert.deepEqual(counts.northboundChanges, []);
});

test("a full compile that finds nothing to do writes nothing, with 2,000 endpoints", async () => {
  await using center = await TestCenter.start();
  await using counts = await Counts.of(center);
  const blue = await center.network("h1", "10.1.0.0/16");
  await makeEndpoints(center, blue, 2_000);
  await until(() => counts.ports === 2_003, 60_000);
  await center.settled();
  await using client = new OvsdbClient({ remotes: [center.server.remote] });
  const tables = { Central: {}, Host: {}, Network: {}, Subnet: {}, Address: {}, Endpoint: {} };
  const intent = new Replica<IntentTables>(client, intentSchema, { tables });
  await intent.synced();
  await center.stop();
  counts.reset();
  const changed = new Set<string>();
  intent.on("change", (changes) => {
    for (const { table } of changes) changed.add(table);
  });
  const next = TestCenter.on(center.server, { name: "next" });
  await next.leads();
  await next.settled();
  await next.stop();
  assert.deepEqual([...new Set(counts.northboundChanges)], ["NB_Global"], "only the epoch was written");
  assert.deepEqual([...changed], ["Central"], "only the epoch was raised");
});

test("what a host knows of a former process of the center is not taken for known", async () => {
  await using center = await TestCenter.start();
  await center.network("h1", "10.1.0.0/24");
  const [known] = await Array.fromAsync(
    first(new HostStates(center.store, silent).follow("h1", undefined, root.signal)),
  );
  const next = new HostStates(center.store, silent);
  const [told] = await Array.fromAsync(first(next.follow("h1", known?.revision, root.signal)));
  assert.equal(told?.type, "snapshot");
});

async function* first<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const one of source) {
    yield one;
    return;
  }
}
