import assert from "node:assert/strict";
import { test } from "node:test";
import { interruptionsOf } from "../e2e/traffic.ts";

const pings = (count: number, ...lost: readonly number[]) =>
  Array.from({ length: count }, (_, number) => number).filter((number) => !lost.includes(number));

test("three lost pings in a row, or one in twenty, are an interruption; one or two are not", () => {
  assert.deepEqual(interruptionsOf([]), []);
  assert.deepEqual(interruptionsOf(pings(100)), []);
  assert.deepEqual(interruptionsOf(pings(100, 12)), []);
  assert.deepEqual(interruptionsOf(pings(3, 1)), []);
  assert.deepEqual(interruptionsOf(pings(100, 12, 13)), []);
  assert.deepEqual(interruptionsOf(pings(100, 12, 13, 14)), ["pings 12 to 14"]);
  assert.deepEqual(interruptionsOf(pings(100, 0, 1, 2, 3)), ["pings 0 to 2", "pings 1 to 3"]);
  assert.deepEqual(interruptionsOf(pings(100, 10, 20, 30, 40, 50, 60)), ["6 of 100 pings"]);
});
