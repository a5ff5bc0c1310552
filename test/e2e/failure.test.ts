import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { makeForgottenEndpoint } from "./forgotten-endpoint.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";

/** Docker tries a plugin that is down again after 1, 2, 4 and 8 s. */
const dockersPatienceMs = 15_000;

describe(`what fails and what goes on, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { addresses: { reservation: 30 } });
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    await until("the containers' names to be known", async () => {
      const words = (name: string) => ["fairway", "endpoint", "show", name];
      const shown = await Promise.all(["web", "db"].map((name) => h1.run(words(name), { check: false })));
      return shown.every(({ code }) => code === 0);
    });
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await h1.daemon("fairway").start();
    await removeAll(h1, ["victim"], []);
  });

  const run = ["docker", "run", "--rm", "--name", "victim", "--network", "blue", busyboxImage, "true"];
  const meets = async () => ping(h1, "db", await addressOf(h1, "web"));

  it("X02 with the plugin down a start fails in bounded time and says so; it works when the plugin is back", async () => {
    await h1.daemon("fairway").kill();
    const begunAt = performance.now();
    const { code, stderr } = await h1.run(run, { check: false });
    const tookMs = performance.now() - begunAt;
    assert.notEqual(code, 0);
    assert.match(stderr, /fairway/);
    assert.ok(tookMs < 2 * dockersPatienceMs, `it took ${tookMs} ms`);
    await h1.daemon("fairway").start();
    await removeAll(h1, ["victim"], []);
    await h1.run(run);
    await becomes(h1, clean);
  });

  it("X02 a start goes on when the plugin comes back while Docker tries again", async () => {
    await h1.daemon("fairway").kill();
    const retries = () => h1.sh("grep -c 'fairway.sock.*retrying' /var/log/dockerd.log || true");
    const before = await retries();
    const started = h1.run(run);
    await until("Docker to try", async () => (await retries()) !== before);
    await h1.daemon("fairway").start();
    await started;
    await becomes(h1, clean);
  });

  it("X01 running traffic is unbroken while Fairway is stopped, killed and started", async () => {
    await using traffic = await Traffic.start(h1, "web", await addressOf(h1, "db"));
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await h1.daemon("fairway").kill(signal);
      await h1.daemon("fairway").start();
      await h1.run(run);
    }
    const { answers } = traffic;
    await until("more answers", () => traffic.answers > answers + 10);
    assert.deepEqual(await traffic.interruptions(), []);
    await becomes(h1, clean);
  });

  it("X06 a port that somebody deletes from Open vSwitch or from Northbound is made again, and traffic comes back", async () => {
    const { uuid } = JSON.parse(await h1.sh("fairway endpoint show web -o json"));
    const port = await h1.sh(`ovs-vsctl --bare --columns=name find Interface external_ids:iface-id=${uuid}`);
    await h1.sh(`ovs-vsctl del-port br-int ${port}`);
    await until("traffic", async () => (await meets().catch(() => "")) !== "");
    assert.equal(await tracesOf(h1), clean);
    await h1.sh(`ovn-nbctl lsp-del ${uuid}`);
    await until("the logical port", async () => (await tracesOf(h1)) === clean);
    await until("traffic", async () => (await meets().catch(() => "")) !== "");
  });

  const resumes = async (kill: () => Promise<void>) => {
    await using traffic = await Traffic.start(h1, "web", await addressOf(h1, "db"));
    await kill();
    await h1.run(run);
    assert.deepEqual(await traffic.interruptions(), []);
    await becomes(h1, clean);
  };

  it("X04 the intent's database server is killed under a running Fairway: traffic is unbroken, then creates resume", () =>
    resumes(async () => {
      await h1.sh("kill -9 $(cat /run/fairway/intent.pid)");
    }));

  it("X04 OVN Northbound's server is killed and started: traffic is unbroken, then creates resume", () =>
    resumes(async () => {
      await h1.daemon("ovnnb").kill();
      await h1.daemon("ovnnb").start();
    }));

  it("X04 an endpoint of a running container that the center has lost is claimed as it was, and traffic comes back", async () => {
    const before = JSON.parse(await h1.sh("fairway endpoint show web -o json"));
    const among = (table: string, column: string) =>
      `{"op":"delete","table":"${table}","where":[["${column}","==",["uuid","${before.uuid}"]]]}`;
    const lose = `["Fairway",${among("Address", "endpoint")},${among("Docker_Endpoint", "endpoint")},${among("Endpoint", "_uuid")}]`;
    await h1.sh(`ovsdb-client transact unix:/run/fairway/intent.sock '${lose}'`);
    const shown = async () =>
      (await h1.run(["fairway", "endpoint", "show", "web", "-o", "json"], { check: false })).stdout;
    assert.equal(await shown(), "");
    const after = await until("the claim", async () => (await shown()) !== "" && JSON.parse(await shown()), {
      timeoutMs: 60_000,
      everyMs: 200,
    });
    for (const key of ["uuid", "mac", "addresses", "names", "engine"])
      assert.deepEqual(after[key], before[key], key);
    await until("traffic", async () => (await meets().catch(() => "")) !== "");
    // The address is the same, and its row another.
    const unnamed = (traces: string) => traces.replaceAll(/^Address .*$/gm, "Address");
    await until("the traces of before", async () => unnamed(await tracesOf(h1)) === unnamed(clean));
    clean = await tracesOf(h1);
  });

  it("O05 what an engine has forgotten goes by itself, with port, link and address", async () => {
    await makeForgottenEndpoint(h1, "blue", "10.1.77.1/16");
    assert.notEqual(await tracesOf(h1), clean);
    await becomes(h1, clean);
  });

  it("O05 cleanup without Fairway removes ports and links that no container has, and nothing else", async () => {
    await makeForgottenEndpoint(h1, "blue", "10.1.77.2/16");
    await h1.daemon("fairway").kill();
    const dry = await h1.run(["fairway", "cleanup", "--dry-run"]);
    assert.match(dry.stderr, /only ports and links that no container has .*\n.*looking again in 10 s/s);
    assert.match(dry.stdout, /^port +fw\w+ +its link is in no container +would be removed$/m);
    const { stdout } = await h1.run(["fairway", "cleanup"]);
    assert.match(stdout, /^port +fw\w+ +its link is in no container +removed$/m);
    assert.equal(stdout.trim().split("\n").length, 2, stdout);
    await meets();
    await h1.daemon("fairway").start();
    await becomes(h1, clean);
  });
});
