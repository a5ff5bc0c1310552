import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, removeAll, startContainer } from "./docker-network.ts";
import { allowFailpoints, arm } from "./failpoint.ts";
import { rounds, variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";

describe(`Fairway killed after each step of a start, ${variant}`, { timeout: 3_000_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let empty: string;
  let clean: string;
  let traffic: Traffic;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { addresses: { reservation: 30 } });
    await allowFailpoints(h1);
    empty = await tracesOf(h1);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    clean = await tracesOf(h1);
    traffic = await Traffic.start(h1, "web", await addressOf(h1, "db"));
  });
  after(async () => {
    await traffic?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  /** Does something while Fairway dies by an armed failpoint and comes back. */
  async function dying(failpoint: string, ...command: string[]): Promise<void> {
    await arm(h1, failpoint);
    const victim = h1.run(command, { check: false });
    const fairway = h1.daemon("fairway");
    await until("the failpoint to strike", () => !fairway.isRunning, { everyMs: 5 });
    await fairway.start();
    await victim;
  }

  it(`X01 killed right after each step, ${rounds} times: the next start works, nothing half-made is left, and running traffic is unbroken`, async (t) => {
    const run = ["docker", "run", "--rm", "--name", "victim", "--network", "blue", busyboxImage, "true"];
    for (const step of ["address", "endpoint", "link", "port", "answer"])
      await t.test(`X01 killed right after the ${step}: the next docker run works`, async () => {
        for (let round = 0; round < rounds; round++) {
          await dying(`${step}:kill`, ...run);
          await h1.run(["docker", "rm", "--force", "victim"], { check: false });
          await h1.run(run);
        }
      });
    await t.test("X01 killed right after the network: the next docker network create works", async () => {
      const create = "docker network create --driver fairway --ipam-driver fairway red".split(" ");
      await dying("network:kill", ...create);
      await h1.run(["docker", "network", "rm", "red"], { check: false });
      await h1.run(create);
      await h1.docker("network", "rm", "red");
    });
    await becomes(h1, clean);
    const { answers } = traffic;
    await until("more answers", () => traffic.answers > answers + 10);
    assert.deepEqual(await traffic.interruptions(), []);
    await removeAll(h1, ["web", "db"], ["blue"]);
    await becomes(h1, empty);
  });
});
