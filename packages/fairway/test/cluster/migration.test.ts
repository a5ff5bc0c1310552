import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OvsdbClient } from "@fairway/ovsdb";
import { TestServer } from "../../../ovsdb/test/server.ts";
import type { Endpoint, EngineEndpointKey } from "../../src/center/schemas/endpoint.ts";
import type { HostItem } from "../../src/center/schemas/host-state.ts";
import type { Network } from "../../src/center/schemas/network.ts";
import { adoptSchema, conversion, type IntentDatabase } from "../../src/cluster/intent-schema.ts";
import { schema } from "../../src/intent/generated/fairway.ts";
import { silent } from "../../src/logger.ts";
import {
  engineId,
  type MadeNetwork,
  NORTHBOUND_SCHEMA,
  root,
  SOUTHBOUND_SCHEMA,
  TestCenter,
} from "../center.ts";

const run = promisify(execFile);

const at = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/**
 * What Fairway wrote when its schema was 1.0.0, and what its API said of it: networks with mirrors, one being removed, one that was made
 * again; pools of every state; endpoints with published ports; a host that has asked for a network.
 */
const written = JSON.parse(await readFile(at("intent-1.0.0.json"), "utf8")) as {
  readonly ids: {
    readonly web: { readonly endpoint: string; readonly mac: string; readonly addresses: readonly string[] };
    readonly webKey: EngineEndpointKey;
    readonly again: MadeNetwork;
    readonly blue: MadeNetwork;
    readonly green: MadeNetwork;
    readonly waiting: string;
  };
  readonly shown: {
    readonly networks: readonly Network[];
    readonly endpoints: readonly Endpoint[];
    readonly items: Readonly<Record<string, readonly HostItem[]>>;
    readonly unowned: readonly unknown[];
  };
  readonly transaction: readonly [string, ...object[]];
};
const { ids, shown } = written;

/** When it was written, ms: nothing of it has expired. */
const then = Date.UTC(2100, 0, 1);

interface Old extends AsyncDisposable {
  readonly server: TestServer;
  readonly database: IntentDatabase;
}

/** A database of schema 1.0.0 with those rows, and OVN's. */
async function oldDatabase(): Promise<Old> {
  const server = await TestServer.start([
    at("fairway-1.0.0.ovsschema"),
    NORTHBOUND_SCHEMA,
    SOUTHBOUND_SCHEMA,
  ]);
  await using client = new OvsdbClient({ remotes: [server.remote] });
  const [name, ...operations] = written.transaction;
  await client.transact(name, operations as Parameters<OvsdbClient["transact"]>[1]);
  await client.transact("OVN_Northbound", [{ op: "insert", table: "NB_Global", row: {} }]);
  const database = { remote: server.remote, file: server.path("0.db"), logger: silent };
  return { server, database, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function centerOn(server: TestServer): Promise<TestCenter> {
  const center = TestCenter.on(server);
  center.now = then;
  await center.leads();
  return center;
}

async function itemsOf(center: TestCenter, host: string): Promise<readonly HostItem[]> {
  const end = new AbortController();
  for await (const message of center.hostStates.follow(host, undefined, end.signal)) {
    end.abort();
    if (message.type === "snapshot") return message.items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }
  return assert.fail("there was no snapshot");
}

/** What has no order of its own in one. */
function inOrder(networks: readonly Network[]): readonly Network[] {
  return networks.map((network) => ({
    ...network,
    engines: network.engines.toSorted((one, other) => one.host.localeCompare(other.host)),
  }));
}

/** All that was said then is said now, in the same words; a later version may say more of each thing. */
function stillShown(now: readonly unknown[], then: readonly unknown[] | undefined): void {
  assert.deepEqual(
    now.map((each, at) => saidOf(each, then?.[at])),
    then,
  );
}

/** What one value says of what the other one has. */
function saidOf(now: unknown, then: unknown): unknown {
  if (Array.isArray(now) && Array.isArray(then)) return now.map((each, at) => saidOf(each, then[at]));
  if (!isObject(now) || !isObject(then)) return now;
  return Object.fromEntries(Object.keys(then).map((key) => [key, saidOf(now[key], then[key])]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const versionOf = async (path: string) => (await run("ovsdb-tool", ["db-version", path])).stdout.trim();

for (const done of [0, 1, 2, 3, 4])
  test(`O10 a 1.0.0 database is this version's, with all that the API said of it, also where its conversion died after ${done} steps`, async () => {
    await using old = await oldDatabase();
    const { server, database } = old;
    let steps = 0;
    if (done > 0) for await (const _ of conversion(database)) if (++steps === done) break;
    assert.equal(steps, done);
    await adoptSchema(database);
    assert.equal(await versionOf(database.file), schema.version);
    assert.equal(await versionOf(`${database.file}.1.0.0`), "1.0.0");
    const center = await centerOn(server);
    try {
      stillShown(inOrder(center.service.networks.list({}, root)), inOrder(shown.networks));
      const endpoints = center.service.endpoints.list({}, root);
      stillShown(
        endpoints.toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1)),
        shown.endpoints,
      );
      for (const host of ["h1", "h2", "h3"]) stillShown(await itemsOf(center, host), shown.items[host]);
      assert.deepEqual(center.service.status.show().unowned, shown.unowned);
    } finally {
      await center.stop();
    }
  });

test("O10 engines go on with what they had in a 1.0.0 database: containers, pools that wait, pools of other drivers, networks made again", async () => {
  await using old = await oldDatabase();
  const { server, database } = old;
  await adoptSchema(database);
  const center = await centerOn(server);
  const { service } = center;
  try {
    // A running container keeps its port, MAC and address, whatever is asked again.
    const same = await service.dockerEndpoints.create(
      ids.webKey,
      { addresses: ids.web.addresses.map((address) => address.split("/")[0] ?? "") },
      root,
    );
    assert.deepEqual(
      [same.endpoint, same.mac, same.addresses],
      [ids.web.endpoint, ids.web.mac, ids.web.addresses],
    );
    await center.settled();
    const [found] = await center.client.transact("OVN_Northbound", [
      {
        op: "select",
        table: "Logical_Switch_Port",
        where: [["_uuid", "==", ["uuid", ids.web.endpoint]]],
        columns: ["name", "addresses"],
      },
    ]);
    const [address] = ids.web.addresses;
    assert.deepEqual(found?.rows, [
      { name: ids.web.endpoint, addresses: `${ids.web.mac} ${address?.split("/")[0]}` },
    ]);
    // A network that was made again: its engine knows it by another pool.
    const more = await center.endpoint("h1", ids.again);
    assert.equal(service.endpoints.show(more.uuid, root).network.name, "red");
    await service.pools.release("h1", ids.again.pool, root);
    // A pool that waits is bound by its network, with the addresses that were asked for.
    const subnets = [
      { space: "waiting/space", cidr: "10.30.0.0/24", gateway: "10.30.0.1", auxiliaries: ["10.30.0.9"] },
    ];
    const late = await service.dockerNetworks.create("h1", engineId(), { subnets }, root);
    assert.equal(late.subnets[0]?.uuid, ids.waiting);
    assert.equal(late.subnets[0]?.used, 2);
    // What an engine has given up and others use is what it makes again.
    const { cidr } = await service.pools.request("h2", { space: "s", family: 4 }, root);
    assert.equal(cidr, service.networks.show(ids.green.uuid, root).subnets[0]?.cidr);
    // Pools of other drivers' networks go when their engine lists none any more.
    center.now += 3_600_000;
    await service.foreignPools.report("h3", { networks: [] }, root);
    center.now += 3_600_000;
    await service.foreignPools.report("h3", { networks: [] }, root);
    const left = Array.from(center.store.view.rows("Subnet"), (row) => row.cidr);
    assert.deepEqual(
      left.filter((each) => each.startsWith("10.2")),
      [],
    );
    assert.deepEqual(service.status.show().unowned, []);
  } finally {
    await center.stop();
  }
});

test("O10 a 1.0.0 pool of a host that is gone goes with its addresses; what is no port is left out", async () => {
  await using old = await oldDatabase();
  const { server, database } = old;
  await using client = new OvsdbClient({ remotes: [server.remote] });
  const subnet = "0f0f0f0f-0000-4000-8000-000000000001";
  await client.transact("Fairway", [
    { op: "insert", table: "Subnet", uuid: subnet, row: { cidr: "10.40.0.0/24", space: "h9/s" } },
    {
      op: "insert",
      table: "Address",
      row: { subnet: ["uuid", subnet], ip: "10.40.0.1", purpose: "gateway" },
    },
    {
      op: "mutate",
      table: "Endpoint",
      where: [["_uuid", "==", ["uuid", ids.web.endpoint]]],
      mutations: [["ports", "insert", ["set", ["no JSON", '{"protocol":"tcp","port":0,"hostPort":1}']]]],
    },
  ]);
  await adoptSchema(database);
  const center = await centerOn(server);
  try {
    assert.equal(center.store.view.get("Subnet", subnet), undefined);
    stillShown(inOrder(center.service.networks.list({}, root)), inOrder(shown.networks));
    const web = shown.endpoints.find(({ uuid }) => uuid === ids.web.endpoint);
    assert.deepEqual(center.service.endpoints.show(ids.web.endpoint, root).ports, web?.ports);
    assert.equal(web?.ports.length, 3);
  } finally {
    await center.stop();
  }
});

test("O10 a 1.0.0 database that was made before some of its columns were is converted as well", async () => {
  const early = JSON.parse(await readFile(at("fairway-1.0.0.ovsschema"), "utf8")) as {
    readonly tables: Record<string, { readonly columns: Record<string, unknown> }>;
  };
  for (const [table, columns] of Object.entries({
    Subnet: ["automatic", "same_as", "foreign"],
    Endpoint: ["ports", "lost"],
    Docker_Network: ["asked_until"],
    Host: ["number"],
  }))
    for (const column of columns) delete early.tables[table]?.columns[column];
  await using server = await TestServer.start([early]);
  await using client = new OvsdbClient({ remotes: [server.remote] });
  const host = { name: "h1", system_id: "s1", state: "up" };
  const subnet = { cidr: "10.40.0.0/24", space: "h1/local", managed: true, expires: then };
  await client.transact("Fairway", [
    { op: "insert", table: "Host", row: host },
    { op: "insert", table: "Subnet", row: subnet },
  ]);
  await adoptSchema({ remote: server.remote, file: server.path("0.db"), logger: silent });
  const [pools] = await client.transact("Fairway", [
    { op: "select", table: "Docker_Pool", where: [], columns: ["address_space", "automatic", "expires"] },
  ]);
  assert.deepEqual(pools?.rows, [{ address_space: "local", automatic: false, expires: then }]);
});
