import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it, mock } from "node:test";
import { FirstSeen } from "../../../src/agent/leases/first-seen.ts";

describe("for how long something has been so", () => {
  let nowMs = 1_000;
  let seen: FirstSeen;
  before(() => mock.method(performance, "now", () => nowMs));
  beforeEach(() => {
    seen = new FirstSeen(100);
  });
  after(() => mock.restoreAll());

  it("counts from the first moment", () => {
    assert.equal(seen.see("one"), 100);
    nowMs += 60;
    assert.equal(seen.see("one"), 40);
    nowMs += 60;
    assert.equal(seen.see("one"), 0);
  });

  it("counts anew what is forgotten, or not kept", () => {
    for (const key of ["one", "other", "third"]) seen.see(key);
    nowMs += 200;
    seen.forget("one");
    seen.keep(new Set(["one", "third"]));
    assert.deepEqual(
      ["one", "other", "third"].map((key) => seen.see(key)),
      [100, 100, 0],
    );
  });
});
