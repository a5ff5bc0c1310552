import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, OvsdbClient, operationsFor, Replica } from "@fairway/ovsdb";
import { type Message, Proxy } from "../../../ovsdb/test/proxy.ts";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { FairwayError } from "../../src/errors.ts";
import { root, TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

const isTransact = ({ method }: Message) => method === "transact";

/** Somebody else's eyes and hands on Northbound. */
async function openNorthbound(center: TestCenter) {
  const client = new OvsdbClient({ remotes: [center.server.remote] });
  const replica = new Replica<Tables>(client, schema, {
    tables: {
      NB_Global: {},
      Logical_Switch: {},
      Logical_Switch_Port: {},
      Logical_Router: {},
      Logical_Router_Port: {},
      Logical_Router_Static_Route: {},
    },
  });
  await replica.synced();
  const transact = (...operations: Parameters<typeof client.transact>[1]) =>
    client.transact(schema.name, operations);
  return { replica, transact, [Symbol.asyncDispose]: () => client.close() };
}

test("a network is a switch and a router that answers as its gateway; an endpoint is a plain port with its UUID", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await center.settled();
  await until(() => northbound.replica.table("Logical_Switch_Port").size === 4);
  const port = northbound.replica.table("Logical_Switch_Port").get(web.uuid);
  assert.deepEqual(port?.addresses, [`${web.mac} 10.1.0.2`]);
  assert.deepEqual(port?.port_security, [`${web.mac} 0.0.0.0/0`]);
  assert.equal(port?.name, web.uuid);
  assert.equal(port?.type, "");
  assert.ok(northbound.replica.table("Logical_Switch").get(blue.uuid)?.ports.includes(web.uuid));
  const routerPorts = [...northbound.replica.table("Logical_Router_Port").rows()];
  assert.deepEqual(routerPorts.map(({ networks }) => networks.join()).sort(), [
    "10.1.0.1/24",
    "169.254.77.1/30,169.254.80.1/20",
  ]);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  await until(() => northbound.replica.table("Logical_Switch").size === 0);
  await until(() => northbound.replica.table("Logical_Switch_Port").size === 0);
  assert.equal(northbound.replica.table("Logical_Router").size, 0);
});

test("N01 a network's router leads by a transit switch to the localport of its hosts' legs", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await center.settled();
  const routes = northbound.replica.table("Logical_Router_Static_Route");
  await until(() => routes.size === 1);
  const [route] = routes.rows();
  assert.deepEqual([route?.ip_prefix, route?.nexthop], ["0.0.0.0/0", "169.254.77.2"]);
  const [router] = northbound.replica.table("Logical_Router").rows();
  assert.deepEqual(router?.static_routes, [route?._uuid]);
  const ports = [...northbound.replica.table("Logical_Switch_Port").rows()];
  const localport = ports.find(({ type }) => type === "localport");
  assert.match(localport?.addresses[0] ?? "", / 169\.254\.77\.2$/);
  const end = AbortSignal.timeout(10_000);
  const [state] = await Array.fromAsync(takeOne(center.hostStates.follow("h1", undefined, end)));
  const leg = state?.type === "snapshot" ? state.items.find(({ kind }) => kind === "uplink") : undefined;
  assert.equal(leg?.kind === "uplink" && leg.ifaceId, localport?.name);
  await northbound.transact(
    op.mutate("Logical_Router", byUuid(router?._uuid ?? ""), [
      ["static_routes", "delete", [route?._uuid ?? ""]],
    ]),
  );
  await until(() => routes.size === 1 && [...routes.rows()][0]?._uuid === route?._uuid);
  await center.service.dockerEndpoints.delete(web.key, root);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  await until(() => routes.size === 0 && northbound.replica.table("Logical_Switch").size === 0);
});

async function* takeOne<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const one of source) {
    yield one;
    return;
  }
}

test("D08 of an internal network there is its switch and its containers' ports, and no router, uplink or NAT", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24", { internal: true });
  const web = await center.endpoint("h1", blue);
  await center.settled();
  await until(() => northbound.replica.table("Logical_Switch_Port").get(web.uuid) !== undefined);
  const tables = ["Logical_Switch", "Logical_Switch_Port", "Logical_Router", "Logical_Router_Port"] as const;
  assert.deepEqual(
    tables.map((table) => northbound.replica.table(table).size),
    [1, 1, 0, 0],
  );
  const known = center.service.dockerEndpoints.show(web.key, root);
  assert.deepEqual([known.gateway, known.engineGateway, known.hasUplink], [undefined, false, false]);
  for await (const message of center.hostStates.follow("h1", undefined, AbortSignal.timeout(5_000))) {
    const kinds = message.type === "snapshot" ? message.items.map(({ kind }) => kind) : [];
    assert.deepEqual(kinds.sort(), ["endpoint", "network"]);
    break;
  }
});

test("a second center's full compile finds nothing to do", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await Promise.all(Array.from({ length: 40 }, () => center.endpoint("h1", blue)));
  await center.settled();
  await until(() => northbound.replica.table("Logical_Switch_Port").size === 43);
  await center.stop();
  const changed: string[] = [];
  northbound.replica.on("change", (changes) => changed.push(...changes.map(({ table }) => table)));
  const next = TestCenter.on(center.server, { name: "next" });
  await next.leads();
  await next.stop();
  // Another replica hears of it in its own time.
  await until(() => changed.includes("NB_Global"));
  assert.deepEqual(new Set(changed), new Set(["NB_Global"]), "only the epoch was written");
});

test("X06 rows of ours that somebody deletes or changes are made again; foreign ones stay", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await center.settled();
  const foreign = "6f7f3f5e-3a51-4f5e-9df0-0d2f7bb0f001";
  const ports = northbound.replica.table("Logical_Switch_Port");
  await northbound.transact(
    op.insert("Logical_Switch_Port", { name: "theirs" }, foreign),
    op.mutate("Logical_Switch", byUuid(blue.uuid), [
      ["ports", "insert", [foreign]],
      ["ports", "delete", [web.uuid]],
    ]),
  );
  await until(() => ports.get(web.uuid) !== undefined && ports.get(foreign) !== undefined);
  await northbound.transact(op.update("Logical_Switch_Port", byUuid(web.uuid), { addresses: ["unknown"] }));
  await until(() => ports.get(web.uuid)?.addresses[0] === `${web.mac} 10.1.0.2`);
  await northbound.transact(op.delete("Logical_Switch", byUuid(blue.uuid)));
  await until(
    () => northbound.replica.table("Logical_Switch").get(blue.uuid)?.ports.includes(web.uuid) === true,
  );
});

test("X06 what is written to Northbound while the connection ends, before or after it was done, is there once", async () => {
  await using before = await TestCenter.start();
  await before.stop();
  await using proxy = new Proxy(before.server.socket, before.server.directory);
  const center = TestCenter.on(before.server, { northbound: proxy.remote });
  await center.leads();
  await using northbound = await openNorthbound(center);
  const ports = northbound.replica.table("Logical_Switch_Port");
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.settled();
  let cuts = 0;
  proxy.fromClient = (message) => (isTransact(message) && cuts++ < 2 ? "cut" : message);
  const web = await center.endpoint("h1", blue);
  await until(() => ports.get(web.uuid) !== undefined);
  await center.settled();
  assert.ok(cuts > 2, "it was cut off twice, and done then");
  const replies = new Set<unknown>();
  proxy.fromClient = (message) => {
    if (isTransact(message)) replies.add(message["id"]);
    return message;
  };
  // Done, and nothing of it is heard.
  proxy.fromServer = (message) => (replies.has(message["id"]) && cuts-- > 0 ? "cut" : message);
  const db = await center.endpoint("h1", blue);
  await until(() => ports.get(db.uuid) !== undefined);
  await center.settled();
  const own = northbound.replica.table("Logical_Switch").get(blue.uuid)?.ports ?? [];
  assert.deepEqual(own.filter((port) => port === web.uuid || port === db.uuid).length, 2);
  await center.stop();
});

test("who led before can write neither intent nor Northbound once another has taken over", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.settled();
  const next = TestCenter.on(center.server, { name: "next" });
  // Not by the lock, which the first still holds: as a center would that is cut off and does not know it.
  await next.store.lead("next", { encapsulation: "geneve", underlay_mtu: 1500, pools: [], settings: {} });
  const late = center.endpoint("h1", blue);
  await assert.rejects(
    late,
    (error) => error instanceof FairwayError && error.code === "not_leader" && error.retryable,
  );
  assert.equal(next.store.replica.table("Endpoint").size, 0);
  await next.stop();
});

test("M08 of more streams than a host may have, the oldest ends", async () => {
  await using center = await TestCenter.start();
  await center.network("h1", "10.1.0.0/24");
  const stop = new AbortController();
  const streams = Array.from({ length: 9 }, () =>
    center.hostStates.follow("h1", undefined, stop.signal)[Symbol.asyncIterator](),
  );
  for (const stream of streams) assert.equal((await stream.next()).value?.type, "snapshot");
  const [oldest, ...others] = streams.map((stream) => stream.next());
  assert.equal((await oldest)?.done, true);
  await center.network("h1", "10.2.0.0/24");
  for (const each of others) assert.equal((await each).value?.type, "change");
  stop.abort();
});

test("a host follows its state: a snapshot, changes, and only what it missed when it comes back", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const follow = (revision: string | undefined, signal: AbortSignal) => {
    const messages = center.hostStates.follow("h1", revision, signal);
    return messages[Symbol.asyncIterator]();
  };
  const stop = new AbortController();
  const first = follow(undefined, stop.signal);
  const snapshot = (await first.next()).value;
  assert.equal(snapshot?.type, "snapshot");
  assert.deepEqual(snapshot.items.map(({ kind }: { kind: string }) => kind).sort(), [
    "endpoint",
    "network",
    "uplink",
  ]);
  const db = await center.endpoint("h1", blue);
  const change = (await first.next()).value;
  assert.equal(change?.type, "change");
  assert.deepEqual(
    change.set.map(({ key }: { key: string }) => key),
    [`endpoint/${db.uuid}`],
  );
  stop.abort();
  await center.service.dockerEndpoints.delete(web.key, root);
  const again = follow(change.revision, AbortSignal.timeout(10_000));
  const missed = (await again.next()).value;
  assert.equal(missed?.type, "change");
  assert.deepEqual(missed.removed, [`endpoint/${web.uuid}`]);
  const lost = follow("0.7", AbortSignal.timeout(10_000));
  assert.equal((await lost.next()).value?.type, "snapshot");
});
