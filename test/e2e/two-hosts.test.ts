import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { tracesOf } from "./traces.ts";

describe(`two hosts with one center, ${variant}`, () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());

  it("containers on two hosts ping each other on a network that was made on one of them", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const clean = [await tracesOf(h1), await tracesOf(h2)];
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    assert.notEqual(web, db);
    await until("the first answer", async () => (await ping(h1, "web", db).catch(() => "")) !== "");
    await ping(h2, "db", web);
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web"], ["blue"]);
    await until(
      "all traces to be gone",
      async () => (await tracesOf(h1)) === clean[0] && (await tracesOf(h2)) === clean[1],
    );
  });
});
