/**
 * What it costs that a transaction is on the disk before its reply (RFC 7047 §5.2.8): one small insert after another, and merged ones.
 * `node bench/durable.ts [DIRECTORY]`; the directory's disk is measured, the system's for temporary files by default. Needs ovsdb-server.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OvsdbClient, operationsFor } from "../src/index.ts";
import { schema, shapesJson, type Tables } from "../test/schema.ts";
import { runTool, TestServer, writeSchema } from "../test/server.ts";

const op = operationsFor<Tables>(schema);
const [parent = tmpdir()] = process.argv.slice(2);
const transactions = 300;
const rounds = 3;

function insert(): ReturnType<typeof op.insert> {
  const uuid = randomUUID();
  return op.insert("Shape", { name: uuid, kind: "round", pair: ["a"] }, uuid);
}

/** Milliseconds of each of many transactions, one after the other, in ascending order. */
async function measure(client: OvsdbClient, rows: number, durable: boolean): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < transactions; turn++) {
    const operations = Array.from({ length: rows }, insert);
    const begun = performance.now();
    await client.transact("Shapes", durable ? [...operations, op.commit(true)] : operations);
    times.push(performance.now() - begun);
  }
  return times.sort((one, other) => one - other);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const directory = mkdtempSync(join(parent, "ovsdb-bench-"));
try {
  const file = join(directory, "shapes.db");
  runTool("ovsdb-tool", ["create", file, writeSchema(directory, shapesJson)]);
  await using server = await TestServer.serve(directory, [file]);
  await using client = new OvsdbClient({ remotes: [server.remote] });
  await measure(client, 1, false);
  print("| rows a transaction | durable | median, ms | 99th percentile, ms | rows/s |");
  print("| --- | --- | --- | --- | --- |");
  for (const rows of [1, 64]) {
    for (let round = 0; round < rounds; round++) {
      for (const durable of [false, true]) {
        const times = await measure(client, rows, durable);
        const total = times.reduce((sum, each) => sum + each, 0);
        const [median = 0, slow = 0] = [0.5, 0.99].map((part) => times[Math.floor(part * times.length)]);
        const perSecond = (rows * transactions * 1000) / total;
        print(
          `| ${rows} | ${durable ? "yes" : "no"} | ${median.toFixed(2)} | ${slow.toFixed(2)} | ${perSecond.toFixed(0)} |`,
        );
      }
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
