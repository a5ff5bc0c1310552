import assert from "node:assert/strict";
import { test } from "node:test";
import { Expiry } from "../../src/center/expiry.ts";
import { FairwayError } from "../../src/errors.ts";
import type { Plan } from "../../src/intent/pending-change.ts";
import type { Logger } from "../../src/logger.ts";
import { RESERVATION_MS, root, TestCenter, until } from "../center.ts";

test("I06 an address that cannot be written is one: the others expire, and it does when it can be", async () => {
  await using center = await TestCenter.start();
  const { store } = center;
  const { pool } = await center.network("h1", "10.1.0.0/24");
  for (const ip of ["10.1.0.7", "10.1.0.8", "10.1.0.9"])
    await center.service.poolAddresses.request("h1", pool, { ip }, root);
  const warnings: object[] = [];
  const nothing = () => undefined;
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: (fields) => void warnings.push(fields),
    error: nothing,
    child: () => logger,
  };
  let refusals = 1;
  const expiry = new Expiry(
    {
      view: store.view,
      change: <T>(plan: Plan<T>) =>
        refusals-- > 0 ? Promise.reject(new FairwayError("unavailable", "not this one")) : store.change(plan),
    },
    logger,
  );
  center.now += RESERVATION_MS;
  assert.equal(await expiry.expire(center.now), 2);
  assert.equal(warnings.length, 1);
  const waiting = () => [...store.view.rows("Address")].filter(({ ip }) => /\.[789]$/.test(ip)).length;
  assert.equal(waiting(), 1);
  await until(() => {
    void expiry.expire(center.now);
    return waiting() === 0;
  });
  assert.equal(warnings.length, 1);
});
