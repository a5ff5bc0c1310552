import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type PluginServer, removeAbandonedSocket, servePlugin } from "../src/index.ts";
import { listenOnSocket, turnName } from "../src/socket-path.ts";
import { DockerClient } from "./client.ts";
import { makeDirectory, ScriptedDrivers, TestPlugin } from "./plugin.ts";

const endpoint = { NetworkID: "n1", EndpointID: "e1" };

function serve(socketPath: string): Promise<PluginServer> {
  return servePlugin({ socketPath, network: new ScriptedDrivers().network });
}

async function assertServed(socketPath: string): Promise<void> {
  using client = new DockerClient(socketPath);
  assert.equal((await client.call("Plugin.Activate")).status, 200);
}

/** A process that listens on the path and dies without removing it. */
async function leaveDeadSocket(path: string): Promise<void> {
  const script =
    "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
  await once(spawn(process.execPath, ["-e", script, path]), "exit");
}

test("the socket is the owner's alone, its directory is made, and nothing else is left there", async () => {
  await using directory = await makeDirectory();
  const path = join(directory.path, "run/docker/plugins/test.sock");
  const server = await serve(path);
  assert.equal(server.address, path);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory.path, { recursive: true }), [
    "run",
    "run/docker",
    "run/docker/plugins",
    "run/docker/plugins/test.sock",
  ]);
  await server.close();
  assert.deepEqual(await readdir(dirname(path)), []);
});

test("a dead socket is taken over", async () => {
  await using directory = await makeDirectory();
  const path = join(directory.path, "test.sock");
  await leaveDeadSocket(path);
  assert((await stat(path)).isSocket());
  await using _server = await serve(path);
  await assertServed(path);
});

test("a live socket is refused and stays as it is", async () => {
  await using directory = await makeDirectory();
  const path = join(directory.path, "test.sock");
  await using _first = await serve(path);
  await assert.rejects(serve(path), {
    code: "socket_in_use",
    message: `another process listens on ${path} already; stop it first`,
  });
  await assertServed(path);
  assert.deepEqual(await readdir(directory.path), ["test.sock"]);
});

for (const before of ["nothing", "a dead socket"])
  test(`of several servers that start at once on ${before}, one serves and the others are refused`, async () => {
    for (let round = 0; round < 5; round++) {
      await using directory = await makeDirectory();
      const path = join(directory.path, "test.sock");
      if (before !== "nothing") await leaveDeadSocket(path);
      const starts = await Promise.allSettled(Array.from({ length: 4 }, () => serve(path)));
      const served = starts.filter((start) => start.status === "fulfilled");
      assert.equal(served.length, 1);
      for (const start of starts)
        if (start.status === "rejected") assert.match(String(start.reason), /already; stop it first/);
      await assertServed(path);
      assert.deepEqual(await readdir(directory.path), ["test.sock"]);
      for (const { value } of served) await value.close();
    }
  });

test("what is no socket is refused and stays", async () => {
  await using directory = await makeDirectory();
  const file = join(directory.path, "file.sock");
  await writeFile(file, "precious");
  const folder = join(directory.path, "folder.sock");
  await mkdir(folder);
  const link = join(directory.path, "link.sock");
  await symlink(file, link);
  for (const path of [file, folder, link]) {
    await assert.rejects(serve(path), { code: "socket_unusable", message: /exists and is not a socket/ });
  }
  assert.equal((await readdir(directory.path)).length, 3);
});

test("a path that cannot be is refused with its reason", async () => {
  await using directory = await makeDirectory();
  await writeFile(join(directory.path, "file"), "");
  await assert.rejects(serve(join(directory.path, "file/test.sock")), {
    code: "socket_unusable",
    message: /cannot listen on .*(ENOTDIR|EEXIST)/,
  });
  await assert.rejects(serve(join(directory.path, "x".repeat(108))), {
    message: /too long for a unix socket/,
  });
});

test("closing leaves a successor's socket alone", async () => {
  await using directory = await makeDirectory();
  const path = join(directory.path, "test.sock");
  const first = await serve(path);
  await rm(path);
  await using _second = await serve(path);
  await first.close();
  await assertServed(path);
});

test("close lets calls end, answers them, and is the same twice", async () => {
  await using plugin = await TestPlugin.start();
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<object>();
  plugin.drivers.answers.set("join", () => {
    begun.resolve();
    return released.promise;
  });
  const call = plugin.client.call("NetworkDriver.Join", endpoint);
  await begun.promise;
  const closing = plugin.server.close();
  assert.equal(plugin.server.close(), closing);
  released.resolve({ Gateway: "10.0.0.1" });
  assert.deepEqual((await call).json, { Gateway: "10.0.0.1" });
  await closing;
});

test("close aborts what does not end within the grace, and answers it with 503", async () => {
  await using plugin = await TestPlugin.start({ closeGraceMs: 10 });
  const begun = Promise.withResolvers<void>();
  plugin.drivers.answers.set("join", () => {
    begun.resolve();
    return new Promise(() => undefined);
  });
  const call = plugin.client.call("NetworkDriver.Join", endpoint);
  await begun.promise;
  await plugin.server.close();
  const { status, json } = await call;
  assert.deepEqual([status, json.Err], [503, "the plugin is shutting down"]);
  assert.equal(plugin.drivers.calls[0]?.context.signal.aborted, true);
});

test("whoever closes may choose the grace, and a request that is never complete does not hold it up", async () => {
  await using plugin = await TestPlugin.start();
  const begun = Promise.withResolvers<void>();
  plugin.drivers.answers.set("join", () => {
    begun.resolve();
    return new Promise(() => undefined);
  });
  const half = connect(plugin.server.address).on("error", () => undefined);
  half.write("POST /NetworkDriver.Join HTTP/1.1\r\nContent-Length: 100\r\n\r\n");
  const call = plugin.client.call("NetworkDriver.Join", endpoint);
  await begun.promise;
  const begunAt = performance.now();
  await plugin.server.close(10);
  assert.ok(performance.now() - begunAt < 900);
  assert.equal((await call).status, 503);
  half.destroy();
});

test("whoever is about to listen on a path and never does keeps others waiting for a bounded time", async () => {
  await using directory = await makeDirectory();
  const path = join(directory.path, "test.sock");
  const other = createServer().listen({ path: turnName(path) });
  await once(other, "listening");
  try {
    const http = createHttpServer();
    await assert.rejects(listenOnSocket(http, path, 50), {
      code: "socket_in_use",
      message: /another process has been about to listen on .*test\.sock for 0\.05 s; stop it first/,
    });
    assert.equal(http.listening, false);
  } finally {
    other.close();
  }
  await using _server = await serve(path);
  await assertServed(path);
});

test("a connection that cannot be accepted, for want of a file descriptor, ends neither the server nor others", async () => {
  await using directory = await makeDirectory();
  const path = join(directory.path, "test.sock");
  const script = `
    import { servePlugin } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    await servePlugin({ socketPath: process.argv[1], network: {} });
    console.log("serves");`;
  const few = ["--nofile=48", process.execPath, "--input-type=module", "--eval", script, path];
  const child = spawn("prlimit", few, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    await once(child.stdout, "data");
    const files = async () => (await readdir(`/proc/${child.pid}/fd`)).length;
    const before = await files();
    const sockets = Array.from({ length: 60 }, () => connect(path).on("error", () => undefined));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    for (const socket of sockets) socket.destroy();
    // Until it has closed theirs it has no descriptor for anybody else.
    for (const end = performance.now() + 10_000; (await files()) > before; await sleep(10))
      assert.ok(performance.now() < end, "it closes the connections of those who are gone");
    await assertServed(path);
    assert.equal(child.exitCode, null);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
});

test("an abandoned socket goes; one that is alive, one that others may use, and what is no socket stay", async () => {
  await using directory = await makeDirectory();
  const path = (name: string) => join(directory.path, name);
  await leaveDeadSocket(path("dead"));
  assert.equal(await removeAbandonedSocket(path("dead")), false, "whoever made it let others in");
  await chmod(path("dead"), 0o600);
  assert.equal(await removeAbandonedSocket(path("dead")), true);
  await using _server = await serve(path("alive"));
  await writeFile(path("file"), "", { mode: 0o600 });
  for (const name of ["alive", "file", "dead", "nothing"])
    assert.equal(await removeAbandonedSocket(path(name)), false, name);
  assert.deepEqual((await readdir(directory.path)).sort(), ["alive", "file"]);
  await assertServed(path("alive"));
});

test("a plugin tells whose it is to whoever asks", async () => {
  await using directory = await makeDirectory();
  const socketPath = join(directory.path, "test.sock");
  await using _server = await servePlugin({
    socketPath,
    vendor: "Example",
    network: new ScriptedDrivers().network,
  });
  using client = new DockerClient(socketPath);
  const { json } = await client.call("Plugin.Activate");
  assert.deepEqual(json, { Implements: ["NetworkDriver"], Vendor: "Example" });
});
