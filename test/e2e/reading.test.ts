import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { configure, leavePlainSouthbound } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, startContainer } from "./docker-network.ts";
import { wordsOf } from "./joining.ts";
import { variant } from "./settings.ts";

describe(`what a host of the cluster shows, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ variant, hosts: [{ name: "h1", center: true }, { name: "h2" }] });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    for (const host of lab.hosts) await configure(host, {});
    await leavePlainSouthbound(h2);
    const init = await h1.sh(`fairway init --address ${h1.address}`);
    await h2.run(["fairway", ...wordsOf(init)]);
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    await until(
      "the mirror",
      async () => (await h2.sh("docker network ls --quiet --filter name=blue")) !== "",
    );
    await startContainer(h2, "db", "blue");
  });
  after(() => lab?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    for (const host of [h1, h2]) await host.daemon("fairway").start();
    await h1.sh("fairway status --wait=50s");
  });

  it("O02 what shows the cluster prints on a host what it prints on the center", async () => {
    await until("names", async () => /db/.test(await h1.sh("fairway endpoint ls")));
    for (const line of [
      "network ls",
      "network show blue",
      "endpoint ls",
      "endpoint show db",
      "container ls --network blue",
      "port ls",
      "host show h1 -o json | grep system",
      "version",
    ])
      assert.equal(await h2.sh(`fairway ${line}`), await h1.sh(`fairway ${line}`), line);
    assert.match(await h2.sh("fairway host ls"), /^h1 +up .*\n.*h2 +up /m);
    for (const line of ["token ls", "network rm blue", "network keep blue", "host rm h1"])
      assert.match(
        (await h2.run(["fairway", ...line.split(" ")], { check: false })).stderr,
        /only the center may do this/,
        line,
      );
  });

  it("O02 fairway version names what runs on the center and on every host", async () => {
    const own = await h2.sh("fairway --version");
    const { client, center, hosts } = JSON.parse(await h2.sh("fairway version -o json"));
    assert.deepEqual([client, center], [own, own]);
    assert.deepEqual(hosts, [
      { name: "h1", version: own },
      { name: "h2", version: own },
    ]);
  });

  it("O02 a host that dies is named on every host, status fails and waits until it is back", async () => {
    assert.match(await h2.sh("fairway status"), /^All is well\.\n/);
    await h2.daemon("fairway").kill();
    await until(
      "the verdict",
      async () => (await h1.run(["fairway", "status"], { check: false })).code === 1,
    );
    const { stdout } = await h1.run(["fairway", "status"], { check: false });
    assert.match(stdout, /^fail {2}host h2: down since .*; 1 endpoint is there$/m);
    assert.match(stdout, /^h2 +down for .*\nh1 +up /m);
    const late = await h2.run(["fairway", "status", "--wait=1s"], { check: false });
    assert.equal(late.code, 1);
    assert.match(late.stdout, /^Not well: 1 failure\.$/m);
    const waiting = h1.run(["fairway", "status", "--wait=50s"]);
    await h2.daemon("fairway").start();
    assert.match((await waiting).stdout, /^All is well\.\n/);
  });

  it("O02 a center that is away is said within seconds on every host, and waited for", async () => {
    await h1.daemon("fairway").kill();
    const begun = performance.now();
    const { code, stderr } = await h2.run(["fairway", "status"], { check: false });
    assert.equal(code, 1);
    assert.match(stderr, /the center at https:\S+ does not answer.*; run "fairway doctor" here and there/);
    assert.ok(performance.now() - begun < 15_000);
    const waiting = h2.run(["fairway", "status", "--wait=50s"]);
    await h1.daemon("fairway").start();
    assert.match((await waiting).stdout, /^leader: +h1, epoch \d+$/m);
  });

  it("M03 fairway network keep cancels a removal, and the network goes on everywhere", async () => {
    assert.match(await h1.sh("fairway network rm blue"), /still used by db on h2, web on h1/);
    assert.equal(await h1.sh("fairway network keep blue"), "blue: stays");
    await h1.sh("docker rm --force web");
    await h2.sh("docker rm --force db");
    await startContainer(h2, "again", "blue");
    assert.match(await h1.sh("fairway network show blue"), /^status: +ok$/m);
    await h2.sh("docker rm --force again");
    await h1.sh("fairway network rm blue");
    await until("its end", async () => (await h2.sh("fairway network ls -o json")) === "[]");
  });
});
