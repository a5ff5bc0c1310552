import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { byUuid, OvsdbClient, operationsFor, Replica } from "../src/index.ts";
import { schema, type Tables, writeSchema } from "./schema.ts";
import { TestServer } from "./server.ts";

const op = operationsFor<Tables>(schema);

suite("a replica of a real server", () => {
  test("shows a transaction's effect when transact returns", async () => {
    await using server = await TestServer.start([writeSchema()]);
    await using client = new OvsdbClient({ remotes: [server.remote] });
    const replica = new Replica<Tables>(client, schema, { tables: { Shape: {}, Part: {} } });
    await replica.synced(AbortSignal.timeout(5_000));
    for (let turn = 0; turn < 300; turn++) {
      const uuid = randomUUID();
      await client.transact("Shapes", [
        op.insert("Shape", { name: `s${turn}`, kind: "round", pair: ["a"] }, uuid),
      ]);
      assert.equal(replica.table("Shape").get(uuid)?.name, `s${turn}`);
      if (turn % 2 === 0) {
        await client.transact("Shapes", [op.update("Shape", byUuid(uuid), { size: turn })]);
        assert.equal(replica.table("Shape").get(uuid)?.size, turn);
      }
      if (turn % 3 === 0) {
        await client.transact("Shapes", [op.delete("Shape", byUuid(uuid))]);
        assert.equal(replica.table("Shape").get(uuid), undefined);
      }
    }
  });
});
