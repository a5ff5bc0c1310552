import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { askDaemon } from "../../src/host/unixctl.ts";

/** A directory with a control socket of `name`, which answers as `serve` does. */
async function daemon(
  name: string,
  serve: (socket: Socket) => void,
): Promise<{ directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "fairway-unixctl-"));
  const server = createServer(serve).listen(join(directory, name));
  await once(server, "listening");
  return {
    directory,
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(directory, { recursive: true });
    },
  };
}

test("a daemon is asked as ovs-appctl does, and its answer may come in pieces", async () => {
  let asked = "";
  await using served = await daemon("ovn-northd.42.ctl", (socket) => {
    socket.once("data", (data) => {
      asked = String(data);
      socket.write('{"id":0,"result":"Status: ac');
      setImmediate(() => socket.end('tive\\n","error":null}'));
    });
  });
  assert.equal(await askDaemon(served.directory, "ovn-northd", "status"), "Status: active");
  assert.deepEqual(JSON.parse(asked), { id: 0, method: "status", params: [] });
});

test("a daemon that does not know the command, ends too early, or is not there", async () => {
  await using refusing = await daemon("ovn-northd.42.ctl", (socket) => {
    socket.end('{"id":0,"result":null,"error":"\\"status\\" is not a valid command"}');
  });
  await assert.rejects(askDaemon(refusing.directory, "ovn-northd", "status"), /not a valid command/);
  await using ending = await daemon("ovn-northd.42.ctl", (socket) => {
    socket.resume().end();
  });
  await assert.rejects(
    askDaemon(ending.directory, "ovn-northd", "status"),
    /it ended before it answered status/,
  );
  await assert.rejects(askDaemon(ending.directory, "ovn-controller", "version"), {
    code: "unavailable",
    message: "does not run on this machine",
  });
  await assert.rejects(askDaemon("/nowhere", "ovn-northd", "status"), /does not run on this machine/);
});
