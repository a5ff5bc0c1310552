import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, OvsdbClient, operationsFor, Replica } from "@fairway/ovsdb";
import { Proxy } from "../../../ovsdb/test/proxy.ts";
import { TestServer } from "../../../ovsdb/test/server.ts";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { Election } from "../../src/control/election.ts";
import { Northbound } from "../../src/control/northbound.ts";
import { command } from "../../src/host/program.ts";
import { Term } from "../../src/intent/term.ts";
import { settingsOf } from "../../src/intent/view.ts";
import { silent } from "../../src/logger.ts";
import { NORTHBOUND_SCHEMA, TestCenter, until } from "../center.ts";
import { IntentUnderTest, settings } from "../intent/intent-under-test.ts";

const op = operationsFor<Tables>(schema);
const lockName = "fairway_leader";

/** Somebody else who takes the leader's lock away. */
async function steal(remote: string) {
  const client = new OvsdbClient({ remotes: [remote] });
  const lock = client.lock(lockName, { steal: true });
  await lock.acquired();
  return { lock, [Symbol.asyncDispose]: () => client.close() };
}

test("a lead that was overtaken goes no further: it raises no epoch without the lock, and leads again when it has it", async () => {
  await using intent = await IntentUnderTest.start();
  const { store, client } = intent;
  const first = store.epoch ?? 0;
  const gate = Promise.withResolvers<void>();
  const terms: Term[] = [];
  const lead = async (term: Term) => {
    terms.push(term);
    if (terms.length === 1) await gate.promise;
    await store.lead("again", settings, { term });
    await term.ended;
  };
  await using _ = new Election(client, lead, silent);
  using _opened = { [Symbol.dispose]: () => gate.resolve() };
  await until(() => terms.length === 1);
  await using thief = await steal(intent.server.remote);
  await until(() => terms[0]?.isOver === true);
  gate.resolve();
  await assert.rejects(store.lead("late", settings, { term: terms[0] ?? new Term() }), {
    code: "not_leader",
  });
  assert.equal(settingsOf(store.view)?.epoch, first);
  await thief.lock.release();
  await until(() => store.epoch === first + 1);
});

test("an epoch is raised by who has the lock at that moment: the database itself looks", async () => {
  await using intent = await IntentUnderTest.start();
  const before = settingsOf(intent.store.view)?.epoch;
  const term = new Term(lockName);
  await assert.rejects(intent.store.lead("usurper", settings, { term }), { code: "not_leader" });
  assert.equal(settingsOf(intent.store.view)?.epoch, before);
  assert.ok(term.isOver);
});

test("a term never passes an epoch that somebody else has raised: it ends as soon as that is heard", async () => {
  await using intent = await IntentUnderTest.start();
  const { store } = intent;
  const term = new Term();
  const own = await store.lead("first", settings, { term });
  await intent.takeOver();
  await until(() => settingsOf(store.view)?.leader === "second");
  assert.ok(term.isOver);
  await assert.rejects(store.lead("first", settings, { term, above: 100 }), { code: "not_leader" });
  assert.equal(settingsOf(store.view)?.epoch, own + 1);
});

/** Two clients of one Northbound; what the first one hears can be held back. */
async function twoLeaders() {
  const center = await TestCenter.start();
  const stack = new AsyncDisposableStack();
  stack.use(center);
  await center.controller[Symbol.asyncDispose]();
  const proxy = stack.use(new Proxy(center.server.socket, center.server.directory));
  const open = (remote: string) =>
    stack.use(new Northbound(stack.use(new OvsdbClient({ remotes: [remote] }))));
  const [former, next] = [open(proxy.remote), open(center.server.remote)];
  const epoch = await former.lastEpoch(AbortSignal.timeout(10_000));
  return { proxy, former, next, epoch, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

const isUpdate = ({ method }: { readonly method?: unknown }) => String(method).startsWith("update");

test("a former leader that has heard of nothing writes nothing to Northbound, and its term ends", async () => {
  await using both = await twoLeaders();
  const { former, next, proxy, epoch } = both;
  const [own, other] = [new Term(), new Term()];
  await former.lead(epoch + 1, own);
  await former.commit([op.insert("Logical_Switch", { name: "in time" })]);
  proxy.fromServer = (message) => (isUpdate(message) ? undefined : message);
  await next.lead(epoch + 2, other);
  assert.ok(former.isLed);
  await assert.rejects(former.commit([op.insert("Logical_Switch", { name: "late" })]), {
    code: "not_leader",
  });
  assert.ok(own.isOver);
  await next.commit([op.insert("Logical_Switch", { name: "next" })]);
  const names = [...next.replica.table("Logical_Switch").rows()].map(({ name }) => name);
  assert.deepEqual(names.sort(), ["in time", "next"]);
});

test("Northbound is not taken over with an epoch that is not higher than the one it has", async () => {
  await using both = await twoLeaders();
  const { former, next, epoch, proxy } = both;
  const [own, other] = [new Term(), new Term()];
  await next.lead(epoch + 5, other);
  for (const older of [epoch + 4, epoch + 5])
    await assert.rejects(next.lead(older, new Term()), { code: "not_leader" });
  // Who has not heard of it is stopped by the fence.
  const heard = ({ replica }: Northbound) =>
    Number([...replica.table("NB_Global").rows()][0]?.external_ids["fairway-epoch"]);
  await until(() => heard(former) === epoch + 5);
  await former.lead(epoch + 6, own);
  await until(() => heard(next) === epoch + 6);
  proxy.fromServer = (message) => (isUpdate(message) ? undefined : message);
  await next.lead(epoch + 8, new Term());
  await assert.rejects(former.lead(epoch + 7, new Term()));
  assert.equal(await next.lastEpoch(AbortSignal.timeout(10_000)), epoch + 8);
});

/** The switches that Northbound has, and a hand on its epoch. */
async function openNorthbound(center: TestCenter) {
  const client = new OvsdbClient({ remotes: [center.server.remote] });
  const replica = new Replica<Tables>(client, schema, { tables: { NB_Global: {}, Logical_Switch: {} } });
  await replica.synced();
  const transact = (...operations: Parameters<typeof client.transact>[1]) =>
    client.transact(schema.name, operations);
  const global = () => [...replica.table("NB_Global").rows()][0];
  const epoch = () => Number(global()?.external_ids["fairway-epoch"] ?? "0");
  return { replica, transact, global, epoch, [Symbol.asyncDispose]: () => client.close() };
}

test("a Northbound that was emptied is led again and written again; until then status does not say that it can be written", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.settled();
  const before = center.store.epoch ?? 0;
  const switches = northbound.replica.table("Logical_Switch");
  await until(() => switches.get(blue.uuid) !== undefined);
  const all = ["Logical_Switch", "Logical_Router", "NB_Global"] as const;
  await northbound.transact(...all.map((name) => op.delete(name, [])));
  await until(() => center.service.status.show().stores.northbound === "unwritable");
  await until(() => (center.store.epoch ?? 0) > before);
  assert.equal(center.service.status.show().stores.northbound, "unwritable");
  const red = await center.network("h1", "10.2.0.0/24");
  await northbound.transact(op.insert("NB_Global", {}));
  await until(() => switches.get(blue.uuid) !== undefined && switches.get(red.uuid) !== undefined);
  assert.equal(northbound.epoch(), center.store.epoch);
  await center.settled();
  assert.equal(center.service.status.show().stores.northbound, "connected");
});

test("an epoch that is gone from Northbound, or older there, with the lock held: the center leads again", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  for (const epochs of [{}, { "fairway-epoch": "1" }, { "fairway-epoch": "1000" }]) {
    const before = center.store.epoch ?? 0;
    const uuid = northbound.global()?._uuid ?? "";
    await northbound.transact(op.update("NB_Global", byUuid(uuid), { external_ids: epochs }));
    await until(() => (center.store.epoch ?? 0) > before && northbound.epoch() === center.store.epoch);
    const made = await center.network("h1", `10.${before % 200}.0.0/24`);
    await until(() => northbound.replica.table("Logical_Switch").get(made.uuid) !== undefined);
  }
  assert.ok((center.store.epoch ?? 0) > 1000);
});

test("an intent that was restored from a backup under a running center is led again, above what Northbound has seen", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const switches = northbound.replica.table("Logical_Switch");
  await center.network("h1", "10.1.0.0/24");
  const backup = center.server.path("backup");
  await command("ovsdb-client", ["backup", center.server.remote, "Fairway"], { output: backup });
  const red = await center.network("h1", "10.2.0.0/24");
  const external_ids = { "fairway-epoch": "50" };
  await northbound.transact(
    op.update("NB_Global", byUuid(northbound.global()?._uuid ?? ""), { external_ids }),
  );
  await until(() => northbound.epoch() > 50 && switches.get(red.uuid) !== undefined);
  const restore = `ovsdb-client restore ${center.server.remote} Fairway <${backup}`;
  await command("sh", ["-c", restore]);
  await until(() => northbound.epoch() > 51 && switches.get(red.uuid) === undefined);
  assert.equal(northbound.epoch(), center.store.epoch);
  // A restored database has other UUIDs (ovsdb-client(1)).
  const networks = () => Array.from(center.store.view.rows("Network"), ({ _uuid }) => _uuid);
  await until(() => networks().length === 1 && networks().every((uuid) => switches.get(uuid) !== undefined));
  const green = await center.network("h1", "10.2.0.0/24");
  await until(() => switches.get(green.uuid) !== undefined);
});

for (const frozen of ["the intent, with Southbound", "Northbound"])
  test(`a center stops within seconds while ${frozen} is frozen`, async () => {
    await using northbound = await TestServer.start([NORTHBOUND_SCHEMA]);
    await using center = await TestCenter.start({ northbound: northbound.remote });
    await center.network("h1", "10.1.0.0/24");
    await center.settled();
    const server = frozen === "Northbound" ? northbound : center.server;
    server.signal("SIGSTOP");
    // Something that waits for the frozen one when the center stops.
    const waits = center.network("h1", "10.2.0.0/24").catch(() => undefined);
    const began = performance.now();
    await center.stop();
    assert.ok(performance.now() - began < 5_000, `it took ${performance.now() - began} ms`);
    await waits;
    server.signal("SIGCONT");
  });
