import assert from "node:assert/strict";
import { test } from "node:test";
import { concerns } from "../../src/api/item-kind.ts";

test("a change is about the kinds of its keys, and about all where nobody says what changed", () => {
  assert.equal(concerns(["network/1", "uplink/2"], "uplink"), true);
  assert.equal(concerns(["network/1", "uplink/2"], "mirror", "endpoint"), false);
  assert.equal(concerns(["dormant-network/1"], "network"), false);
  assert.equal(concerns([], "network"), false);
  assert.equal(concerns(undefined, "network"), true);
});
