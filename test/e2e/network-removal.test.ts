import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, startContainer } from "./docker-network.ts";
import { ThreeEngines } from "./three-engines.ts";

describe("a network that is removed, on Docker 20.10, 26 and 28", () => {
  let cluster: ThreeEngines;
  let hosts: ThreeEngines["hosts"];
  let h1: Host;
  let h2: Host;
  let h3: Host;

  before(async () => {
    cluster = await ThreeEngines.start();
    hosts = cluster.hosts;
    [h1, h2, h3] = hosts;
  });
  after(() => cluster[Symbol.asyncDispose]());
  afterEach(() => cluster.clear());

  it("M03 a mirror that was removed or pruned comes back; the others and the origin do not notice", async () => {
    await createNetwork(h1, "blue");
    await cluster.appears("blue", h2, h3);
    const others = [(await cluster.inspect(h1, "blue"))?.Id, (await cluster.inspect(h3, "blue"))?.Id];
    for (const command of ["docker network rm blue", "docker network prune --force"]) {
      const before = (await cluster.inspect(h2, "blue"))?.Id;
      await h2.sh(command);
      assert.equal(await cluster.has(h2, "blue"), false, command);
      await cluster.appears("blue", h2);
      assert.notEqual((await cluster.inspect(h2, "blue"))?.Id, before);
    }
    assert.deepEqual(
      [(await cluster.inspect(h1, "blue"))?.Id, (await cluster.inspect(h3, "blue"))?.Id],
      others,
    );
    await startContainer(h2, "web", "blue");
    await assert.rejects(h2.docker("network", "rm", "blue"), /active endpoints/);
  });

  it("M03 its own engine's removal waits for the last container anywhere, running or stopped", async () => {
    await createNetwork(h1, "blue");
    await cluster.appears("blue", h2, h3);
    await startContainer(h2, "web", "blue");
    await h3.docker("create", "--name", "never-started", "--network", "blue", busyboxImage, "true");
    await h1.docker("network", "rm", "blue");
    const removal = async () => await cluster.statusOf("blue", "removal");
    await until(
      "who uses it still",
      async () => (await removal()) === "being removed; still used by never-started on h3, web on h2",
    );
    assert.match(await h1.sh("fairway network ls"), /^blue .* removal: being removed; still used by /m);
    // It goes on: containers restart and start.
    await h2.docker("restart", "--time", "0", "web");
    await startContainer(h3, "db", "blue");
    const web = await addressOf(h2, "web");
    await cluster.reaches(h3, "db", web);
    await h3.docker("rm", "--force", "db", "never-started");
    await h2.docker("stop", "--time", "0", "web");
    await until("only the stopped one to be left", async () => (await removal()).endsWith("by web on h2"));
    assert.deepEqual(
      [await cluster.has(h1, "blue"), await cluster.has(h2, "blue"), await cluster.has(h3, "blue")],
      [false, true, true],
    );
    await h2.docker("start", "web");
    await h2.docker("rm", "--force", "web");
    await cluster.goes("blue", h2, h3);
    await until("the network to be gone", async () => (await cluster.networks()).length === 0);
  });

  it("M03 what is made again in the same words while it is being removed stays, and so does what is joined", async () => {
    const join = ["--ipam-opt", "network=blue", "-o", "network=blue"];
    for (const flags of [[], join]) {
      await createNetwork(h1, "blue");
      await cluster.appears("blue", h2, h3);
      const mirrors = [(await cluster.inspect(h2, "blue"))?.Id, (await cluster.inspect(h3, "blue"))?.Id];
      await startContainer(h2, "web", "blue");
      await h1.docker("network", "rm", "blue");
      await until("the removal", async () => (await cluster.statusOf("blue", "removal")) !== "");
      await createNetwork(h1, "blue", ...flags);
      await until(
        "the removal to be cancelled",
        async () => (await cluster.statusOf("blue", "removal")) === "",
      );
      await startContainer(h1, "db", "blue");
      const db = await addressOf(h1, "db");
      assert.notEqual(db, await addressOf(h2, "web"), "one network, whose addresses differ");
      await cluster.reaches(h2, "web", db);
      assert.deepEqual(
        (await cluster.networks()).map(({ name }) => name),
        ["blue"],
      );
      await h2.docker("rm", "--force", "web");
      assert.deepEqual(
        [(await cluster.inspect(h2, "blue"))?.Id, (await cluster.inspect(h3, "blue"))?.Id],
        mirrors,
      );
      await h1.docker("rm", "--force", "db");
      await h1.docker("network", "rm", "blue");
      await cluster.goes("blue", h2, h3);
      await until("the network to be gone", async () => (await cluster.networks()).length === 0);
    }
  });

  it("M03 fairway network rm removes it from every engine, its own included", async () => {
    await createNetwork(h2, "blue");
    await cluster.appears("blue", h1, h3);
    await startContainer(h2, "web", "blue");
    assert.match(await h1.sh("fairway network rm blue"), /^blue: being removed; still used by /);
    await until(
      "its user",
      async () => (await cluster.statusOf("blue", "removal")) === "being removed; still used by web on h2",
    );
    await h2.docker("rm", "--force", "web");
    await cluster.goes("blue", ...hosts);
  });
});
