import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  byUuid,
  type Operation,
  OvsdbClient,
  OvsdbError,
  operationsFor,
  parseRemote,
  Replica,
  TransactionMerger,
} from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { makeDirectory, TestServer, until } from "./server.ts";

const op = operationsFor<Tables>(schema);
const quick = { minMs: 20, maxMs: 100 } as const;

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

suite("a client", () => {
  test("runs transactions and tells which operation failed and why", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const run = (...operations: readonly Operation[]) => client.transact("Shapes", operations);
    assert.deepEqual(await client.listDatabases(), ["Shapes", "_Server"]);
    assert.deepEqual(Object.keys((await client.getSchema("Shapes")).tables), ["Part", "Shape"]);
    const uuid = randomUUID();
    const part = op.insert("Part", { name: "wheel" }, { named: "wheel" });
    const results = await run(
      part,
      insertShape("a", uuid),
      op.mutate("Shape", byUuid(uuid), [
        ["parts", "insert", [{ named: "wheel" }]],
        ["queues", "insert", { 7: { named: "wheel" } }],
      ]),
      op.comment("a shape with a wheel"),
      op.commit(true),
    );
    assert.equal(results[1]?.uuid, uuid);
    assert.equal(results[2]?.count, 1);
    const [selected] = await run(
      op.select(
        "Shape",
        [
          ["notes", "includes", {}],
          ["size", "==", null],
        ],
        ["queues"],
      ),
    );
    assert.deepEqual(op.rows("Shape", selected)[0]?.queues, { 7: results[0]?.uuid });

    const failures: [OvsdbError["code"], number | undefined, readonly Operation[]][] = [
      ["duplicate uuid", 0, [insertShape("b", uuid)]],
      ["constraint violation", undefined, [insertShape("a")]],
      [
        "referential integrity violation",
        undefined,
        [op.update("Shape", byUuid(uuid), { parts: [randomUUID()] })],
      ],
      ["duplicate uuid-name", 1, [part, part]],
      ["timed out", 1, [op.comment(""), op.wait("Shape", byUuid(uuid), ["name"], "==", [{ name: "z" }], 0)]],
      ["not owner", 0, [op.assert("nobodys")]],
      ["aborted", 0, [op.abort()]],
      ["domain error", 0, [op.mutate("Shape", [], [["weight", "/=", 0]])]],
      [
        "constraint violation",
        1,
        [op.update("Shape", [], { size: 1000 }), op.mutate("Shape", [], [["size", "+=", 1]])],
      ],
      ["unknown database", undefined, []],
    ];
    for (const [code, operationIndex, operations] of failures) {
      const database = code === "unknown database" ? "Nothing" : "Shapes";
      await assert.rejects(client.transact(database, operations), (error) => {
        assert(error instanceof OvsdbError);
        assert.deepEqual(
          [error.code, error.operationIndex, error.outcomeUnknown],
          [code, operationIndex, false],
          error.message,
        );
        assert.equal(error.operation, operationIndex === undefined ? undefined : operations[operationIndex]);
        return true;
      });
    }
  });

  test("a lost reply leaves the outcome unknown, and a UUID of one's own settles it", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
    await client.connected();
    const uuid = randomUUID();
    proxy.fromServer = () => "cut";
    await assert.rejects(client.transact("Shapes", [insertShape("a", uuid)]), {
      code: "connection lost",
      outcomeUnknown: true,
      retryable: true,
    });
    proxy.fromServer = (message) => message;
    await assert.rejects(client.transact("Shapes", [insertShape("a", uuid)]), {
      code: "duplicate uuid",
      outcomeUnknown: false,
    });
  });

  test("gives up waiting at the caller's limit or signal, and takes a waiting transaction back", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    await client.connected();
    const waiting = [op.wait("Shape", [], ["name"], "==", [{ name: "z" }], 60_000), insertShape("late")];
    await assert.rejects(client.transact("Shapes", waiting, { timeoutMs: 50 }), {
      code: "no reply",
      outcomeUnknown: true,
    });
    const signal = AbortSignal.timeout(50);
    await assert.rejects(client.transact("Shapes", waiting, { signal }), {
      code: "canceled",
      outcomeUnknown: true,
    });
    await client.transact("Shapes", [insertShape("z")]);
    const [names] = await client.transact("Shapes", [op.select("Shape", [])]);
    assert.deepEqual(
      op.rows("Shape", names).map(({ name }) => name),
      ["z"],
    );
    await server.stop();
    const unsent = client.transact("Shapes", [], { timeoutMs: 100 });
    await assert.rejects(unsent, { code: "no reply", outcomeUnknown: false });
    await assert.rejects(client.connected(AbortSignal.abort()), { code: "canceled" });
    await client.close();
    await assert.rejects(client.connected(), { code: "closed" });
    await assert.rejects(client.transact("Shapes", []), { code: "closed" });
  });

  test("finds a server among several remotes and comes back to one that starts again", async () => {
    await using server = await TestServer.start([shapesJson]);
    const remotes = [`unix:${server.path("nothing.sock")}`, server.remote];
    await using client = new OvsdbClient({ remotes, backoff: quick });
    await client.connected(AbortSignal.timeout(5_000));
    const lost = once(client, "disconnect");
    await server.restart("SIGKILL");
    const [reason] = await lost;
    assert(reason instanceof OvsdbError && reason.code === "connection lost");
    await client.transact("Shapes", [insertShape("a")]);
  });

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
    proxy.cut();
    await until(() => !replica.isSynced);
    await replica.synced(AbortSignal.timeout(5_000));
    const [rows] = await client.transact("Shapes", [op.select("Shape", [])]);
    const byId = (a: Tables["Shape"], b: Tables["Shape"]) => (a._uuid < b._uuid ? -1 : 1);
    assert.deepEqual([...replica.table("Shape").rows()].sort(byId), op.rows("Shape", rows).toSorted(byId));
  });

  test("refuses remotes that mean nothing", () => {
    for (const text of ["", "unix:", "tcp:", "tcp:h:0", "tcp:h:99999", "tcp:[x]:1", "udp:h:1", "tcp:a:b:1"]) {
      assert.throws(() => new OvsdbClient({ remotes: [text] }), { code: "invalid argument" }, text);
    }
    assert.throws(() => new OvsdbClient({ remotes: [] }), { code: "invalid argument" });
    assert.throws(() => new OvsdbClient({ remotes: ["ssl:h:1"] }), { code: "invalid argument" });
    assert.deepEqual(parseRemote("tcp:[::1]:6641"), { kind: "tcp", host: "::1", port: 6641 });
    assert.deepEqual(parseRemote("ssl:host"), { kind: "ssl", host: "host", port: 6640 });
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

suite("locks", () => {
  test("go from holder to holder, are asked for again after a reconnect, and can be stolen", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    await using first = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
    await using second = new OvsdbClient({ remotes: [server.remote], backoff: quick });
    const a = first.lock("leader");
    await a.acquired(AbortSignal.timeout(5_000));
    await first.transact("Shapes", [op.assert(a)]);
    assert.throws(() => first.lock("leader"), { code: "invalid argument" });
    const b = second.lock("leader");
    await assert.rejects(b.acquired(AbortSignal.timeout(50)), { code: "canceled" });
    const lost = once(a, "lost");
    proxy.cut();
    await Promise.all([lost, b.acquired(AbortSignal.timeout(5_000))]);
    await first.connected();
    assert.deepEqual([a.held, b.held], [false, true]);
    await assert.rejects(first.transact("Shapes", [op.assert(a)]), { code: "not owner" });
    await b.release();
    await a.acquired(AbortSignal.timeout(5_000));
    await assert.rejects(b.acquired(), { code: "closed" });
    const stolen = once(a, "lost");
    const thief = second.lock("leader", { steal: true });
    await Promise.all([stolen, thief.acquired(AbortSignal.timeout(5_000))]);
    await thief.release();
    await a.acquired(AbortSignal.timeout(5_000));
  });
});

suite("merged transactions", () => {
  test("become few, keep their order, and fail alone", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
    await client.connected();
    let sent = 0;
    proxy.fromClient = (message) => {
      if (message["method"] === "transact") sent++;
      return message;
    };
    const merger = new TransactionMerger(client, "Shapes");
    const many = Array.from({ length: 200 }, (_each, index) =>
      merger.transact([op.comment("x"), insertShape(`s${index}`)]),
    );
    const results = await Promise.all(many);
    assert.equal(new Set(results.map(([, inserted]) => inserted?.uuid)).size, 200);
    assert(sent <= 2, `${sent} transactions`);

    const mixed = ["t0", "s5", "t1"].map((name) => merger.transact([insertShape(name)]));
    const outcomes = await Promise.allSettled(mixed);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    await assert.rejects(mixed[1] ?? Promise.resolve(), {
      code: "constraint violation",
      operationIndex: undefined,
    });

    const named = { named: "part" };
    const same = ["u0", "u1"].map((name) =>
      merger.transact([
        op.insert("Part", { name }, named),
        op.insert("Shape", { name, kind: "round", parts: [named] }),
      ]),
    );
    await Promise.all(same);

    const taken = new AbortController();
    const late = merger.transact([insertShape("late")], { signal: taken.signal });
    taken.abort();
    await assert.rejects(late, { code: "canceled", outcomeUnknown: false });
    proxy.fromServer = () => "cut";
    const unknown = await Promise.allSettled(
      ["v0", "v1"].map((name) => merger.transact([insertShape(name)])),
    );
    for (const outcome of unknown)
      assert(outcome.status === "rejected" && outcome.reason.outcomeUnknown === true);
  });
});
