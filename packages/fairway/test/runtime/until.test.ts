import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { until } from "../../src/runtime/until.ts";

function emitter() {
  const events = new EventEmitter();
  const subscribe = (look: () => void) => {
    events.on("change", look);
    return () => events.off("change", look);
  };
  return { events, subscribe };
}

test("a wait ends with the change that makes its condition true, and looks no more", async () => {
  const { events, subscribe } = emitter();
  let value = 0;
  const waiting = until(subscribe, () => value === 2, AbortSignal.timeout(30_000));
  for (value of [1, 2]) events.emit("change");
  assert.equal(await waiting, true);
  assert.equal(events.listenerCount("change"), 0);
});

test("a wait that its signal ends answers false", async () => {
  const { events, subscribe } = emitter();
  const end = new AbortController();
  const waiting = until(subscribe, () => false, end.signal);
  end.abort();
  assert.equal(await waiting, false);
  assert.equal(await until(subscribe, () => false, end.signal), false);
  assert.equal(events.listenerCount("change"), 0);
});

test("a wait for what cannot be told any more ends at once, with the reason", async () => {
  const { events, subscribe } = emitter();
  let looks = 0;
  const holds = () => {
    if (looks++ > 0) throw new Error("a damaged row");
    return false;
  };
  const waiting = until(subscribe, holds, AbortSignal.timeout(30_000));
  events.emit("change");
  events.emit("change");
  await assert.rejects(waiting, /a damaged row/);
  assert.ok(looks >= 2);
  assert.equal(events.listenerCount("change"), 0);
});
