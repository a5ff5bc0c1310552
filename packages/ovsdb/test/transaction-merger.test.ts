import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { OvsdbClient, operationsFor, TransactionMerger } from "../src/index.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { TestServer } from "./server.ts";

const op = operationsFor<Tables>(schema);
const quick = { minMs: 20, maxMs: 100 } as const;

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

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
