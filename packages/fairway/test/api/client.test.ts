import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ApiClient } from "../../src/api/client.ts";
import { createApi } from "../../src/api/server.ts";
import { FairwayError } from "../../src/errors.ts";
import { sampleCenter } from "./sample-center.ts";
import { serve } from "./serve.ts";

interface Place extends AsyncDisposable {
  readonly path: string;
  readonly client: ApiClient;
}

async function place(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "fairway-client-"));
  const path = join(directory, "api.sock");
  const client = new ApiClient({ target: `unix:${path}` });
  return {
    path,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

const listeningOn = (path: string) => ({
  center: sampleCenter().center,
  logger: quiet,
  listeners: [{ kind: "unix" as const, path }],
});

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** A server that behaves as no Fairway does. */
async function misbehave(path: string, listener: RequestListener): Promise<AsyncDisposable> {
  const server = createServer(listener).listen(path);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

test("a problem becomes the error that the center threw", async () => {
  await using served = await serve();
  const error: unknown = await served.client
    .showNetwork({ reference: "bleu" })
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof FairwayError);
  assert.deepEqual([error.code, error.message], ["not_found", "no network 'bleu'; did you mean blue?"]);
});

test("without a server the error says that fairway is not running and how to start it", async () => {
  await using here = await place();
  await assert.rejects(here.client.status(), {
    code: "unavailable",
    message:
      `fairway is not running: nobody listens on ${here.path}; ` +
      'start it with "systemctl start fairway" or "fairway run"',
  });
});

test("a call waits until fairway listens, within its bound", async () => {
  await using here = await place();
  const { client, path } = here;
  await assert.rejects(client.status({ waitUntilAvailableMs: 100 }), { code: "unavailable" });
  const answer = client.requestPool(
    { host: "node-1" },
    { space: "local", family: 4, options: {} },
    { waitUntilAvailableMs: 10_000 },
  );
  await using _api = await createApi(listeningOn(path));
  assert.equal((await answer).cidr, "10.1.0.0/24");
});

test("what may pass is asked again, also by POST: the center changed nothing", async () => {
  let asked = 0;
  await using served = await serve({
    pools: {
      async request() {
        if (++asked < 3) throw new FairwayError("not_leader", "an election is under way");
        return { pool: "eeeeeeee-0000-4000-8000-eeeeeeeeeeee", cidr: "10.1.0.0/24" };
      },
    },
  });
  const request = { space: "local", family: 4 as const, options: {} };
  await assert.rejects(served.client.requestPool({ host: "node-1" }, request), { code: "not_leader" });
  await served.client.requestPool({ host: "node-1" }, request, { waitUntilAvailableMs: 5000 });
  assert.equal(asked, 3);
});

test("what cannot pass fails at once", async () => {
  let asked = 0;
  await using served = await serve({
    hosts: {
      show() {
        asked++;
        throw new FairwayError("exhausted", "nothing free");
      },
    },
  });
  await assert.rejects(served.client.showHost({ host: "node-1" }, { waitUntilAvailableMs: 5000 }), {
    code: "exhausted",
  });
  assert.equal(asked, 1);
});

test("a POST whose connection breaks is not sent again; a PUT is", async () => {
  await using here = await place();
  const seen: (string | undefined)[] = [];
  await using _server = await misbehave(here.path, (request, response) => {
    seen.push(request.method);
    if (seen.length < 3) request.socket.destroy();
    else response.end("{}");
  });
  const options = { waitUntilAvailableMs: 5000 };
  const request = { space: "local", family: 4 as const, options: {} };
  await assert.rejects(here.client.requestPool({ host: "node-1" }, request, options), {
    code: "unavailable",
  });
  await here.client.registerHost({ host: "node-1" }, { systemId: "chassis-1" }, options);
  assert.deepEqual(seen, ["POST", "PUT", "PUT"]);
});

test("a kept connection that the server closes as it is used again is no failure, but for a POST", async () => {
  await using here = await place();
  let answered = 0;
  await using _server = await misbehave(here.path, (request, response) => {
    if (answered++ % 2 === 0) response.end("{}");
    else request.socket.destroy();
  });
  const facts = { systemId: "chassis-1" };
  await here.client.registerHost({ host: "node-1" }, facts);
  await here.client.registerHost({ host: "node-1" }, facts);
  assert.equal(answered, 3);
  const request = { space: "local", family: 4 as const, options: {} };
  await assert.rejects(here.client.requestPool({ host: "node-1" }, request), { code: "unavailable" });
  assert.equal(answered, 4);
});

test("a late answer is a timeout that names who was late with what", async () => {
  await using here = await place();
  await using _server = await misbehave(here.path, () => {
    // Never answers.
  });
  await assert.rejects(here.client.status({ timeoutMs: 50 }), {
    code: "timeout",
    message: `${here.path} did not answer GET /v1/status within 0.05 s`,
  });
});

test("giving up ends the call here and the waiting there", async () => {
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using served = await serve({
    hosts: {
      async register(...[, , { signal }]) {
        began.resolve();
        await once(signal, "abort");
        ended.resolve();
        throw signal.reason;
      },
    },
  });
  const caller = new AbortController();
  const call = served.client.registerHost({ host: "node-1" }, { systemId: "1" }, { signal: caller.signal });
  await began.promise;
  caller.abort(new Error("no longer wanted"));
  await assert.rejects(call, { message: "no longer wanted" });
  await ended.promise;
});

test("a server that closes ends what waits, and tells its callers to come again", async () => {
  const began = Promise.withResolvers<void>();
  await using served = await serve({
    hosts: {
      async register(...[, , { signal }]) {
        began.resolve();
        await once(signal, "abort");
        throw signal.reason;
      },
    },
  });
  const call = served.client.registerHost({ host: "node-1" }, { systemId: "1" });
  const refused = assert.rejects(call, { code: "unavailable", message: "fairway is stopping" });
  await began.promise;
  await served.stop();
  await refused;
});

test("an answer that is not Fairway's is told as it is", async () => {
  await using here = await place();
  await using _server = await misbehave(here.path, (_, response) =>
    response.writeHead(502).end("<h1>Bad</h1>"),
  );
  await assert.rejects(here.client.status(), {
    code: "unavailable",
    message: "the API answered with status 502: <h1>Bad</h1>",
  });
});

test("a target that is neither a socket nor https is refused", () => {
  for (const target of ["http://center", "/run/api.sock", "unix:api.sock", ""]) {
    assert.throws(() => new ApiClient({ target }), { code: "invalid" });
  }
});

test("the socket is root's alone and goes with the server", async () => {
  await using here = await place();
  {
    await using _api = await createApi(listeningOn(here.path));
    assert.equal((await stat(here.path)).mode & 0o777, 0o600);
  }
  await assert.rejects(stat(here.path), { code: "ENOENT" });
});

test("a dead socket is taken over, a live one and a file are not", async () => {
  await using here = await place();
  const script = `require("net").createServer().listen(${JSON.stringify(here.path)}, () => process.kill(process.pid, 9))`;
  await once(spawn(process.execPath, ["-e", script]), "exit");
  assert.ok((await stat(here.path)).isSocket());
  {
    await using _api = await createApi(listeningOn(here.path));
    await assert.rejects(createApi(listeningOn(here.path)), {
      code: "conflict",
      message: /listens on .* already/,
    });
    assert.equal((await here.client.status()).version, "0.1.0", "the live one still answers");
  }
  await writeFile(here.path, "precious");
  await assert.rejects(createApi(listeningOn(here.path)), { code: "conflict", message: /is not a socket/ });
});
