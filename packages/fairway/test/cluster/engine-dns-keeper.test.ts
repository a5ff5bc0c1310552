import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempDisposable, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { offerNames } from "../../src/cluster/engine-dns.ts";
import { EngineDnsKeeper } from "../../src/cluster/engine-dns-keeper.ts";
import { until } from "../agent/chassis.ts";
import { type LogLine, recordingLogger } from "../docker/fixture.ts";

test("M05 as soon as the host's servers change Docker's setting does, and the log names the containers that must start again", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-keeper-"));
  const at = (name: string) => join(directory.path, name);
  const [daemon, record, resolvConf, behindStub] = ["daemon.json", "record", "resolv.conf", "stub.conf"].map(
    at,
  );
  assert.ok(daemon && record && resolvConf && behindStub);
  const files = { daemon, record, resolvConf, behindStub };
  await writeFile(resolvConf, "nameserver 192.0.2.1\n");
  await offerNames({ change: true, version: "28.5.2" }, files);
  const socket = at("docker.sock");
  const containers = [
    { Id: "a", Names: ["/web"], State: "running" },
    { Id: "b", Names: ["/old"], State: "exited" },
  ];
  const engine = createServer((_, response) => response.end(JSON.stringify(containers))).listen(socket);
  await once(engine, "listening");
  const lines: LogLine[] = [];
  await using _keeper = new EngineDnsKeeper({ socket, logger: recordingLogger(lines), files });
  // Its period is far longer than this test waits: the change itself is the occasion.
  await writeFile(at("new"), "nameserver 192.0.2.2\n");
  await rename(at("new"), resolvConf);
  await until("the new server", async () =>
    assert.deepEqual(JSON.parse(await readFile(daemon, "utf8")), { dns: ["192.0.2.2"] }),
  );
  await until("the line", async () => assert.equal(lines.filter(({ level }) => level === "warn").length, 1));
  const [line] = lines.filter(({ level }) => level === "warn");
  assert.deepEqual(
    [line?.["before"], line?.["now"], line?.["containers"]],
    [["192.0.2.1"], ["192.0.2.2"], ["web"]],
  );
  assert.match(line?.message ?? "", /restart Docker/);
  engine.close();
  engine.closeAllConnections();
});
