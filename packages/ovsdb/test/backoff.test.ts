import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../src/backoff.ts";

const options = { minMs: 1_000, maxMs: 8_000 } as const;

test("two rounds over the remotes come at once, then the pauses double up to their bound", () => {
  const one = new Backoff(options, 1, () => 0);
  const delays = Array.from({ length: 8 }, () => one.nextDelayMs());
  assert.deepEqual(delays, [0, 50, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  one.reset();
  assert.equal(one.nextDelayMs(), 0);
  const three = new Backoff(options, 3, () => 1);
  const rounds = Array.from({ length: 10 }, () => three.nextDelayMs());
  assert.deepEqual(rounds, [0, 50, 50, 50, 50, 50, 750, 50, 50, 1_500]);
});
