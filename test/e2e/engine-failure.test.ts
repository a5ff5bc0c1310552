import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, inspect, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";

describe(`the engine or the host dies, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let empty: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { addresses: { reservation: 30 } });
    empty = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());

  const isRunning = async (name: string) =>
    (
      await h1.run(["docker", "inspect", "--format", "{{.State.Running}}", name], { check: false })
    ).stdout.trim() === "true";
  /** Kills the daemon; a `sleep` is no burden for its next start. */
  const start = (name: string, ...flags: string[]) =>
    startContainer(h1, name, "blue", "--stop-timeout", "1", ...flags);
  const meet = async () => {
    await ping(h1, "db", await addressOf(h1, "web"));
    await h1.docker("run", "--rm", "--network", "blue", busyboxImage, "true");
  };
  /** Stops and removes all; what failures left must go by itself. */
  const leaveNothing = async () => {
    await removeAll(h1, ["web", "db", "once"], ["blue"]);
    await becomes(h1, empty);
  };
  /** What belongs to the containers that run, by number: ids change with every start. */
  const counts = async () => {
    const traces = await tracesOf(h1);
    const count = (pattern: RegExp) => traces.match(pattern)?.length ?? 0;
    return {
      endpoints: count(/^Endpoint /gm),
      addresses: count(/^Address /gm),
      links: count(/^ *fw/gm),
      namespaces: count(/docker\/netns/g),
    };
  };
  /** Waits until there is as much as before; the error shows what there is instead. */
  const countsBecome = async (before: Awaited<ReturnType<typeof counts>>) => {
    const goal = async () => isSame(await counts(), before);
    const isReached = await until("the counts of before", goal, { timeoutMs: 120_000 }).catch(() => false);
    if (!isReached) assert.deepEqual(await counts(), before, await tracesOf(h1));
  };

  it("X03 dockerd is killed: what should run runs again, and nothing leaks", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    for (const name of ["web", "db"]) await start(name, "--restart", "always");
    const before = await counts();
    await start("once");
    await h1.daemon("dockerd").kill();
    await h1.daemon("dockerd").start();
    await until("web and db to run", async () => (await isRunning("web")) && (await isRunning("db")));
    assert.equal(await isRunning("once"), false);
    await meet();
    await countsBecome(before);
    await leaveNothing();
  });

  it("X03 with live-restore dockerd is killed: traffic is unbroken, and who died meanwhile leaves nothing", async () => {
    await h1.sh(`mkdir -p /etc/docker; echo '{"live-restore": true}' >/etc/docker/daemon.json`);
    await h1.daemon("dockerd").stop();
    await h1.daemon("dockerd").start();
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    for (const name of ["web", "db"]) await start(name);
    const clean = await tracesOf(h1);
    await start("once");
    const once = await inspect(h1, "once", "{{.State.Pid}}");
    await using traffic = await Traffic.start(h1, "web", await addressOf(h1, "db"));
    await h1.daemon("dockerd").kill();
    await h1.sh(`kill -9 ${once}`);
    await h1.daemon("dockerd").start();
    await meet();
    assert.deepEqual(await traffic.interruptions(), []);
    await becomes(h1, clean);
    await h1.sh("rm /etc/docker/daemon.json");
    await leaveNothing();
    await h1.daemon("dockerd").stop();
    await h1.daemon("dockerd").start();
  });

  it("X03 the host is switched off and on: what should run runs again, and nothing leaks", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    for (const name of ["web", "db"]) await start(name, "--restart", "always");
    const before = await counts();
    await start("once");
    await h1.powerOff();
    await h1.powerOn();
    await until("web and db to run", async () => (await isRunning("web")) && (await isRunning("db")));
    assert.equal(await isRunning("once"), false);
    await meet();
    await countsBecome(before);
    await leaveNothing();
  });

  it("X03 a network that was removed while Fairway was down is forgotten", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    await h1.daemon("fairway").kill();
    // Docker asks for every address and pool in vain, and forgets the network.
    await h1.run(["docker", "network", "rm", "blue"], { check: false, timeoutMs: 120_000 });
    await h1.daemon("fairway").start();
    await becomes(h1, empty);
  });
});

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
