import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { until } from "./center.ts";

const program = fileURLToPath(new URL("../bin/fairway.ts", import.meta.url));

test("X10 Docker is answered before the center serves, and a call that needs it waits for it", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-run-"));
  const at = (name: string) => join(directory.path, name);
  // The center's database server does not start before the test says so.
  await writeFile(
    at("ovsdb-server"),
    `#!/bin/sh\nuntil [ -e ${at("go")} ]; do sleep 0.01; done\nexec /usr/sbin/ovsdb-server "$@"\n`,
  );
  await chmod(at("ovsdb-server"), 0o755);
  const config = {
    host: { name: "host", state: at("state.json") },
    center: { database: at("intent.db"), northbound: `unix:${at("nb")}`, southbound: `unix:${at("sb")}` },
    api: { socket: at("api.sock") },
    docker: { socket: at("docker.sock"), plugin: at("plugin.sock") },
    openvswitch: { socket: at("db.sock") },
  };
  await writeFile(at("fairway.yaml"), JSON.stringify(config));
  const fairway = spawn("unshare", ["-n", process.execPath, program, "run", "-c", at("fairway.yaml")], {
    env: { ...process.env, PATH: `${directory.path}:${process.env["PATH"] ?? ""}` },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const dispatcher = new Agent({ connect: { socketPath: at("plugin.sock") } });
  let log = "";
  fairway.stderr.on("data", (text: Buffer) => (log += text.toString()));
  const call = async (method: string, body: object) => {
    const url = `http://plugin/${method}`;
    const answer = await request(url, { method: "POST", dispatcher, body: JSON.stringify(body) });
    return (await answer.body.json()) as Record<string, unknown>;
  };
  try {
    let capabilities: Record<string, unknown> | undefined;
    while (capabilities === undefined && fairway.exitCode === null)
      capabilities = await call("NetworkDriver.GetCapabilities", {}).catch(() => undefined);
    assert.equal(capabilities?.["Scope"], "local", log);
    const askedForPool = "route=/v1/hosts/:host/pools";
    const pool = { AddressSpace: "one", Pool: "10.1.0.0/16", SubPool: "", Options: {}, V6: false };
    let isAnswered = false;
    const asked = call("IpamDriver.RequestPool", pool).finally(() => {
      isAnswered = true;
    });
    asked.catch(() => undefined);
    await call("NetworkDriver.GetCapabilities", {});
    assert.ok(!isAnswered, "it waits");
    assert.doesNotMatch(log, /ready/);
    await writeFile(at("go"), "");
    await until(() => log.includes("ready"));
    // There is no Open vSwitch, so the host never registers, and the center says no again and again.
    await until(() => log.includes(askedForPool));
  } finally {
    await writeFile(at("go"), "");
    await dispatcher.destroy();
    const ended = once(fairway, "exit");
    fairway.kill("SIGKILL");
    await ended;
    process.kill(Number(await readFile(at("intent.pid"), "utf8")));
  }
});
