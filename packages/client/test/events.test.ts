import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FairwayError } from "../../fairway/src/errors.ts";
import { samples, uuidOf } from "../../fairway/test/api/sample-objects.ts";
import { serve } from "../../fairway/test/api/serve.ts";
import { ApiError, createClient, type Event } from "../src/node/index.ts";

/** Without what it proves, a reader would go on for ever. */
const bound = { timeout: 20_000 };

const change = (number: number): Event => ({
  id: `3-abc.${number}`,
  time: "2026-11-25T12:00:01.000Z",
  type: "changed",
  noun: "network",
  uuid: uuidOf("b"),
  name: "blue",
  object: samples.network,
});
const ready = (id: string): Event => ({ type: "ready", id });

test(
  "A04 events come each once, also where the connection is lost, and begin behind the last one that came",
  bound,
  async () => {
    const asked: unknown[] = [];
    await using served = await serve({
      events: {
        async *follow(wish) {
          asked.push(wish);
          const before = Number(wish.after?.split(".")[1] ?? 0);
          yield ready(`3-abc.${before}`);
          yield change(before + 1);
          yield change(before + 2);
        },
      },
    });
    await using client = createClient({ target: `unix:${served.path}` });
    const lost: unknown[] = [];
    const seen: string[] = [];
    for await (const event of client.events({
      noun: ["network"],
      onLost: (error) => void lost.push(error),
    })) {
      seen.push(`${event.type} ${event.id}`);
      if (seen.length === 6) break;
    }
    const changes = [1, 2, 3, 4, 5].map((number) => `changed 3-abc.${number}`);
    assert.deepEqual(seen, ["ready 3-abc.0", ...changes]);
    assert.deepEqual(asked, [
      { nouns: ["network"], after: undefined },
      { nouns: ["network"], after: "3-abc.2" },
      { nouns: ["network"], after: "3-abc.4" },
    ]);
    assert.deepEqual(
      lost.map((error) => error instanceof ApiError && [error.code, error.retryable]),
      [
        ["unavailable", true],
        ["unavailable", true],
      ],
    );
  },
);

test(
  "A04 whoever missed events is told so, by a center that began anew and by one that cut off a slow reader",
  bound,
  async () => {
    let turn = 0;
    await using served = await serve({
      events: {
        async *follow() {
          if (++turn === 2)
            throw new FairwayError("gone", "what happened after event 3-abc.0 is not remembered");
          yield ready("3-abc.0");
          if (turn === 3) yield { type: "cut", id: "3-abc.0", reason: "the reader was too slow" };
        },
      },
    });
    await using client = createClient({ target: `unix:${served.path}` });
    await assert.rejects(Array.fromAsync(client.events()), { code: "gone", message: /not remembered/ });
    await assert.rejects(Array.fromAsync(client.events()), {
      code: "gone",
      status: 410,
      message: "the reader was too slow",
    });
  },
);

test(
  "A04 events end with their signal, also while the center is away, and what fails first is told at once",
  bound,
  async () => {
    await using served = await serve({
      events: {
        async *follow(...[, { signal }]) {
          yield ready("3-abc.0");
          await once(signal, "abort");
        },
      },
    });
    await using client = createClient({ target: `unix:${served.path}` });
    const end = new AbortController();
    const seen: string[] = [];
    let losses = 0;
    const events = client.events({
      signal: end.signal,
      onLost: () => {
        if (++losses === 2) end.abort();
      },
    });
    for await (const { type } of events) {
      seen.push(type);
      await served.stop();
    }
    assert.deepEqual([seen, losses], [["ready"], 2]);
    await assert.rejects(Array.fromAsync(client.events()), {
      code: "unavailable",
      message: /nobody listens/,
    });
  },
);

test("A04 a center that says nothing any more is left, and asked again", bound, async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-mute-"));
  const path = join(directory.path, "api.sock");
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: ready\nid: 3-abc.${asked.length}\ndata: ${JSON.stringify(ready("3-abc.7"))}\n\n`);
  }).listen(path);
  await once(server, "listening");
  try {
    await using client = createClient({ target: `unix:${path}`, silenceMs: 300 });
    const end = new AbortController();
    const told: string[] = [];
    const onLost = (error: unknown) => {
      told.push(String(error));
      if (told.length === 2) end.abort();
    };
    assert.equal((await Array.fromAsync(client.events({ signal: end.signal, onLost }))).length, 1);
    assert.deepEqual(told, [
      `ApiError: ${path} said nothing for 0.3 s`,
      `ApiError: ${path} said nothing for 0.3 s`,
    ]);
    assert.deepEqual(asked, ["/v1/events", "/v1/events?after=3-abc.7"]);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});
