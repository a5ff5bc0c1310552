import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, OvsdbClient, operationsFor, Replica } from "@fairway/ovsdb";
import { Expiry } from "../../src/center/expiry.ts";
import type { HostAccessItem, HostItem } from "../../src/center/schemas/host-state.ts";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { silent } from "../../src/logger.ts";
import { root, TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

/** What a host is told; the state is kept up to date since the first time that it was asked for. */
async function itemsOf(center: TestCenter, host: string): Promise<readonly HostItem[]> {
  const end = new AbortController();
  for await (const message of center.hostStates.follow(host, undefined, end.signal)) {
    end.abort();
    if (message.type === "snapshot") return message.items;
  }
  return [];
}

async function reachesOf(center: TestCenter, host: string): Promise<HostAccessItem[]> {
  return (await itemsOf(center, host)).flatMap((item) => (item.kind === "host-access" ? item : []));
}

async function openPorts(center: TestCenter) {
  const client = new OvsdbClient({ remotes: [center.server.remote] });
  const replica = new Replica<Tables>(client, schema, {
    tables: { Logical_Switch: {}, Logical_Switch_Port: {} },
  });
  await replica.synced();
  const reaching = () =>
    [...replica.table("Logical_Switch_Port").rows()].filter(({ external_ids }) =>
      external_ids["fairway"]?.startsWith("host-access/"),
    );
  const transact = (...operations: Parameters<typeof client.transact>[1]) =>
    client.transact(schema.name, operations);
  return { replica, reaching, transact, [Symbol.asyncDispose]: () => client.close() };
}

test("N09 hosts get a port to reach a network when it is on more than one of them, and while it is", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openPorts(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const there = await center.join("h2", blue);
  const elsewhere = await center.join("h3", blue);
  const everybody = async () => await Promise.all(["h1", "h2", "h3"].map((host) => reachesOf(center, host)));
  await center.endpoint("h1", blue);
  await center.endpoint("h1", blue);
  await center.settled();
  assert.deepEqual(await everybody(), [[], [], []]);
  assert.equal(northbound.reaching().length, 0);

  const far = await center.endpoint("h2", there);
  await until(() => northbound.reaching().length === 2);
  const items = await everybody();
  assert.deepEqual(
    items.map(({ length }) => length),
    [1, 1, 0],
  );
  const [h1, h2] = items.flat();
  assert.deepEqual([h1?.addresses, h2?.addresses], [["169.254.80.2/20"], ["169.254.80.3/20"]]);
  assert.deepEqual(h1?.cidrs, ["10.1.0.0/24"]);
  assert.deepEqual(h1?.router.addresses, ["169.254.80.1"]);
  const [transit] = [...northbound.replica.table("Logical_Switch").rows()].filter(({ ports }) =>
    ports.includes(h1?.ifaceId ?? ""),
  );
  for (const item of [h1, h2]) {
    const port = northbound.replica.table("Logical_Switch_Port").get(item?.ifaceId ?? "");
    assert.deepEqual(port?.addresses, [`${item?.mac} ${item?.addresses[0]?.split("/")[0]}`]);
    assert.equal(port?.type, "");
    assert.deepEqual(port.port_security, port.addresses, "it sends under its own address alone");
    assert.ok(transit?.ports.includes(port._uuid));
  }

  const third = await center.endpoint("h3", elsewhere);
  await until(() => northbound.reaching().length === 3);
  assert.deepEqual(
    (await everybody()).map(({ length }) => length),
    [1, 1, 1],
  );
  for (const { key } of [third, far]) await center.service.dockerEndpoints.delete(key, root);
  await until(() => northbound.reaching().length === 0);
  assert.deepEqual(await everybody(), [[], [], []]);
});

test("N09 where another network has the same addresses, hosts reach their own containers alone, and it is said", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openPorts(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const there = await center.join("h2", blue);
  await center.endpoint("h1", blue);
  await center.endpoint("h2", there);
  await until(() => northbound.reaching().length === 2);
  assert.equal((await reachesOf(center, "h1")).length, 1);
  const shown = () => center.service.networks.show("blue", root).hostAccess;
  assert.deepEqual(shown(), { cidrs: ["10.1.0.0/24"], overlaps: [] });

  const wide = await center.network("h1", "10.1.0.0/16");
  await center.service.dockerNetworks.describe("h1", wide.id, { name: "wide" }, root);
  await until(() => northbound.reaching().length === 0);
  assert.deepEqual(await reachesOf(center, "h1"), []);
  assert.deepEqual(shown(), { cidrs: [], overlaps: [{ cidr: "10.1.0.0/24", network: "wide" }] });

  await center.service.dockerNetworks.delete("h1", wide.id, root);
  await until(() => northbound.reaching().length === 2);
  assert.equal((await reachesOf(center, "h1")).length, 1);

  const internal = await center.network("h1", "10.1.0.0/24", { internal: true });
  await center.settled();
  assert.equal(northbound.reaching().length, 2);
  assert.equal(center.service.networks.show(internal.uuid, root).hostAccess, null);
});

test("N09 a host without a container reaches a network for ten minutes after somebody on it asked", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openPorts(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const there = await center.join("h2", blue);
  const afar = async (host: string) =>
    (await itemsOf(center, host)).flatMap((item) => (item.kind === "dormant-network" ? item : []));
  assert.deepEqual([await afar("h1"), await afar("h2")], [[], []], "there is nobody to reach");
  const ask = () => center.service.dockerNetworks.requestHostAccess("h2", there.id, root);
  await ask();
  await center.settled();
  assert.equal(northbound.reaching().length, 0);
  const web = await center.endpoint("h1", blue);
  await until(() => northbound.reaching().length === 1);
  const [item] = await afar("h2");
  assert.deepEqual([item?.engineId, item?.cidrs], [there.id, ["10.1.0.0/24"]]);
  assert.deepEqual([await reachesOf(center, "h1"), await afar("h1")], [[], []]);
  assert.equal((await reachesOf(center, "h2")).length, 1);

  center.now += 400_000;
  await ask();
  await new Expiry(center.store, silent).expire(center.now + 599_000);
  assert.equal((await reachesOf(center, "h2")).length, 1, "asking again makes it longer");
  await new Expiry(center.store, silent).expire(center.now + 600_000);
  await until(() => northbound.reaching().length === 0);
  assert.deepEqual(await reachesOf(center, "h2"), []);

  await ask();
  const far = await center.endpoint("h2", there);
  await until(() => northbound.reaching().length === 2);
  assert.deepEqual(await afar("h2"), []);
  await center.service.dockerEndpoints.delete(web.key, root);
  assert.equal((await afar("h1")).length, 1);
  await center.service.dockerEndpoints.delete(far.key, root);
  await until(() => northbound.reaching().length === 0);
  assert.deepEqual([await afar("h1"), await afar("h2")], [[], []]);
});

test("ports that an earlier version has marked otherwise are taken over: none is removed", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openPorts(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.endpoint("h1", blue);
  await center.endpoint("h2", await center.join("h2", blue));
  await until(() => northbound.reaching().length === 2);
  await center.stop();
  const ports = northbound.reaching();
  await northbound.transact(
    ...ports.map(({ _uuid, external_ids }) =>
      op.update("Logical_Switch_Port", byUuid(_uuid), {
        external_ids: { ...external_ids, fairway: `reach/${blue.uuid}` },
      }),
    ),
  );
  await until(() => northbound.reaching().length === 0);
  const removed: string[] = [];
  northbound.replica.on("change", (changes) =>
    removed.push(...changes.flatMap(({ uuid, new: now }) => (now === undefined ? uuid : []))),
  );
  // What the intent does not know is taken out at once.
  const next = TestCenter.on(center.server, { name: "next", claimsMs: 0 });
  await next.leads();
  await until(() => northbound.reaching().length === 2);
  await next.settled();
  await next.stop();
  assert.deepEqual(northbound.reaching(), ports);
  assert.deepEqual(removed, []);
});
