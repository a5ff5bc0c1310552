import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../../src/service/wait.ts";
import { TestCenter } from "../center.ts";

test("a wait for what cannot be told any more ends at once, with the reason", async () => {
  await using center = await TestCenter.start();
  let looks = 0;
  const holds = () => {
    if (looks++ > 0) throw new Error("a damaged row");
    return false;
  };
  const waiting = waitUntil(center.store.replica, holds, AbortSignal.timeout(30_000));
  await Promise.all([assert.rejects(waiting, /a damaged row/), center.network("h1", "10.1.0.0/24")]);
  assert.equal(looks, 2, "it does not look again");
});
