import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { suite, test } from "node:test";
import { byUuid, type Operation, OvsdbClient, OvsdbError, operationsFor, parseRemote } from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { TestServer } from "./server.ts";

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
    assert.deepEqual(new Set(await client.listDatabases()), new Set(["Shapes", "_Server"]));
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
      ["invalid value", 1, [op.comment(""), op.update("Shape", [], { maker: { named: "nowhere" } })]],
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

  test("takes a text for a text, also where it looks like the protocol's own words", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const notes = { "named-uuid": "a", uuid: "b", set: "named-uuid", map: "[]" };
    const [tags, pair] = [
      ["map", "named-uuid", "uuid"],
      ["named-uuid", "x"],
    ];
    await client.transact("Shapes", [op.insert("Shape", { name: "set", kind: "round", pair, notes, tags })]);
    const where = [["notes", "includes", { "named-uuid": "a" }]] as const;
    await client.transact("Shapes", [
      op.update("Shape", where, { notes }),
      op.mutate("Shape", [], [["notes", "insert", { "named-uuid": "c" }]]),
    ]);
    const [rows] = await client.transact("Shapes", [op.select("Shape", where)]);
    assert.deepEqual(
      op.rows("Shape", rows).map((row) => [row.notes, row.tags]),
      [[notes, tags]],
    );
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
    const gone = once(client, "disconnect");
    await server.stop();
    await gone;
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
