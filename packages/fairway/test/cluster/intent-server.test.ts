import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OvsdbClient } from "@fairway/ovsdb";
import { IntentServer } from "../../src/cluster/intent-server.ts";
import { silent } from "../../src/logger.ts";
import { until } from "../center.ts";

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

test("X04 a database server that dies while Fairway begins with it is started again", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-intent-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const options = { file: join(directory, "intent.db"), runDirectory: directory, logger: silent };
  stack.use(await IntentServer.ensure(options));
  const pidFile = join(directory, "intent.pid");
  const first = await readFile(pidFile, "utf8");
  // The first question about its schema finds it dead.
  const path = process.env["PATH"] ?? "";
  const real = execFileSync("sh", ["-c", "command -v ovsdb-client"], { encoding: "utf8" }).trim();
  const killing = `#!/bin/sh\n[ -e ${directory}/killed ] || kill -9 ${first.trim()}\ntouch ${directory}/killed\nexec ${real} "$@"\n`;
  await writeFile(join(directory, "ovsdb-client"), killing, { mode: 0o755 });
  process.env["PATH"] = `${directory}:${path}`;
  stack.defer(() => void (process.env["PATH"] = path));
  stack.use(await IntentServer.ensure(options));
  assert.notEqual(await readFile(pidFile, "utf8"), first);
});

test("X04 a database server that is frozen keeps its socket and is waited for; it is no second one that answers then", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-intent-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const said: string[] = [];
  const note = (fields: object) => said.push(JSON.stringify(fields));
  const logger = { ...silent, warn: note, debug: note };
  const options = { file: join(directory, "intent.db"), runDirectory: directory, logger };
  const server = stack.use(await IntentServer.ensure(options));
  const remotes = [server.remote];
  const backoff = { minMs: 10, maxMs: 100 };
  const client = stack.use(new OvsdbClient({ remotes, backoff, probeIntervalMs: 200 }));
  await client.connected(AbortSignal.timeout(30_000));
  const pid = Number(await readFile(join(directory, "intent.pid"), "utf8"));
  const socket = await stat(join(directory, "intent.sock"));
  process.kill(pid, "SIGSTOP");
  stack.defer(() => void process.kill(pid, "SIGCONT"));
  const disconnected = new Promise((resolve) => client.once("disconnect", resolve));
  await disconnected;
  server.revive();
  await until(() => said.some((line) => line.includes(`process ${pid}, lives`)));
  assert.equal((await stat(join(directory, "intent.sock"))).ino, socket.ino);
  process.kill(pid, "SIGCONT");
  await client.connected(AbortSignal.timeout(30_000));
  assert.deepEqual(await client.request("list_dbs", []), ["Fairway", "_Server"]);
  assert.equal(Number(await readFile(join(directory, "intent.pid"), "utf8")), pid);
  process.kill(pid, "SIGSTOP");
  const began = performance.now();
  await server[Symbol.asyncDispose]();
  assert.ok(performance.now() - began < 5_000, "who stops does not wait for it");
  process.kill(pid, "SIGCONT");
  await (await IntentServer.ensure(options))[Symbol.asyncDispose]();
});
