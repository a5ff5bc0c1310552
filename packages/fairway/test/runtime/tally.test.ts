import assert from "node:assert/strict";
import { test } from "node:test";
import { Tally } from "../../src/runtime/tally.ts";

test("one has as much at a time as it may, all together as they may, and what ends makes room", () => {
  const tally = new Tally({ ofOne: 2, ofAll: 3 });
  assert.deepEqual(
    ["a", "a", "a", "b", "b", "c"].map((who) => tally.begin(who)),
    [true, true, false, true, false, false],
  );
  tally.end("a");
  assert.deepEqual([tally.begin("c"), tally.begin("a")], [true, false]);
  tally.end("nobody");
  assert.equal(tally.begin("b"), false);
});
