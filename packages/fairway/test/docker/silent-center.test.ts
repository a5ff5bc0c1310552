import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ApiClient } from "../../src/api/client.ts";
import { errorOfConnection, errorOfSilence } from "../../src/api/connection-error.ts";
import { serve } from "../../src/docker/call.ts";
import { quiet } from "../agent/stub-center.ts";

const never = new AbortController().signal;
const target = "https://192.0.2.1:6640";

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

test("X02 another machine's center is named by its address, with what to look at there", () => {
  const refused = errorOfConnection(target, Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));
  assert.equal(
    refused.message,
    "the center at 192.0.2.1:6640 does not answer: nobody listens on that port; does Fairway run there?",
  );
  assert.equal(
    errorOfSilence(target, 25_012, refused).message,
    "the center at 192.0.2.1:6640 does not answer (for 25 s): nobody listens on that port; does Fairway run there?",
  );
});
