import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { OvsdbClient, OvsdbError, operationsFor, Replica } from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { makeDirectory, TestServer } from "./server.ts";

const op = operationsFor<Tables>(schema);
const quick = { minMs: 20, maxMs: 100 } as const;

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

suite("a client whose server is silent, slow or mad", () => {
  test("answers the server's probes and notices a server that is silent", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote], probeIntervalMs: 100, backoff: quick });
    await client.connected();
    const lost = once(client, "disconnect");
    server.signal("SIGSTOP");
    const begun = performance.now();
    const [reason] = await lost;
    server.signal("SIGCONT");
    assert.match(String(reason), /silent/);
    assert(performance.now() - begun < 2_000);
    await client.transact("Shapes", [insertShape("a")]);
  });

  test("keeps an idle connection whose server answers each probe", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote], probeIntervalMs: 30, backoff: quick });
    await client.connected();
    const { connection } = client;
    const lost: unknown[] = [];
    client.on("disconnect", (reason) => lost.push(reason));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(lost.map(String), []);
    assert.equal(client.connection, connection);
  });

  test("whoever waits for a reply and throws at the connection's end keeps nobody from hearing of it", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote], backoff: quick });
    await client.connected();
    server.signal("SIGSTOP");
    const ended: string[] = [];
    client.connection?.call("list_dbs", [], () => {
      ended.push("thrown");
      throw new Error("a fault of its own");
    });
    client.connection?.call("list_dbs", [], () => ended.push("told"));
    const gone = once(client, "disconnect");
    client.connection?.close(new OvsdbError("connection lost", "for the test"));
    await gone;
    assert.deepEqual(ended, ["thrown", "told"]);
    server.signal("SIGCONT");
    await client.transact("Shapes", [insertShape("a")]);
  });

  test("closes a connection that talks nonsense, with a typed error, and tries again", async (t) => {
    const directory = makeDirectory();
    const path = join(directory, "nonsense.sock");
    let talk: (socket: Socket) => void = () => undefined;
    const listener = createServer((socket) => {
      socket.on("error", () => undefined);
      talk(socket);
    }).listen(path);
    t.after(() => {
      listener.close();
      rmSync(directory, { recursive: true });
    });
    await once(listener, "listening");
    const codes = new Set(["protocol error", "message too large", "connection lost"]);
    const reply = fc.record({
      id: fc.constantFrom(null, 1, 2, "x"),
      result: fc.jsonValue(),
      error: fc.jsonValue(),
    });
    const call = fc.record({
      id: fc.constantFrom(null, 1),
      method: fc.constantFrom("echo", "update3", "locked", "x"),
      params: fc.jsonValue(),
    });
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 100 }).map((array) => Buffer.from(array)),
      fc
        .array(fc.oneof(reply, call), { minLength: 1 })
        .map((list) => Buffer.from(list.map((each) => JSON.stringify(each)).join(""))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (nonsense) => {
        talk = (socket) => socket.end(nonsense);
        await using client = new OvsdbClient({ remotes: [`unix:${path}`], maxMessageBytes: 4_096 });
        const replica = new Replica<Tables>(client, schema, { tables: { Shape: {} } });
        const [reason] = await once(client, "disconnect");
        assert(reason instanceof OvsdbError && codes.has(reason.code), String(reason));
        assert.equal(replica.table("Shape").size, 0);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses requests when too many bytes wait for a server that does not read, and recovers", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({
      remotes: [server.remote],
      maxQueuedBytes: 1_000_000,
      maxMessageBytes: 900_000,
    });
    await client.connected();
    server.signal("SIGSTOP");
    const comment = op.comment("x".repeat(300_000));
    const sent = Array.from({ length: 20 }, () => client.transact("Shapes", [comment]));
    const refused = await Promise.race(
      sent.map((each) =>
        each.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    assert(
      refused instanceof OvsdbError && refused.code === "overloaded" && !refused.outcomeUnknown,
      String(refused),
    );
    server.signal("SIGCONT");
    const outcomes = await Promise.allSettled(sent);
    assert(outcomes.some(({ status }) => status === "fulfilled"));
    await client.transact("Shapes", [insertShape("a")]);
    await assert.rejects(client.transact("Shapes", [comment, comment, comment]), {
      code: "message too large",
    });
  });

  test("survives a server whose messages are damaged, and is right again when they are not", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: { minMs: 1, maxMs: 5 } });
    await using other = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, { tables: { Shape: {}, Part: {} } });
    await replica.synced(AbortSignal.timeout(5_000));
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(["uuid", "x"], ["set", []], ["set", {}], ["map", [[1]]], null),
    );
    const damages = fc.sample(fc.tuple(fc.nat({ max: 60 }), junk), { numRuns: 300, seed: 11 });
    for (const [turn, [place, value]] of damages.entries()) {
      proxy.fromServer = (message) => damage(message, place, value) as typeof message;
      await other.transact("Shapes", [
        insertShape(`s${turn}`),
        op.update("Shape", [["size", "==", null]], { size: turn }),
      ]);
      if (turn % 20 === 0) proxy.cut();
    }
    proxy.fromServer = (message) => message;
    // One more connection, on which nothing was damaged.
    await client.connected();
    const cut = once(client, "disconnect");
    proxy.cut();
    await cut;
    await replica.synced(AbortSignal.timeout(5_000));
    const [rows] = await client.transact("Shapes", [op.select("Shape", [])]);
    const byId = (a: Tables["Shape"], b: Tables["Shape"]) => (a._uuid < b._uuid ? -1 : 1);
    assert.deepEqual([...replica.table("Shape").rows()].sort(byId), op.rows("Shape", rows).toSorted(byId));
  });
});

/** A copy with the value at the n-th place, counted depth first, replaced. */
function damage(value: unknown, place: number, replacement: unknown): unknown {
  let left = place;
  const visit = (part: unknown): unknown => {
    if (left-- === 0) return replacement;
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, visit(each)]));
  };
  return visit(value);
}
