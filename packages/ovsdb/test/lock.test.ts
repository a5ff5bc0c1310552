import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { OvsdbClient, operationsFor } from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { TestServer } from "./server.ts";

const op = operationsFor<Tables>(schema);
const quick = { minMs: 20, maxMs: 100 } as const;

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

  test("are stolen once: a thief whose connection was cut waits for its turn", async () => {
    await using server = await TestServer.start([shapesJson]);
    await using proxy = new Proxy(server.socket, server.directory);
    await using owner = new OvsdbClient({ remotes: [server.remote], backoff: quick });
    await using robber = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
    const mine = owner.lock("leader");
    await mine.acquired(AbortSignal.timeout(5_000));
    const stolen = once(mine, "lost");
    const thief = robber.lock("leader", { steal: true });
    await Promise.all([stolen, thief.acquired(AbortSignal.timeout(5_000))]);
    const asked: unknown[] = [];
    proxy.fromClient = (message) => {
      if (Array.isArray(message["params"]) && message["params"][0] === "leader")
        asked.push(message["method"]);
      return message;
    };
    const gone = once(robber, "disconnect");
    proxy.cut();
    await Promise.all([gone, mine.acquired(AbortSignal.timeout(5_000))]);
    await robber.connected();
    // A request that is answered later than the one for the lock.
    await robber.listDatabases();
    assert.deepEqual([asked, mine.held, thief.held], [["lock"], true, false]);
    await mine.release();
    await thief.acquired(AbortSignal.timeout(5_000));
  });
});
