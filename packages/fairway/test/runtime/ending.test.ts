import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Ending } from "../../src/runtime/ending.ts";

test("what an end waits for shares one bound, which runs from its beginning", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const stop = new AbortController();
  const ending = new Ending(stop.signal, 3000);
  now += 10_000;
  assert.equal(ending.leftMs(), 3000, "it has not begun");
  stop.abort();
  assert.equal(ending.leftMs(), 3000);
  now += 2500;
  assert.equal(ending.leftMs(), 500);
  assert.equal(ending.leftMs(200), 300, "the rest is kept for others");
  now += 2500;
  assert.equal(ending.leftMs(), 0);
});

test("an end that has begun already has its bound", () => {
  const ending = new Ending(AbortSignal.abort(), 3000);
  assert.ok(ending.leftMs() <= 3000);
});

test("a signal comes so long after the beginning, with its reason", async () => {
  const stop = new AbortController();
  const reason = new Error("it ends");
  const later = new Ending(stop.signal, 3000).later(1, reason);
  assert.equal(later.aborted, false);
  stop.abort();
  assert.equal(later.aborted, false);
  await once(later, "abort");
  assert.equal(later.reason, reason);
});

test("an end that is not over after its bound is given up, and one that is over is not", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const stop = new AbortController();
  const ending = new Ending(stop.signal, 3000);
  const givenUp: string[] = [];
  using _late = ending.giveUpAfter(500, () => givenUp.push("late"));
  {
    using _inTime = ending.giveUpAfter(500, () => givenUp.push("in time"));
    stop.abort();
  }
  t.mock.timers.tick(3499);
  assert.deepEqual(givenUp, []);
  t.mock.timers.tick(1);
  assert.deepEqual(givenUp, ["late"]);
});
