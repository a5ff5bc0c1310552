import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { coverage, type Outcome } from "./promise-coverage.ts";

const table =
  "| id | promise |\n| --- | --- |\n| D01 | a network |\n| D02 | options |\n| D03 | remove |\n| D04 | mac |\n| D05 | mtu |\n| D18 | the protocol † |\n";

test("each promise has a line, one failure outweighs any number of passes, components prove only what is marked", () => {
  const outcomes: Outcome[] = [
    { id: "D01", result: "pass", file: "test/e2e/a.test.ts" },
    { id: "D02", result: "fail", file: "test/e2e/b.test.ts" },
    { id: "D02", result: "pass", file: "test/e2e/a.test.ts" },
    { id: "D03", result: "skipped", file: "test/e2e/c.test.ts" },
    { id: "D05", result: "pass", file: "packages/fairway/test/mtu.test.ts" },
    { id: "D18", result: "pass", file: "packages/docker-plugin/test/contract.test.ts" },
  ];
  assert.deepEqual(coverage(table, outcomes), [
    "D01 pass test/e2e/a.test.ts",
    "D02 fail test/e2e/b.test.ts",
    "D03 skipped test/e2e/c.test.ts",
    "D04 none",
    "D05 none",
    "D18 pass packages/docker-plugin/test/contract.test.ts",
  ]);
});

test("every id that a title begins with is a promise of docs/promises.md", () => {
  const checkout = resolve(import.meta.dirname, "..");
  const promises = readFileSync(join(checkout, "docs/promises.md"), "utf8");
  const known = new Set(Array.from(promises.matchAll(/^\| ([A-Z]\d\d) \|/gm), ([, id = ""]) => id));
  const files = globSync(["packages/*/test/**/*.test.ts", "test/**/*.test.ts"], { cwd: checkout });
  const strange = files.flatMap((file) => {
    const source = readFileSync(join(checkout, file), "utf8");
    const titles = source.matchAll(/\b(?:test|it)\(\s*["`]((?:[A-Z]\d\d )+)/g);
    const ids = Array.from(titles, ([, begin = ""]) => begin.trim().split(" ")).flat();
    return ids.filter((id) => !known.has(id)).map((id) => `${id} in ${file}`);
  });
  assert.ok(known.size > 80, `${known.size} promises`);
  assert.deepEqual(strange, []);
});
