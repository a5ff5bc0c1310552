import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createClient } from "@fairway/client/node";
import { ApiClient } from "../../src/api/client.ts";
import { serve } from "../../src/docker/call.ts";
import { quiet } from "../agent/stub-center.ts";

const never = new AbortController().signal;

/** What a call of the engine's says that needs a center which accepts its request and never answers. */
async function saidWithin(boundMs: number): Promise<string> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-silent-"));
  const path = join(directory.path, "api.sock");
  const server = createServer(() => undefined).listen(path);
  await once(server, "listening");
  await using client = new ApiClient({ target: `unix:${path}` });
  const parts = {
    logger: quiet,
    agent: { state: { items: new Map(), isFresh: true, awaySinceMs: undefined } },
    stop: { begun: never, late: never },
    boundMs,
  };
  const said = await serve(
    parts,
    { id: "1", signal: AbortSignal.timeout(boundMs) },
    { method: "Join" },
    (call) => client.status(call.options()),
  ).then(String, (error: Error) => error.message);
  server.closeAllConnections();
  server.close();
  return said;
}

test("X02 a center that says nothing is named before the engine's call is over, and for how long it was silent", async () => {
  const begun = performance.now();
  const boundMs = 2_000;
  const said = await saidWithin(boundMs);
  assert.match(said, /^the center on this machine does not answer \(for 2 s\): /);
  assert.ok(performance.now() - begun < boundMs, "Docker would have been told that the call did not end");
});

test("X02 another machine's center is named by its address, with what to look at there", async () => {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  await using client = createClient({ target: `https://127.0.0.1:${port}` });
  const why = "nobody listens on that port; does Fairway run there?";
  await assert.rejects(client.status(), {
    code: "unavailable",
    message: `the center at 127.0.0.1:${port} does not answer: ${why}`,
  });
  await assert.rejects(client.status({ missedAtMs: performance.now() - 25_000 }), {
    code: "unavailable",
    message: `the center at 127.0.0.1:${port} does not answer (for 25 s): ${why}`,
  });
});
