import assert from "node:assert/strict";
import { test } from "node:test";
import { OvsdbClient } from "@fairway/ovsdb";
import type { Context } from "../../src/center/context.ts";
import { root, TestCenter, until } from "../center.ts";
import { mirror, withBlue } from "./docker/mirrored-networks.ts";

const host = (name: string): Context => ({ ...root, caller: { kind: "host", name } });

/** What the center says is not well. */
const troublesOf = (center: TestCenter): readonly string[] =>
  center.service.status.show().troubles.map(({ of, name, what }) => `${of} ${name}: ${what}`);

test("O02 a cluster in which nothing is wrong is well, and names its hosts with their versions", async () => {
  const { center } = await withBlue("h1", "h2");
  await using _ = center;
  await center.service.hosts.register("h2", { systemId: "system-h2", versions: { fairway: "0.2.0" } }, root);
  const { well, troubles, troubleCount, hosts, leader } = center.service.status.show();
  assert.deepEqual({ well, troubles, troubleCount }, { well: true, troubles: [], troubleCount: 0 });
  assert.deepEqual(
    hosts.map(({ name, state, version }) => [name, state, version]),
    [
      ["h1", "up", null],
      ["h2", "up", "0.2.0"],
    ],
  );
  assert.deepEqual([leader.name, leader.self], ["center", true]);
});

test("O02 what is not well is named with its reason: a host that is down, a network, an endpoint", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const web = await center.endpoint("h1", blue);
  await center.service.dockerEndpoints.describe(web.key, { containerName: "web" }, root);
  const two = await mirror(center, "h2", blue);
  await center.endpoint("h2", two);
  const report = {
    networks: [{ network: blue.uuid, reason: "no way out" }],
    endpoints: [{ endpoint: web.uuid, reason: "no port" }],
  };
  await center.service.troubles.report("h1", report, root);
  center.now += 20_000;
  for (const name of ["h1", "h3"]) center.liveness.hear(name);
  await center.hostWatch.look();
  assert.deepEqual(troublesOf(center), [
    `host h2: down since ${new Date(center.now).toISOString()}; 1 endpoint is there`,
    "network blue: on h1: no way out",
    "endpoint web: on h1: no port",
  ]);
  assert.equal(center.service.status.show().well, false);
  center.liveness.hear("h2");
  await center.hostWatch.look();
  await center.service.troubles.report("h1", { networks: [], endpoints: [] }, root);
  assert.equal(center.service.status.show().well, true, "it has passed");
});

test("O02 rows that cannot be read, and an address that two endpoints were given, are named", async () => {
  const { center, blue } = await withBlue("h1");
  await using _ = center;
  const [web, db, cache] = [
    await center.endpoint("h1", blue),
    await center.endpoint("h1", blue),
    await center.endpoint("h1", blue),
  ];
  for (const [name, { key }] of Object.entries({ web, db, cache }))
    await center.service.dockerEndpoints.describe(key, { containerName: name }, root);
  assert.deepEqual(troublesOf(center), []);
  await center.store.change((draft) => draft.update("Endpoint", db.uuid, { lost: [web.ip] }));
  assert.equal(troublesOf(center).length, 1);
  assert.match(
    troublesOf(center)[0] ?? "",
    /^endpoint web: address: \S+ was also given to container db on host h1/,
  );
  await using client = new OvsdbClient({ remotes: [center.server.remote] });
  const where = [["cidr", "==", "10.1.0.0/24"]] as const;
  await client.transact("Fairway", [{ op: "update", table: "Subnet", where, row: { cidr: "nonsense" } }]);
  await until(() => troublesOf(center).length > 1);
  // The network may have been found not to be written to Northbound by now, too.
  const named = new Set(
    troublesOf(center).map((each) => each.replace(/: (intent|northbound.*?): .*"nonsense".*/, "")),
  );
  assert.deepEqual([...named], ["network blue", "endpoint cache", "endpoint db", "endpoint web"]);
});

test("O02 a removal that waits was asked for, and is no trouble", async () => {
  const { center, blue } = await withBlue("h1");
  await using _ = center;
  await center.endpoint("h1", blue);
  await center.service.networks.remove("blue", {}, root);
  assert.match(center.service.networks.show("blue", root).status["removal"] ?? "", /^being removed/);
  assert.deepEqual(troublesOf(center), []);
});

test("O02 of two centers each names the one that leads, and the other says that it does not", async () => {
  await using first = await TestCenter.start({ name: "one" });
  await using second = TestCenter.on(first.server, { name: "two" });
  const leaderAt = ({ service }: TestCenter) => service.status.show().leader;
  await until(() => leaderAt(second).name === "one");
  assert.deepEqual([leaderAt(first).self, leaderAt(second).self], [true, false]);
  assert.match(troublesOf(second).join(), /does not lead: one took the lead last/);
  await first.controller[Symbol.asyncDispose]();
  await second.leads();
  assert.deepEqual([leaderAt(second).name, leaderAt(second).self], ["two", true]);
  await until(() => leaderAt(first).name === "two");
  assert.equal(leaderAt(first).self, false);
});

test("A06 a host reads the nouns of the whole cluster, and changes none of another", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const { service } = center;
  await center.endpoint("h1", blue);
  const [h2, expired, stranger] = [
    host("h2"),
    { ...root, caller: { kind: "host", name: "h2", hasExpired: true } } as const,
    { ...root, caller: { kind: "stranger", reason: "unknown" } } as const,
  ];
  const reads: Readonly<Record<string, (context: Context) => unknown>> = {
    networks: (context) => service.networks.list({}, context),
    network: (context) => service.networks.show("blue", context),
    endpoints: (context) => service.endpoints.list({}, context),
    addresses: (context) => service.addresses.list({}, context),
    hosts: (context) => service.hosts.list({}, context),
    host: (context) => service.hosts.show("h1", context),
  };
  for (const [what, read] of Object.entries(reads)) {
    assert.deepEqual(read(h2), read(root), what);
    for (const context of [expired, stranger])
      assert.throws(() => read(context), { code: "forbidden" }, what);
  }
  assert.throws(() => service.tokens.list({}, h2), { code: "forbidden" });
  await assert.rejects(service.networks.remove("blue", {}, h2), { code: "forbidden" });
  await assert.rejects(service.networks.keep("blue", h2), { code: "forbidden" });
});

test("A06 no answer that a host may read has a key or a token, whatever the intent keeps", async () => {
  const { center } = await withBlue("h1", "h2");
  await using _ = center;
  const key = "0123456789abcdef".repeat(4);
  const secret = "feedface".repeat(8);
  await center.store.change((draft) => {
    const [row] = draft.find("Host", "byName", "h1");
    if (row === undefined) assert.fail();
    draft.update("Host", row._uuid, { admitted_key: key });
    draft.insert("Token", "3f0c7a52-1b7e-4d09-9c35-2e8f70a4b161", {
      secret_hash: secret,
      role: "host",
      created: center.now,
      expires: center.now + 60_000,
      used: null,
      used_by: null,
      used_key: null,
    });
  });
  const { networks, endpoints, addresses, hosts, status } = center.service;
  const h2 = host("h2");
  const read = [
    networks.list({}, h2),
    endpoints.list({}, h2),
    addresses.list({}, h2),
    hosts.list({}, h2),
    status.show(),
  ];
  for (const part of [key, secret]) assert.ok(!JSON.stringify(read).includes(part));
});
