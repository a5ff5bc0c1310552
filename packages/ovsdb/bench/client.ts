import { readFileSync } from "node:fs";
import { byUuid, OvsdbClient, operationsFor, parseSchema, Replica } from "../src/index.ts";

/** Loads the whole database, then changes one row again and again. Prints one line of JSON. */
const [remote = "", file = "", updates = "0"] = process.argv.slice(2);
const schema = parseSchema(JSON.parse(readFileSync(file, "utf8")));
const started = performance.now();
await using client = new OvsdbClient({ remotes: [remote] });
const tables = Object.fromEntries(Object.keys(schema.tables).map((table) => [table, {}]));
const replica = new Replica(client, schema, { tables });
await replica.synced();
const loadMs = performance.now() - started;
const ports = replica.table("Logical_Switch_Port");
const op = operationsFor(schema);
const [port] = ports.rows();
if (port === undefined) throw new Error("no port");
const begun = performance.now();
for (let turn = 0; turn < Number(updates); turn++) {
  const change = op.mutate("Logical_Switch_Port", byUuid(port._uuid), [
    ["external_ids", "delete", ["turn"]],
    ["external_ids", "insert", { turn: String(turn) }],
  ]);
  await client.transact(schema.name, [change]);
}
const seconds = (performance.now() - begun) / 1000;
const peakMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  `${JSON.stringify({ rows: ports.size, loadMs, perSecond: Number(updates) / seconds, peakMiB })}\n`,
);
