import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../src/runtime/turns.ts";

test("calls take turns in the order in which they came, and one that fails holds up nobody", async () => {
  const turns = new Turns();
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const calls = [
    turns.take(async () => {
      said.push("first begins");
      await first.promise;
      said.push("first ends");
    }),
    turns.take(() => {
      said.push("second");
      throw new Error("no");
    }),
    turns.take(() => said.push("third")),
  ];
  assert.equal(turns.pending, 3);
  await new Promise(setImmediate);
  assert.deepEqual(said, ["first begins"]);
  first.resolve();
  const [, second, third] = await Promise.allSettled(calls);
  assert.equal(second?.status, "rejected");
  assert.equal(third?.status, "fulfilled");
  assert.deepEqual(said, ["first begins", "first ends", "second", "third"]);
  assert.equal(turns.pending, 0);
});
