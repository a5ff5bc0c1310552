import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../../src/runtime/in-turn.ts";

test("all steps have their turn, one after the other, and the first failure is told at the end", async () => {
  const done: number[] = [];
  const step = (number: number, failure?: string) => async () => {
    await Promise.resolve();
    done.push(number);
    if (failure !== undefined) throw new Error(failure);
  };
  await assert.rejects(inTurn([step(1), step(2, "the second"), step(3, "the third"), step(4)]), /the second/);
  await inTurn([step(5)]);
  assert.deepEqual(done, [1, 2, 3, 4, 5]);
});
