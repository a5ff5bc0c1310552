import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { suite, test } from "node:test";
import { byUuid, type Change, OvsdbClient, operationsFor, Replica } from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { TestServer, until } from "./server.ts";

const op = operationsFor<Tables>(schema);
const all = { tables: { Shape: {}, Part: {} } } as const;
const soon = () => AbortSignal.timeout(10_000);
const quick = { minMs: 20, maxMs: 200 } as const;

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

function content(replica: Replica<Tables>) {
  return [...replica.table("Shape").rows()].sort((a, b) => (a._uuid < b._uuid ? -1 : 1));
}

suite("a replica whose server goes away", () => {
  for (const [title, lose] of [
    ["when only the connection is cut", async (proxy: Proxy) => proxy.cut()],
    ["when the server starts again", (_proxy: Proxy, server: TestServer) => server.restart("SIGKILL")],
  ] as const) {
    test(`tells only what differs ${title}`, async () => {
      await using server = await TestServer.start([shapesJson]);
      await using proxy = new Proxy(server.socket, server.directory);
      await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
      const uuids = Array.from({ length: 20 }, () => randomUUID());
      const replica = new Replica<Tables>(client, schema, all);
      await replica.synced(soon());
      await client.transact(
        "Shapes",
        uuids.map((uuid, index) => insertShape(`s${index}`, uuid)),
      );
      const kept = replica.table("Shape").get(uuids[5] ?? "");
      const [a = "", b = ""] = uuids;
      let hold = true;
      proxy.fromClient = (message) => (hold ? "cut" : message);
      const gone = once(replica, "unsynced");
      await lose(proxy, server);
      await gone;
      await using other = new OvsdbClient({ remotes: [server.remote], backoff: quick });
      assert.equal(replica.isSynced, false);
      assert.equal(replica.table("Shape").size, 20);
      await other.transact("Shapes", [
        op.delete("Shape", byUuid(a)),
        op.update("Shape", byUuid(b), { size: 7 }),
        insertShape("new"),
      ]);
      const events: (readonly Change<Tables>[])[] = [];
      replica.on("change", (changes) => events.push(changes));
      hold = false;
      await replica.synced(soon());
      assert.equal(events.length, 1);
      assert.deepEqual(events[0]?.map((change) => (change.new as Tables["Shape"] | undefined)?.name).sort(), [
        "new",
        "s1",
        undefined,
      ]);
      assert.equal(replica.table("Shape").get(uuids[5] ?? ""), kept);
      assert.equal(replica.table("Shape").get(b)?.size, 7);
    });
  }

  for (const refused of [
    ["monitor_cond_since"],
    ["monitor_cond_since", "monitor_cond", "monitor_cond_change"],
  ]) {
    test(`works with servers that do not know ${refused.join(", ")}`, async () => {
      await using server = await TestServer.start([shapesJson]);
      await using proxy = new Proxy(server.socket, server.directory);
      proxy.fromClient = (message, answer) => {
        if (!refused.includes(String(message["method"]))) return message;
        answer({ id: message["id"], result: null, error: "unknown method" });
        return undefined;
      };
      await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
      const replica = new Replica<Tables>(client, schema, {
        tables: { Shape: { where: [["kind", "==", "round"]] } },
      });
      await replica.synced(soon());
      const uuid = randomUUID();
      const square = op.insert("Shape", { name: "q", kind: "square", pair: ["a"] });
      await client.transact("Shapes", [insertShape("a", uuid), square]);
      assert.deepEqual(
        content(replica).map(({ name }) => name),
        ["a"],
      );
      await client.transact("Shapes", [op.update("Shape", [], { size: 3, tags: ["t"] })]);
      assert.deepEqual(
        content(replica).map(({ size, tags }) => [size, tags]),
        [[3, ["t"]]],
      );
      await client.transact("Shapes", [op.update("Shape", byUuid(uuid), { kind: "square" })]);
      assert.deepEqual(content(replica), []);
      await replica.select("Shape", [["kind", "==", "square"]], soon());
      assert.deepEqual(
        content(replica)
          .map(({ name }) => name)
          .sort(),
        ["a", "q"],
      );
      const cut = once(replica, "unsynced");
      proxy.cut();
      await cut;
      await replica.synced(soon());
      assert.equal(content(replica).length, 2);
    });
  }

  test("goes on after the database was converted to another schema", async () => {
    await using server = await TestServer.start([shapesJson]);
    // A client that watches the server's database _Server is not disconnected by a conversion.
    await using client = new OvsdbClient({ remotes: [server.remote], cluster: { database: "Shapes" } });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    await client.transact("Shapes", [insertShape("a")]);
    const { size: _size, ...columns } = shapesJson.tables.Shape.columns;
    const tables = { ...shapesJson.tables, Shape: { ...shapesJson.tables.Shape, columns } };
    const paused = once(replica, "unsynced");
    await client.request("convert", ["Shapes", { ...shapesJson, tables }]);
    await paused;
    await replica.synced(soon());
    await client.transact("Shapes", [insertShape("b")]);
    assert.deepEqual(
      content(replica)
        .map(({ name }) => name)
        .sort(),
      ["a", "b"],
    );
  });

  test("a connection that ends while a monitor is being cancelled is made again", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    proxy.fromClient = (message, answer) => {
      // An old server, whose monitor has to be made anew for another selection.
      if (message["method"] === "monitor_cancel") return "cut";
      if (message["method"] !== "monitor_cond_change") return message;
      answer({ id: message["id"], result: null, error: "unknown method" });
      return undefined;
    };
    await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
    const replica = new Replica<Tables>(client, schema, {
      tables: { Shape: { where: [["name", "==", "a"]] } },
    });
    await replica.synced(soon());
    await replica.select("Shape", [["name", "==", "b"]], soon());
    await client.transact("Shapes", [insertShape("b")]);
    assert.deepEqual(
      content(replica).map(({ name }) => name),
      ["b"],
    );
  });

  test("keeps going when a listener throws", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    const thrown: unknown[] = [];
    const former = process.listeners("uncaughtException");
    process
      .removeAllListeners("uncaughtException")
      .on("uncaughtException", (error) => thrown.push(error.message));
    replica.once("change", () => {
      throw new Error("a listener's own fault");
    });
    const seen: string[] = [];
    replica.on("change", ([change]) => seen.push(change?.table ?? ""));
    await client.transact("Shapes", [insertShape("a")]);
    await until(() => thrown.length > 0);
    process.removeAllListeners("uncaughtException");
    for (const listener of former) process.on("uncaughtException", listener);
    assert.deepEqual([thrown, seen, content(replica).length], [["a listener's own fault"], ["Shape"], 1]);
  });

  test("tells its logger what a listener throws, and nobody else", async () => {
    await using server = await TestServer.start([shapesJson]);
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) };
    await using client = new OvsdbClient({ remotes: [server.remote], logger });
    const replica = new Replica<Tables>(client, schema, all);
    await replica.synced(soon());
    const seen: string[] = [];
    replica.on("change", () => {
      throw new Error("a listener's own fault");
    });
    replica.on("change", ([change]) => seen.push(change?.table ?? ""));
    await client.transact("Shapes", [insertShape("a")]);
    await client.transact("Shapes", [insertShape("b")]);
    assert.deepEqual(seen, ["Shape", "Shape"]);
    assert.equal(warnings.length, 2);
    for (const warning of warnings)
      assert.match(warning, /^A listener of "change" failed: Error: a listener's own fault\n +at /);
  });
});
