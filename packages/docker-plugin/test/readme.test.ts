import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PLUGIN_ERRORS } from "../src/index.ts";
import { methodNames } from "./method-names.ts";
import { makeDirectory } from "./plugin.ts";
import { block, canUnshare, exampleRuns, readme } from "./readme-example.ts";

/** The cells of the table under a heading, row by row. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.slice(2, -2).split(" | "));
}

test("the README's table of errors is the code's", () => {
  const known = Object.entries(PLUGIN_ERRORS).map(([code, { status, retryable }]) => [
    `\`${code}\``,
    String(status),
    retryable ? "yes" : "no",
  ]);
  assert.deepEqual(
    tableUnder("Errors").map((row) => row.slice(0, 3)),
    known,
  );
});

test("the README's table of methods is the code's", () => {
  assert.deepEqual(
    tableUnder("Methods").map(([method]) => method),
    methodNames.map((name) => `\`${name}\``),
  );
});

test("the README's driver makes a network and an endpoint", { skip: !canUnshare }, async () => {
  await using directory = await makeDirectory();
  const library = join(import.meta.dirname, "../src/index.ts");
  const file = join(directory.path, "example.mts");
  writeFileSync(file, block("ts").replace("@fairway/docker-plugin", library));
  await exampleRuns(directory.path, process.execPath, file);
});
