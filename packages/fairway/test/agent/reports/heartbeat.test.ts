import assert from "node:assert/strict";
import { test } from "node:test";
import { Heartbeat } from "../../../src/agent/reports/heartbeat.ts";
import { FairwayError } from "../../../src/errors.ts";
import { until } from "../../center.ts";
import { quiet } from "../stub-center.ts";

test("a host goes on to tell that it lives while the center does not answer, one call at a time", async () => {
  let [calls, waiting] = [0, 0];
  const api = {
    recordHeartbeat: async (): Promise<void> => {
      assert.equal(++waiting, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      waiting--;
      if (++calls % 2 === 1) throw new FairwayError("unavailable", "nobody listens");
    },
  };
  {
    await using _ = new Heartbeat({ api, hostName: "h1", logger: quiet, periodMs: 2 });
    await until(() => calls >= 4);
  }
  const ended = calls;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([calls, waiting], [ended, 0]);
});
