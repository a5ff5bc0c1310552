import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OvsdbClient, OvsdbError, operationsFor, Replica } from "../src/index.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { makeDirectory, runTool, TestServer, writeSchema } from "./server.ts";

const op = operationsFor<Tables>(schema);
const mayMount = spawnSync("unshare", ["-m", "true"]).status === 0;

test("a full disk gives a typed error, and the client goes on when there is room again", {
  skip: !mayMount,
}, async () => {
  const directory = makeDirectory();
  const small = join(directory, "small");
  mkdirSync(small);
  const original = join(directory, "original.db");
  runTool("ovsdb-tool", ["create", original, writeSchema(directory, shapesJson)]);
  const script = 'mount -t tmpfs -o size=128k tmpfs "$1" && cp "$2" "$1/0.db" && shift 2 && exec "$@"';
  await using server = await TestServer.serve(directory, [join(small, "0.db")], {
    wrap: (argv) => ["unshare", "-m", "sh", "-c", script, "sh", small, original, ...argv],
  });
  await using client = new OvsdbClient({ remotes: [server.remote], backoff: { minMs: 20, maxMs: 100 } });
  const replica = new Replica<Tables>(client, schema, { tables: { Shape: {} } });
  await replica.synced(AbortSignal.timeout(5_000));
  const note = "x".repeat(10_000);
  const fill = () =>
    client.transact("Shapes", [op.insert("Shape", { name: randomUUID(), kind: "round", notes: { note } })]);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => fill()));
  const failure: unknown = outcomes.find((outcome) => outcome.status === "rejected")?.reason;
  assert(failure instanceof OvsdbError, "the disk never became full");
  assert.deepEqual([failure.code, failure.outcomeUnknown, failure.retryable], ["I/O error", false, true]);
  const before = replica.table("Shape").size;
  const remount = ["-t", String(server.pid), "-m", "-r", "mount", "-o", "remount,size=8m", small];
  assert.equal(spawnSync("nsenter", remount).status, 0);
  await fill();
  assert.equal(replica.table("Shape").size, before + 1);
});
