import assert from "node:assert/strict";
import { test } from "node:test";
import { counted } from "../src/counted.ts";

test("O03 one thing is one, others are several, also where the noun or its verb has a form of its own", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, "endpoint")),
    ["0 endpoints", "1 endpoint", "2 endpoints"],
  );
  assert.equal(counted(1, "network leads", "networks lead"), "1 network leads");
  assert.equal(counted(2, "address", "addresses"), "2 addresses");
});
