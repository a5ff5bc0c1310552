import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { mock, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { streamLines } from "../../src/api/stream-lines.ts";
import type { HostStateSource } from "../../src/center/hosts/host-state-source.ts";
import type { HostStateMessage } from "../../src/center/schemas/host-state.ts";
import { FairwayError } from "../../src/errors.ts";
import { serve } from "./serve.ts";

/** Says what it is given, then waits until its reader goes. */
class Source implements HostStateSource {
  readonly revisions: (string | undefined)[] = [];
  said = 0;
  ended = 0;
  readonly #messages: readonly HostStateMessage[];

  constructor(messages: readonly HostStateMessage[]) {
    this.#messages = messages;
  }

  async *follow(
    host: string,
    revision: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<HostStateMessage> {
    if (host !== "node-1") throw new FairwayError("not_found", `no host '${host}'`);
    this.revisions.push(revision);
    try {
      for (const message of this.#messages) {
        if (signal.aborted) return;
        this.said++;
        yield message;
      }
      if (!signal.aborted) await once(signal, "abort");
    } finally {
      this.ended++;
    }
  }
}

const snapshot: HostStateMessage = { type: "snapshot", revision: "1", items: [] };
const change: HostStateMessage = { type: "change", revision: "2", set: [], removed: ["endpoint/1"] };

async function until(condition: () => boolean, message: string): Promise<void> {
  for (const end = performance.now() + 5000; !condition(); await sleep(5)) {
    if (performance.now() > end) assert.fail(message);
  }
}

test("a host's state is a snapshot, changes, and heartbeats when nothing else is said", async () => {
  const source = new Source([snapshot, change]);
  await using served = await serve({ hostStates: source }, { heartbeatMs: 30 });
  const reader = new AbortController();
  const seen: HostStateMessage[] = [];
  for await (const message of served.client.followHostState({ host: "node-1" }, { signal: reader.signal })) {
    if (seen.push(message) === 4) reader.abort();
  }
  const heartbeat = { type: "heartbeat", revision: "2" };
  assert.deepEqual(seen, [snapshot, change, heartbeat, heartbeat]);
  await until(() => source.ended === 1, "the source is told that its reader has gone");
});

test("the stream resumes from the revision that the caller holds", async () => {
  const source = new Source([change]);
  await using served = await serve({ hostStates: source });
  const reader = new AbortController();
  for await (const message of served.client.followHostState(
    { host: "node-1", revision: "a&b" },
    { signal: reader.signal },
  )) {
    assert.deepEqual(message, change);
    break;
  }
  assert.deepEqual(source.revisions, ["a&b"]);
  await until(() => source.ended === 1, "leaving the loop closes the stream");
});

test("heartbeats come also before the source has said anything", async () => {
  await using served = await serve({ hostStates: new Source([]) }, { heartbeatMs: 20 });
  const messages = served.client.followHostState(
    { host: "node-1", revision: "7" },
    { signal: AbortSignal.timeout(5000) },
  );
  assert.deepEqual((await messages.next()).value, { type: "heartbeat", revision: "7" });
  await messages.return();
});

test("following an unknown host is a problem, not a stream", async () => {
  await using served = await serve({ hostStates: new Source([]) });
  const messages = served.client.followHostState({ host: "node-9" }, { signal: AbortSignal.timeout(5000) });
  await assert.rejects(messages.next(), { code: "not_found", message: "no host 'node-9'" });
});

test("the stream ends when the server closes, and the client says so", async () => {
  const source = new Source([snapshot]);
  await using served = await serve({ hostStates: source });
  const messages = served.client.followHostState({ host: "node-1" }, { signal: AbortSignal.timeout(5000) });
  await messages.next();
  const started = performance.now();
  await Promise.all([served.stop(), assert.rejects(messages.next(), { code: "unavailable" })]);
  assert.ok(performance.now() - started < 2000, "it does not wait for the grace time");
  assert.equal(source.ended, 1);
});

test("A07 a reader that does not read holds the source back", async () => {
  const large: HostStateMessage = { type: "change", revision: "1", set: [], removed: ["x".repeat(100_000)] };
  const source = new Source(Array.from({ length: 1000 }, () => large));
  await using served = await serve({ hostStates: source }, { checkAnswers: false });
  const socket = connect(served.path).pause();
  socket.write("GET /v1/hosts/node-1/state HTTP/1.1\r\nhost: x\r\n\r\n");
  await until(() => source.said > 0, "the stream begins");
  let before = -1;
  await until(() => {
    const same = before === source.said;
    before = source.said;
    return same;
  }, "the source stands still");
  assert.ok(source.said < 50, `${source.said} of 1000 messages were taken`);
  socket.destroy();
  await until(() => source.ended === 1, "the source is told that its reader has gone");
});

test("heartbeats leave nothing behind at a source that has nothing to say", async () => {
  const silence = new Promise<never>(() => undefined);
  const reactions = mock.method(silence, "then").mock;
  const messages = { [Symbol.asyncIterator]: () => ({ next: () => silence }) };
  const stream = await streamLines(messages, {
    heartbeat: () => "nothing",
    heartbeatMs: 1,
    write: (message) => Buffer.from(message),
    isAllowed: () => true,
  });
  let heartbeats = 0;
  for await (const _ of stream) if (++heartbeats === 20) break;
  assert.ok(reactions.callCount() < 5, `${reactions.callCount()} reactions wait for the next message`);
});

test("a line that is larger than any buffer arrives whole", async () => {
  const removed = Array.from({ length: 50_000 }, (_, index) => `endpoint/${index}/ü`);
  const large: HostStateMessage = { type: "change", revision: "1", set: [], removed };
  await using served = await serve({ hostStates: new Source([large, change]) });
  const messages = served.client.followHostState({ host: "node-1" }, { signal: AbortSignal.timeout(5000) });
  assert.deepEqual((await messages.next()).value, large);
  assert.deepEqual((await messages.next()).value, change);
  await messages.return();
});
