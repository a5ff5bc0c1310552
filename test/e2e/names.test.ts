import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { createNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";

describe(`names, ${variant}`, { timeout: 400_000 }, () => {
  let lab: Lab;
  let h1: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h1, ["web", "db"], ["blue"]);
  });

  it("D01 containers of one engine ping each other by name", async () => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    await ping(h1, "db", "web");
    await ping(h1, "web", "db");
  });
});
