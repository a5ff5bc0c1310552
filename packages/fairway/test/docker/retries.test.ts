import assert from "node:assert/strict";
import { test } from "node:test";
import { Retries } from "../../src/docker/retries.ts";
import { until } from "../center.ts";

test("what failed is tried again later, each time after twice as long, and forgotten when nobody wants it", async () => {
  const retries = new Retries(40);
  assert.equal(retries.waitsFor("blue"), undefined);
  const waitMs = async () => {
    const begunAt = performance.now();
    retries.fail("blue", "no room");
    assert.equal(retries.waitsFor("blue"), "no room");
    await until(() => retries.waitsFor("blue") === undefined);
    return performance.now() - begunAt;
  };
  assert.ok((await waitMs()) >= 40);
  assert.ok((await waitMs()) >= 80);
  retries.fail("blue", "no room");
  retries.keep(new Set(["red"]));
  assert.equal(retries.waitsFor("blue"), undefined);
});
