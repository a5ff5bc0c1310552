import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfiguredServers } from "../../../src/agent/names/configured-servers.ts";

async function startWith(files: Readonly<Record<string, string>>) {
  const directory = await mkdtempDisposable(join(tmpdir(), "fairway-servers-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory.path, name), text);
  const [resolvConf = "", behindStub = "", daemonFile = ""] = ["resolv.conf", "stub.conf", "daemon.json"].map(
    (name) => join(directory.path, name),
  );
  const servers = new ConfiguredServers({ resolvConf, behindStub, daemonFile, except: "169.254.53.53" });
  return { servers, [Symbol.asyncDispose]: () => directory.remove() };
}

test("M05 the servers are the engine's, then those behind the host's stub, without what containers cannot reach", async () => {
  await using known = await startWith({
    "resolv.conf": "nameserver 127.0.0.53\n",
    "stub.conf": "nameserver 192.0.2.1\nnameserver fe80::1%eth0\n",
    "daemon.json": '{"dns": ["192.0.2.2", "169.254.53.53", 5]}',
  });
  assert.deepEqual(await known.servers.list(), ["192.0.2.2", "192.0.2.1"]);
});

test("M05 a container's own servers are there until it is gone, and whether that is new is told", async () => {
  await using known = await startWith({ "resolv.conf": "nameserver 192.0.2.1\n" });
  const { servers } = known;
  assert.equal(servers.setContainer("web", ["192.0.2.5", "169.254.53.53", "192.0.2.1"]), true);
  assert.equal(servers.setContainer("web", ["192.0.2.5", "169.254.53.53", "192.0.2.1"]), false);
  assert.equal(servers.setContainer("db", ["192.0.2.6"]), true);
  assert.equal(servers.setContainer("plain", []), false);
  assert.deepEqual(await servers.list(), ["192.0.2.1", "192.0.2.5", "192.0.2.6"]);
  assert.equal(servers.setContainer("web", []), true);
  assert.deepEqual(await servers.list(), ["192.0.2.1", "192.0.2.6"]);
  assert.equal(servers.keepContainers(new Set(["db"])), false);
  assert.equal(servers.keepContainers(new Set()), true);
  assert.deepEqual(await servers.list(), ["192.0.2.1"]);
});
