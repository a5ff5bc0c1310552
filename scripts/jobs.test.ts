import assert from "node:assert/strict";
import { test } from "node:test";
import { readJobs } from "./jobs.ts";

test("JOBS is a number of at least one, or refused: else nothing would run, and nothing would fail", () => {
  assert.deepEqual([readJobs(undefined), readJobs("1"), readJobs("12")], [2, 1, 12]);
  for (const text of ["", "0", "-1", "1.5", "two", "1e3", "NaN"])
    assert.throws(() => readJobs(text), /JOBS=.*a number from 1 to 999/, text);
});
