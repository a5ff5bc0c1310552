import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { errorKinds, generateTypes } from "../src/index.ts";
import { block, exampleRuns, readme, schemaFile, tables } from "./readme-example.ts";
import { makeDirectory } from "./server.ts";

test("the README's table of errors is the code's", () => {
  const rows = Object.entries(errorKinds).map(
    ([code, { retryable, meaning }]) => `| ${code} | ${retryable ? "yes" : "no"} | ${meaning} |`,
  );
  const table = ["| code | retry helps | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  assert(readme.includes(`${table}\n`), `README.md should contain\n${table}`);
});

test("the README's example prints what the README says", { skip: !existsSync(schemaFile) }, async (t) => {
  const directory = makeDirectory();
  t.after(() => rmSync(directory, { recursive: true }));
  const library = join(import.meta.dirname, "../src/index.ts");
  const types = generateTypes(JSON.parse(readFileSync(schemaFile, "utf8")), tables);
  writeFileSync(join(directory, "package.json"), '{"type":"module"}');
  writeFileSync(join(directory, "northbound.ts"), types.replace("@fairway/ovsdb", library));
  writeFileSync(join(directory, "example.ts"), block("ts").replace("@fairway/ovsdb", library));
  await exampleRuns(process.execPath, join(directory, "example.ts"));
});
