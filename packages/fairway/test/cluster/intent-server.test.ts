import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OvsdbClient } from "@fairway/ovsdb";
import { IntentServer } from "../../src/cluster/intent-server.ts";
import { silent } from "../../src/logger.ts";

test("X04 the intent's database server that dies is started again, with what it had", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-intent-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const options = { file: join(directory, "intent.db"), runDirectory: directory, logger: silent };
  const server = stack.use(await IntentServer.ensure(options));
  const client = stack.use(new OvsdbClient({ remotes: [server.remote], backoff: { minMs: 10, maxMs: 100 } }));
  client.on("disconnect", server.revive);
  const pid = async () => Number(await readFile(join(directory, "intent.pid"), "utf8"));
  await client.connected(AbortSignal.timeout(30_000));
  const first = await pid();
  const disconnected = new Promise((resolve) => client.once("disconnect", resolve));
  process.kill(first, "SIGKILL");
  await disconnected;
  await client.connected(AbortSignal.timeout(30_000));
  assert.notEqual(await pid(), first);
  assert.deepEqual(await client.request("list_dbs", []), ["Fairway", "_Server"]);
});

test("X04 a socket that takes connections and hangs up, as that of a dying server does, is not taken for a server", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-intent-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const dying = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => dying.listen(join(directory, "intent.sock"), resolve));
  stack.defer(() => void dying.close());
  const options = { file: join(directory, "intent.db"), runDirectory: directory, logger: silent };
  const server = stack.use(await IntentServer.ensure(options));
  const client = stack.use(new OvsdbClient({ remotes: [server.remote], backoff: { minMs: 10, maxMs: 100 } }));
  assert.deepEqual(await client.request("list_dbs", [], { timeoutMs: 30_000 }), ["Fairway", "_Server"]);
});
