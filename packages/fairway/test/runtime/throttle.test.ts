import assert from "node:assert/strict";
import { test } from "node:test";
import { Throttle } from "../../src/runtime/throttle.ts";

test("A07 a burst passes, then so much a second; who waits as long as told passes, and others are not held up", () => {
  let now = 1_000;
  const throttle = new Throttle({ burst: 3, perSecond: 10 }, () => now);
  const take = (who: string, times: number) => Array.from({ length: times }, () => throttle.take(who));
  assert.deepEqual(take("ci", 5), [0, 0, 0, 100, 100]);
  assert.deepEqual(take("ann", 1), [0]);
  now += 99;
  assert.deepEqual(take("ci", 1), [1]);
  now += 1;
  assert.deepEqual(take("ci", 2), [0, 100]);
  now += 10_000;
  assert.deepEqual(take("ci", 4), [0, 0, 0, 100], "a rest gives no more than the burst");
});
