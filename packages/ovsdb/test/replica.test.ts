import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { suite, test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { byUuid, type Change, OvsdbClient, operationsFor, Replica } from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { TestServer } from "./server.ts";
import { columnArbitrary, sortedValue } from "./values.ts";

const op = operationsFor<Tables>(schema);
const all = { tables: { Shape: {}, Part: {} } } as const;
const soon = () => AbortSignal.timeout(10_000);

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

function content(replica: Replica<Tables>) {
  return [...replica.table("Shape").rows()].sort((a, b) => (a._uuid < b._uuid ? -1 : 1));
}

suite("a replica of a real server", () => {
  test("shows a transaction's effect when transact returns", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    for (let turn = 0; turn < 300; turn++) {
      const uuid = randomUUID();
      await client.transact("Shapes", [insertShape(`s${turn}`, uuid)]);
      assert.equal(replica.table("Shape").get(uuid)?.name, `s${turn}`);
      await client.transact("Shapes", [op.update("Shape", byUuid(uuid), { size: turn })]);
      assert.equal(replica.table("Shape").get(uuid)?.size, turn);
      if (turn % 3 !== 0) continue;
      await client.transact("Shapes", [op.delete("Shape", byUuid(uuid))]);
      assert.equal(replica.table("Shape").get(uuid), undefined);
    }
  });

  test("tells one event per transaction, with frozen rows that replace each other", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, all);
    const events: (readonly Change<Tables>[])[] = [];
    replica.on("change", (changes) => events.push(changes));
    await replica.synced(soon());
    const [a, b] = [randomUUID(), randomUUID()];
    await client.transact("Shapes", [insertShape("a", a), insertShape("b", b)]);
    const before = replica.table("Shape").get(a);
    await client.transact("Shapes", [
      op.mutate("Shape", byUuid(a), [
        ["tags", "insert", ["y", "x"]],
        ["notes", "insert", { k: "v" }],
      ]),
      op.delete("Shape", byUuid(b)),
    ]);
    assert.deepEqual(
      events.map((changes) => changes.length),
      [2, 2],
    );
    const change = events[1]?.find(({ uuid }) => uuid === a);
    assert.equal(change?.old, before);
    assert.equal(change?.new, replica.table("Shape").get(a));
    assert(change?.table === "Shape" && Object.isFrozen(change.new) && Object.isFrozen(change.new?.tags));
    assert.deepEqual(change.new?.tags, ["x", "y"]);
    assert.deepEqual(before?.tags, []);
    assert.equal(events[1]?.find(({ uuid }) => uuid === b)?.new, undefined);
  });

  test("stays equal to what the server holds through random changes of every kind of column", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    const uuid = randomUUID();
    await client.transact("Shapes", [insertShape("a", uuid)]);
    const { parts: _p, maker: _m, queues: _q, serial: _s, ...plain } = schema.tables["Shape"]?.columns ?? {};
    const rows = fc.record(
      Object.fromEntries(Object.entries(plain).map(([name, { type }]) => [name, columnArbitrary(type)])),
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(rows, async (row) => {
        await client.transact("Shapes", [op.update("Shape", byUuid(uuid), row)]);
        const held = replica.table("Shape").get(uuid);
        assert(held);
        for (const [name, value] of Object.entries(row)) {
          assert.deepEqual(held[name as keyof typeof held], sortedValue(value), name);
        }
        const [result] = await client.transact("Shapes", [op.select("Shape", [])]);
        assert.deepEqual(op.rows("Shape", result), [held]);
      }),
      { numRuns: 200 },
    );
  });

  test("finds rows by keys through inserts, changes and deletes", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const indexes = {
      Shape: { byKind: (row: Tables["Shape"]) => row.kind, byTag: (row: Tables["Shape"]) => row.tags },
    };
    const replica = new Replica<Tables>(client, schema, { ...all, indexes });
    const shapes = replica.table("Shape");
    const names = (index: string, key: string) =>
      shapes
        .find(index, key)
        .map(({ name }) => name)
        .sort();
    await replica.synced(soon());
    const [a, b] = [randomUUID(), randomUUID()];
    await client.transact("Shapes", [insertShape("a", a), insertShape("b", b)]);
    await client.transact("Shapes", [op.mutate("Shape", [], [["tags", "insert", ["x", "y"]]])]);
    assert.deepEqual(
      [names("byKind", "round"), names("byTag", "x")],
      [
        ["a", "b"],
        ["a", "b"],
      ],
    );
    await client.transact("Shapes", [op.update("Shape", byUuid(a), { kind: "square", tags: ["y"] })]);
    assert.deepEqual([names("byKind", "round"), names("byKind", "square")], [["b"], ["a"]]);
    assert.deepEqual([names("byTag", "x"), names("byTag", "y")], [["b"], ["a", "b"]]);
    await client.transact("Shapes", [op.delete("Shape", byUuid(b))]);
    assert.deepEqual([names("byTag", "x"), names("byTag", "y")], [[], ["a"]]);
    assert.throws(() => shapes.find("byName", "a"), { code: "invalid argument" });
  });

  test("holds the columns and rows that were asked for, and others when asked again", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    await client.transact(
      "Shapes",
      ["a", "b", "c"].map((name) => insertShape(name)),
    );
    const replica = new Replica<Tables>(client, schema, {
      tables: {
        Shape: {
          columns: ["name"],
          where: [
            ["name", "==", "a"],
            ["name", "==", "b"],
          ],
        },
      },
    });
    await replica.synced(soon());
    const names = () =>
      content(replica)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(names(), ["a", "b"]);
    assert.deepEqual(Object.keys(content(replica)[0] ?? {}), ["_uuid", "name"]);
    await replica.select("Shape", [["name", "==", "c"]]);
    assert.deepEqual(names(), ["c"]);
    await replica.select("Shape", []);
    assert.deepEqual(names(), []);
    await assert.rejects(replica.select("Shape", [["size", "==", 1]]), { code: "invalid value" });
    await replica.close();
    await assert.rejects(replica.synced(), { code: "closed" });
  });

  test("an update that makes no sense changes nothing: what is right in it is told after the reload", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: { minMs: 5, maxMs: 50 } });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    const told: string[] = [];
    replica.on("change", (changes) => {
      for (const change of changes) if (change.table === "Shape") told.push(change.new?.name ?? "");
    });
    // The first row is right, the second is not.
    proxy.fromServer = (message) => {
      if (message["method"] !== "update3") return message;
      const [id, transaction, updates] = message["params"] as [string, string, { Shape: object }];
      const Shape = { ...updates.Shape, [randomUUID()]: { insert: { name: 7 } } };
      return { ...message, params: [id, transaction, { ...updates, Shape }] };
    };
    const gone = once(client, "disconnect");
    await using other = new OvsdbClient({ remotes: [server.remote] });
    await other.transact("Shapes", [insertShape("a")]);
    await gone;
    proxy.fromServer = (message) => message;
    await replica.synced(soon());
    assert.deepEqual(told, ["a"]);
    assert.deepEqual(
      content(replica).map(({ name }) => name),
      ["a"],
    );
  });

  test("lacks nothing when the server's schema is older than its own", async () => {
    const { size: _size, ...columns } = shapesJson.tables.Shape.columns;
    const older = {
      ...shapesJson,
      tables: { Shape: { ...shapesJson.tables.Shape, columns }, Part: shapesJson.tables.Part },
    };
    await using server = await TestServer.start([older]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    await client.transact("Shapes", [insertShape("a")]);
    assert.deepEqual(
      content(replica).map(({ name, size }) => [name, size]),
      [["a", null]],
    );
  });
});
