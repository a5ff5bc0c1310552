import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { Proxy } from "../../../ovsdb/test/proxy.ts";
import {
  type Tables as NorthboundTables,
  schema as northboundSchema,
} from "../../src/compile/northbound/generated/northbound.ts";
import { repair } from "../../src/control/foreign-bindings.ts";
import { derive } from "../../src/identity.ts";
import { type MadeEndpoint, root, TestCenter, until } from "../center.ts";
import { Bindings } from "./bindings.ts";

/** So long nothing happens in these tests that would happen by itself. */
const LONG_MS = 3_600_000;

const own = (host: string) => ({ "requested-chassis": `system-${host}` });

interface Scene extends AsyncDisposable {
  readonly center: TestCenter;
  readonly bindings: Bindings;
  /** An endpoint on h1, bound there. */
  readonly web: MadeEndpoint;
  /** Chassis of h1 and h2. */
  readonly h1: string;
  readonly h2: string;
  /** Options of a port in Northbound. */
  readonly optionsOf: (port: string) => Readonly<Record<string, string>> | undefined;
}

async function begin(options: { releaseMs?: number } = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const center = stack.use(await TestCenter.start(options));
  const bindings = stack.use(await Bindings.of(center));
  const client = stack.adopt(new OvsdbClient({ remotes: [center.server.remote] }), (it) => it.close());
  const northbound = stack.use(
    new Replica<NorthboundTables>(client, northboundSchema, { tables: { Logical_Switch_Port: {} } }),
  );
  await northbound.synced();
  const web = await center.endpoint("h1", await center.network("h1", "10.1.0.0/24"));
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  await center.settled();
  const [h1, h2] = [await bindings.chassis("system-h1"), await bindings.chassis("system-h2")];
  await bindings.add(web.uuid, own("h1"));
  await bindings.set(web.uuid, { chassis: h1, up: true });
  const kept = stack.move();
  return {
    center,
    bindings,
    web,
    h1,
    h2,
    optionsOf: (port) => northbound.table("Logical_Switch_Port").get(port)?.options,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Whom the center names, and how often. */
const named = (center: TestCenter) =>
  center.service.status.show().foreignBindings.map(({ host, chassis, times }) => [host, chassis, times]);

test("S03 a port that another chassis takes is back with its own at once, as it was, and the host is named", async () => {
  await using scene = await begin({ releaseMs: LONG_MS });
  const { center, bindings, web, h1, h2 } = scene;
  await bindings.set(web.uuid, { chassis: h2, up: false });
  await bindings.becomes(web.uuid, h1);
  assert.equal(bindings.get(web.uuid).up, true);
  assert.deepEqual(named(center), [["h2", "system-h2", 1]]);
  const what = `claims ports of other hosts: endpoint ${web.uuid.slice(0, 8)} of host h1 (once, last at `;
  assert.ok(center.service.hosts.show("h2", root).status["bindings"]?.startsWith(what));
  assert.deepEqual(center.service.hosts.show("h1", root).status, {});

  await bindings.set(web.uuid, { additional_chassis: [h2] });
  await until(() => bindings.get(web.uuid).additional_chassis.length === 0);
  assert.equal(bindings.get(web.uuid).chassis, h1);
  assert.deepEqual(named(center), [["h2", "system-h2", 2]]);

  await bindings.set(web.uuid, { options: { ...own("h1"), "iface-id-ver": "1" } });
  await until(() => Object.keys(bindings.get(web.uuid).options).length === 1);
  assert.deepEqual(named(center).at(-1), [null, null, 1]);
});

test("S03 a port that nobody had, and another chassis takes, is nobody's again", async () => {
  await using scene = await begin({ releaseMs: LONG_MS });
  const { center, bindings, web, h2 } = scene;
  await bindings.set(web.uuid, { chassis: null, up: false });
  await bindings.set(web.uuid, { chassis: h2, up: true });
  await bindings.becomes(web.uuid, null);
  assert.equal(bindings.get(web.uuid).up, false);
  assert.equal(named(center).length, 1);
});

test("S03 uplinks are nobody's, and a host's own port on a network is that host's alone", async () => {
  await using scene = await begin({ releaseMs: LONG_MS });
  const { center, bindings, h1, h2, optionsOf } = scene;
  const green = await center.network("h1", "10.2.0.0/24");
  const { uuid: network } = green;
  await center.service.dockerNetworks.describe("h1", green.id, { name: "green" }, root);
  await center.endpoint("h1", green);
  const there = await center.join("h2", green);
  await center.endpoint("h2", there);
  const host = center.store.view.find("Host", "byName", "h1")[0]?._uuid ?? "";
  const [leg, reach] = [derive("leg", network), derive("reach", network, host)];
  await until(() => optionsOf(reach) !== undefined && optionsOf(leg) !== undefined);
  assert.deepEqual(optionsOf(reach), own("h1"));
  await bindings.add(leg, {}, "localport");
  await bindings.add(reach, own("h1"));
  await bindings.set(reach, { chassis: h1 });
  for (const port of [leg, reach]) await bindings.set(port, { chassis: h2 });
  await bindings.becomes(leg, null);
  await bindings.becomes(reach, h1);
  const [told] = center.service.status.show().foreignBindings;
  assert.match(
    told?.what ?? "",
    /the port of host h1 on network green, the hosts' port on network green \(2 times/,
  );
});

test("S03 a chassis that was to have a port until now has time to let go of it, and is not named", async () => {
  await using scene = await begin({ releaseMs: LONG_MS });
  const { center, bindings, web, h1, h2, optionsOf } = scene;
  const other = await center.endpoint("h1", await center.network("h1", "10.2.0.0/24"));
  await bindings.add(other.uuid, own("h1"));
  await bindings.set(other.uuid, { chassis: h1 });
  await bindings.set(web.uuid, { chassis: null });
  await center.service.hosts.register("h1", { systemId: "renamed" }, root);
  const renamed = await bindings.chassis("renamed");
  await until(() => optionsOf(web.uuid)?.["requested-chassis"] === "renamed");
  await until(() => optionsOf(other.uuid)?.["requested-chassis"] === "renamed");
  // Whom it may already have heard of; and who has not heard yet.
  await bindings.set(web.uuid, { chassis: renamed });
  await bindings.set(web.uuid, { chassis: h1 });
  await bindings.set(web.uuid, { additional_chassis: [h2] });
  await until(() => bindings.get(web.uuid).additional_chassis.length === 0);
  assert.equal(bindings.get(web.uuid).chassis, h1);
  assert.equal(bindings.get(other.uuid).chassis, h1);
  assert.deepEqual(named(center), [["h2", "system-h2", 1]]);
});

test("S03 who does not let go in time loses the port without being named; who takes it again is named", async () => {
  await using scene = await begin({ releaseMs: 100 });
  const { center, bindings, web, h1, optionsOf } = scene;
  await center.service.hosts.register("h1", { systemId: "renamed" }, root);
  await until(() => optionsOf(web.uuid)?.["requested-chassis"] === "renamed");
  await bindings.chassis("renamed");
  await bindings.becomes(web.uuid, null);
  await until(() => bindings.get(web.uuid).options["requested-chassis"] === "renamed");
  assert.deepEqual(named(center), []);
  await bindings.set(web.uuid, { chassis: h1 });
  await bindings.becomes(web.uuid, null);
  assert.deepEqual(named(center), [[null, "system-h1", 1]]);
});

test("S03 until its new chassis is there a port stays with the one that was to have it", async () => {
  await using scene = await begin({ releaseMs: 1 });
  const { center, bindings, web, h1, h2, optionsOf } = scene;
  await center.service.hosts.register("h1", { systemId: "renamed" }, root);
  await until(() => optionsOf(web.uuid)?.["requested-chassis"] === "renamed");
  for (let round = 0; round < 3; round++) {
    await bindings.set(web.uuid, { additional_chassis: [h2] });
    await until(() => bindings.get(web.uuid).additional_chassis.length === 0);
  }
  assert.equal(bindings.get(web.uuid).chassis, h1);
  await bindings.chassis("renamed");
  await bindings.becomes(web.uuid, null);
  assert.deepEqual(named(center), [["h2", "system-h2", 3]]);
});

test("S03 what a center finds when it begins is put right, and nobody is named", async () => {
  await using scene = await begin();
  const { center, bindings, web, h2 } = scene;
  await center.stop();
  await bindings.set(web.uuid, { chassis: h2 });
  const next = TestCenter.on(center.server, { name: "next", releaseMs: 100 });
  await next.leads();
  await bindings.becomes(web.uuid, null);
  assert.deepEqual(named(next), []);
  await next.stop();
});

test("S03 a chassis that has heard of its port before the center has keeps it, and is not named", async () => {
  await using scene = await begin();
  const { center, bindings, web, h2, optionsOf } = scene;
  await center.stop();
  await using proxy = new Proxy(center.server.socket, center.server.directory);
  const next = TestCenter.on(center.server, { name: "next", northbound: proxy.remote });
  await next.leads();
  const renamed = await bindings.chassis("renamed");
  await bindings.set(web.uuid, { chassis: null, up: false });
  const held: (() => void)[] = [];
  proxy.fromServer = (message, _answer, passOn) => void held.push(() => passOn(message));
  await next.service.hosts.register("h1", { systemId: "renamed" }, root);
  await until(() => optionsOf(web.uuid)?.["requested-chassis"] === "renamed");
  const options = { "requested-chassis": "renamed" };
  await bindings.set(web.uuid, { chassis: renamed, options, up: true });
  // It shows that the center has seen that.
  assert.equal((await next.service.endpoints.progress(web.uuid, "up", root)).stage, "up");
  proxy.fromServer = (message) => message;
  for (const send of held) send();
  await bindings.set(web.uuid, { additional_chassis: [h2] });
  await until(() => bindings.get(web.uuid).additional_chassis.length === 0);
  assert.equal(bindings.get(web.uuid).chassis, renamed);
  assert.deepEqual(named(next), [["h2", "system-h2", 1]]);
  await next.stop();
});

test("S03 what is said of a host ends with it; ports that are not Fairway's are left alone", async () => {
  await using scene = await begin();
  const { center, bindings, web, h1, h2, optionsOf } = scene;
  const foreign = randomUUID();
  const port = { name: foreign, options: ["map", Object.entries(own("h1"))] } as const;
  await center.client.transact("OVN_Northbound", [
    { op: "insert", table: "Logical_Switch_Port", uuid: foreign, row: port },
    { op: "insert", table: "Logical_Switch", row: { ports: ["uuid", foreign] } },
  ]);
  await until(() => optionsOf(foreign) !== undefined);
  await bindings.add(foreign, own("h1"));
  await bindings.set(foreign, { chassis: h2 });
  await bindings.set(web.uuid, { chassis: h2 });
  await bindings.becomes(web.uuid, h1);
  assert.equal(named(center).length, 1);
  assert.equal(bindings.get(foreign).chassis, h2);
  await center.service.hosts.remove("h2", { dead: false }, root);
  await until(() => named(center).length === 0);
});

test("S03 what was changed since it was read is not put right", async () => {
  await using scene = await begin();
  const { center, bindings, web, h1, h2 } = scene;
  await center.stop();
  await bindings.set(web.uuid, { chassis: h2, options: {} });
  const binding = bindings.get(web.uuid);
  await bindings.set(web.uuid, { chassis: h1, options: { other: "value" } });
  const port = { type: "", options: own("h1") };
  const faults = new Set(["chassis system-h2", "options"] as const);
  const operations = repair({ binding, port, faults, before: undefined, nameOf: () => "system-h2" });
  const results = await bindings.transact(operations);
  assert.deepEqual(
    results.map(({ count }) => count),
    [0, 0],
  );
});
