import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, ping, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { tracesOf } from "./traces.ts";

describe(`two hosts with one center, ${variant}`, { timeout: 300_000 }, () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());

  it("containers on two hosts ping each other on a network that the second host joins by name", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const clean = [await tracesOf(h1), await tracesOf(h2)];
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await until("the network's name to be known", async () => {
      const { code } = await h1.run(["fairway", "network", "show", "blue"], { check: false });
      return code === 0;
    });
    await createNetwork(
      h2,
      "blue",
      "--subnet",
      "10.1.0.0/24",
      "--ipam-opt",
      "network=blue",
      "--opt",
      "network=blue",
    );
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    assert.notEqual(web, db);
    await until("the first answer", async () => (await ping(h1, "web", db).catch(() => "")) !== "");
    await ping(h2, "db", web);
    for (const [host, container] of [
      [h1, "web"],
      [h2, "db"],
    ] as const) {
      await host.docker("rm", "--force", container);
      await host.docker("network", "rm", "blue");
    }
    await until(
      "all traces to be gone",
      async () => (await tracesOf(h1)) === clean[0] && (await tracesOf(h2)) === clean[1],
    );
  });
});
