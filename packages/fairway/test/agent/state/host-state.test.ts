import assert from "node:assert/strict";
import { test } from "node:test";
import { HostState } from "../../../src/agent/state/host-state.ts";
import type { HostStateMessage } from "../../../src/center/schemas/host-state.ts";
import { FairwayError } from "../../../src/errors.ts";
import { silent } from "../../../src/logger.ts";

/** A center that is away for the first tries. */
function stateBehind(failures: number) {
  const ended = Promise.withResolvers<void>();
  let tries = 0;
  async function* followHostState(): AsyncGenerator<HostStateMessage> {
    if (tries++ < failures) throw new FairwayError("unavailable", "the center is away");
    yield { type: "snapshot", revision: "one.0", items: [] };
    await ended.promise;
    tries = 0;
    throw new FairwayError("unavailable", "the center ended the stream");
  }
  const state = new HostState({
    api: { followHostState },
    hostName: "host",
    logger: silent,
    onUnknownHost: async () => undefined,
  });
  return { state, end: () => ended.resolve(), tried: () => tries };
}

test("X10 who waits for the center's word gets it, however often the center was asked in vain", async () => {
  const { state, end, tried } = stateBehind(2);
  await state.fresh(AbortSignal.timeout(20_000));
  assert.equal(tried(), 3);
  assert.ok(state.isFresh);
  end();
  await state[Symbol.asyncDispose]();
});

test("X10 who gives up waiting for the center's word hears why", async () => {
  const { state, end } = stateBehind(1000);
  const reason = new Error("enough");
  await assert.rejects(state.fresh(AbortSignal.abort(reason)), reason);
  end();
  await state[Symbol.asyncDispose]();
});

test("X10 a host knows since when its center is away, and not anew with each try", async () => {
  const { state, end, tried } = stateBehind(1);
  const begunMs = state.awaySinceMs ?? assert.fail();
  await state.fresh(AbortSignal.timeout(20_000));
  assert.equal(state.awaySinceMs, undefined);
  end();
  while (state.isFresh) await new Promise((resolve) => setImmediate(resolve));
  const missedMs = state.awaySinceMs ?? assert.fail();
  assert.ok(missedMs > begunMs);
  while (tried() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(state.awaySinceMs, missedMs);
  await state[Symbol.asyncDispose]();
});
