import assert from "node:assert/strict";
import { test } from "node:test";
import { coverage, type Outcome } from "./promise-coverage.ts";

const table =
  "| id | promise |\n| --- | --- |\n| D01 | a network |\n| D02 | options |\n| D03 | remove |\n| D04 | mac |\n";

test("each promise has a line, and one failure outweighs any number of passes", () => {
  const outcomes: Outcome[] = [
    { id: "D01", result: "pass", file: "a.test.ts" },
    { id: "D02", result: "fail", file: "b.test.ts" },
    { id: "D02", result: "pass", file: "a.test.ts" },
    { id: "D03", result: "skipped", file: "c.test.ts" },
  ];
  assert.deepEqual(coverage(table, outcomes), [
    "D01 pass a.test.ts",
    "D02 fail b.test.ts",
    "D03 skipped c.test.ts",
    "D04 none",
  ]);
});
