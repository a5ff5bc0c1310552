import assert from "node:assert/strict";
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
