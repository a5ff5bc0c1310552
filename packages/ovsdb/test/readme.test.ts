import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { errorKinds, generateTypes } from "../src/index.ts";
import { makeDirectory, TestServer } from "./server.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
const schemaFile = process.env["OVN_NB_SCHEMA"] ?? "/usr/share/ovn/ovn-nb.ovsschema";

function block(language: string): string {
  return readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

test("the README's table of errors is the code's", () => {
  const rows = Object.entries(errorKinds).map(
    ([code, { retryable, meaning }]) => `| ${code} | ${retryable ? "yes" : "no"} | ${meaning} |`,
  );
  const table = ["| code | retry helps | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  assert(readme.includes(`${table}\n`), `README.md should contain\n${table}`);
});

test("the README's example prints what the README says", { skip: !existsSync(schemaFile) }, async (t) => {
  await using server = await TestServer.start([schemaFile]);
  const directory = makeDirectory();
  t.after(() => rmSync(directory, { recursive: true }));
  const library = join(import.meta.dirname, "../src/index.ts");
  const tables = ["Logical_Switch", "Logical_Switch_Port"];
  const types = generateTypes(JSON.parse(readFileSync(schemaFile, "utf8")), tables);
  writeFileSync(join(directory, "package.json"), '{"type":"module"}');
  writeFileSync(join(directory, "northbound.ts"), types.replace("@fairway/ovsdb", library));
  writeFileSync(join(directory, "example.ts"), block("ts").replace("@fairway/ovsdb", library));
  const run = spawnSync(process.execPath, [join(directory, "example.ts"), server.remote], {
    encoding: "utf8",
    timeout: 10_000,
  });
  assert.equal(run.stderr, "");
  // The server gives the rows of one transaction in no certain order.
  const sorted = (text: string) => text.split("\n").map((line) => line.split(", ").sort().join(", "));
  assert.deepEqual(sorted(run.stdout), sorted(block("text")));
});
