import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { until } from "../../../lab/until.ts";
import { ApiClient } from "../src/api/client.ts";
import { RunningFairway } from "./running-fairway.ts";

const pool = { AddressSpace: "one", Pool: "10.1.0.0/16", SubPool: "", Options: {}, V6: false };

/** Of the five seconds that `systemctl stop` may take. */
const stopBoundMs = 4_000;

/** A call that waits for the center, when it has arrived: one that was sent later has its answer. */
async function waitingCall(
  fairway: RunningFairway,
): Promise<{ readonly answer: Promise<Record<string, unknown>> }> {
  const answer = fairway.call("IpamDriver.RequestPool", pool);
  await fairway.call("Plugin.Activate", {});
  return { answer };
}

test("X10 Docker is answered before the center serves, and a call that needs it waits for it", async () => {
  await using fairway = await RunningFairway.start({ isCenter: true });
  assert.equal((await fairway.call("NetworkDriver.GetCapabilities", {}))["Scope"], "local");
  // What `systemctl status` and `ps` call it.
  assert.equal(await readFile(`/proc/${fairway.pid}/comm`, "utf8"), "fairway\n");
  const askedForPool = "route=/v1/hosts/:host/pools";
  let isAnswered = false;
  const asked = fairway.call("IpamDriver.RequestPool", pool).finally(() => {
    isAnswered = true;
  });
  asked.catch(() => undefined);
  await fairway.call("NetworkDriver.GetCapabilities", {});
  assert.ok(!isAnswered, "it waits");
  assert.doesNotMatch(fairway.log, /ready/);
  await fairway.letDatabaseStart();
  await until("readiness", () => fairway.log.includes("ready"));
  // There is no Open vSwitch, so the host never registers, and the center says no again and again.
  await until("a question", () => fairway.log.includes(askedForPool));
});

test("O08 a stop does not wait for a database server that does not start", async () => {
  await using fairway = await RunningFairway.start({ isCenter: true });
  const call = await waitingCall(fairway);
  const tookMs = await fairway.stop();
  assert.ok(tookMs < stopBoundMs, `${tookMs} ms\n${fairway.log}`);
  assert.match(String((await call.answer)["Err"]), /^Fairway is being stopped on this machine/);
});

test("O08 a stop does not wait for a center that is away, and Docker's call is answered at once", async () => {
  await using fairway = await RunningFairway.start({ isCenter: false });
  const call = await waitingCall(fairway);
  const tookMs = await fairway.stop();
  assert.ok(tookMs < 1_000, `${tookMs} ms\n${fairway.log}`);
  assert.match(String((await call.answer)["Err"]), /^Fairway is being stopped on this machine/);
});

test("O08 a stop does not wait for a database server that hangs, whoever waits for it", async () => {
  await using fairway = await RunningFairway.start({ isCenter: true });
  await fairway.letDatabaseStart();
  await until("readiness", () => fairway.log.includes("ready"));
  await using api = new ApiClient({ target: `unix:${fairway.at("api.sock")}` });
  await until("a leader", async () => (await api.status()).leader.self);
  await api.registerHost({ host: "host" }, { systemId: "host" });
  process.kill(await fairway.databasePid(), "SIGSTOP");
  const wish = assert.rejects(api.registerHost({ host: "other" }, { systemId: "other" }));
  const call = assert.rejects(
    api.requestPool({ host: "host" }, { space: "one", family: 4, cidr: "10.2.0.0/16" }),
  );
  const docker = await waitingCall(fairway);
  const tookMs = await fairway.stop();
  assert.ok(tookMs < stopBoundMs, `${tookMs} ms\n${fairway.log}`);
  await Promise.all([wish, call]);
  assert.match(String((await docker.answer)["Err"]), /^Fairway is being stopped on this machine/);
});
