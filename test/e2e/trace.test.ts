import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import type { Trace } from "../../packages/fairway/src/center/schemas/trace.ts";
import { addressOf, answers, createNetwork, hasNetwork, startContainer } from "./docker-network.ts";
import { createPort } from "./logical-port.ts";
import { variant } from "./settings.ts";

const outsideAddress = "10.200.0.254";

describe(`where packets go, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, outside: true, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "-o", "name=Office");
    await createNetwork(h1, "red", "--subnet", "10.2.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await startContainer(h1, "shop", "red", "--publish", "8080:80");
    await answers(h1, "web", await addressOf(h2, "db"));
  });
  after(() => lab[Symbol.asyncDispose]());

  const trace = async (host: Host, ...words: readonly string[]) => {
    const { stdout, stderr, code } = await host.run(["fairway", "-o", "json", "trace", ...words], {
      check: false,
    });
    return { code, stderr, ...((stdout === "" ? {} : JSON.parse(stdout)) as Partial<Trace>) };
  };
  const isReached = async (from: string, address: string) =>
    (await h1.run(["docker", "exec", from, "ping", "-c", "1", "-W", "2", address], { check: false })).code ===
    0;

  it("O04 to a container on another host: switch, tunnel, receiver, and packets go there; every host may ask", async () => {
    for (const host of [h1, h2]) {
      const found = await trace(host, "web", "db", "--tcp", "5432");
      assert.equal(found.code, 0, found.stderr);
      assert.equal(found.verdict, "delivered");
      assert.deepEqual(
        found.steps?.map(({ at }) => at),
        ["sender", "switch", "tunnel", "receiver"],
      );
      assert.match(found.steps?.[2]?.does ?? "", /h1 \(10\.200\.0\.1\) to host h2 \(10\.200\.0\.2\)/);
    }
    const text = await h1.sh("fairway trace web db --tcp 5432");
    assert.match(
      text,
      /^TCP to port 5432 from container web \(10\.1\.0\.\d+\) on network blue \(Office\), host h1 to container db/,
    );
    assert.match(text, /Delivered: both are on network blue \(Office\), and nothing drops it\.$/m);
    process.stdout.write(`${text}\n`);
    assert.ok(await isReached("web", await addressOf(h2, "db")));
  });

  it("O04 to another network: the host drops it, as packets find out", async () => {
    const found = await trace(h1, "web", "shop");
    assert.equal(found.code, 1);
    assert.equal(found.verdict, "dropped");
    assert.match(found.reason ?? "", /host h1 drops it: network red has the mode nat/);
    assert.ok(!(await isReached("web", await addressOf(h1, "shop"))));
    const published = await trace(h1, "web", "h1", "--tcp", "8080");
    assert.equal(published.verdict, "delivered");
    assert.match(published.reason ?? "", /leads its port 8080 to port 80 of container shop \(DNAT\)/);
    process.stdout.write(`${(await h1.run(["fairway", "trace", "web", "shop"], { check: false })).stdout}\n`);
  });

  it("O04 R01 to another network of the same router: by the router, near and far, as packets do", async () => {
    await h1.sh("fairway router create r && fairway router attach r blue && fairway router attach r red");
    for (const [host, from, steps] of [
      [h1, "web", ["sender", "switch", "router", "switch", "receiver"]],
      [h2, "db", ["sender", "switch", "router", "switch", "tunnel", "receiver"]],
    ] as const) {
      const shop = await addressOf(h1, "shop");
      await answers(host, from, shop);
      const found = await trace(host, from, "shop");
      assert.deepEqual([found.code, found.verdict], [0, "delivered"], found.stderr);
      assert.equal(found.reason, "networks blue (Office) and red are on one router, and nothing drops it");
      assert.deepEqual(
        found.steps?.map(({ at }) => at),
        steps,
      );
      assert.equal(found.steps?.[2]?.name, "r");
    }
    process.stdout.write(`${await h2.sh("fairway trace db shop")}\n`);
    await h1.sh("fairway router detach r red && fairway router detach r blue && fairway router rm r");
    await until("the ways to be apart", async () => !(await isReached("web", await addressOf(h1, "shop"))));
    assert.equal((await trace(h1, "web", "shop")).verdict, "dropped");
  });

  it("O04 to the outside: by the router and the sender's host, under the host's address", async () => {
    const found = await trace(h2, "db", outsideAddress, "--icmp");
    assert.equal(found.code, 0);
    assert.equal(found.verdict, "leaves");
    assert.match(
      found.reason ?? "",
      /host h2 leads it on by its own routes, under the host's address \(NAT\)/,
    );
    assert.ok(await isReached("web", outsideAddress));
    process.stdout.write(`${await h2.sh(`fairway trace db ${outsideAddress}`)}\n`);
  });

  it("O04 a stopped container has no port: the error says what it had; who was never there is told with the nearest name", async () => {
    await startContainer(h2, "gone", "blue");
    await until("gone to be known by name", async () => (await trace(h1, "web", "gone")).code === 0);
    await h2.docker("stop", "--time", "0", "gone");
    await until("gone to be gone", async () => (await trace(h1, "web", "gone")).code !== 0);
    const { stderr } = await trace(h1, "web", "gone");
    assert.match(
      stderr,
      /container gone does not run: it has no port; it had 10\.1\.0\.\d+ on network blue on host h2 until 2/,
    );
    const unknown = await trace(h1, "web", "dbb");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no endpoint "dbb"; did you mean "db"\?/);
  });

  it("O04 a port that nobody has plugged in is not installed", async () => {
    await createPort(h1, "blue", "vm1");
    const found = await trace(h1, "web", "vm1");
    assert.equal(found.code, 1, found.stderr);
    assert.equal(found.verdict, "not-installed");
    assert.match(found.reason ?? "", /port vm1 is plugged in nowhere/);
  });

  it("R08 what people call a network is shown with its name, finds it, and changes live", async () => {
    assert.match(await h1.sh("fairway network ls"), /^blue \(Office\)/m);
    assert.match(await h2.sh("fairway network show Office"), /called: +Office/);
    await h1.run(["fairway", "network", "update", "blue", "-o", "name=Second floor"]);
    const found = await trace(h1, "web", "db");
    assert.equal(found.from?.network, "blue (Second floor)");
    const shown = JSON.parse(await h1.sh("fairway -o json network show 'Second floor'")) as {
      name: string;
      displayName: string;
    };
    assert.deepEqual([shown.name, shown.displayName], ["blue", "Second floor"]);
  });
});
