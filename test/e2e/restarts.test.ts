import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, inspect, ping, removeAll, startContainer } from "./docker-network.ts";
import { cycles, variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const workers = 4;

describe(`restarts and removals, ${variant}`, { timeout: 1_200_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let empty: string;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { addresses: { reservation: 30 } });
    empty = await tracesOf(h1);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/16");
    await startContainer(h1, "db", "blue");
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());

  const endpointOf = (name: string) =>
    inspect(h1, name, "{{range .NetworkSettings.Networks}}{{.EndpointID}}{{end}}");
  const start = (name: string, ...flags: string[]) =>
    startContainer(h1, name, "blue", "--stop-timeout", "1", ...flags);
  const killProcess = async (name: string) => h1.sh(`kill -9 ${await inspect(h1, name, "{{.State.Pid}}")}`);
  const remove = (name: string) => h1.run(["docker", "rm", "--force", name], { check: false });

  it("D10 a restarted container has a new endpoint, and it works", async () => {
    await start("web");
    const first = await endpointOf("web");
    await h1.docker("restart", "web");
    assert.notEqual(await endpointOf("web"), first);
    await ping(h1, "db", await addressOf(h1, "web"));
    await remove("web");
    await becomes(h1, clean);
  });

  it("D10 a container whose process is killed comes back by its restart policy, with a new endpoint that works", async () => {
    await start("web", "--restart", "always");
    const first = await endpointOf("web");
    await killProcess("web");
    await until("another endpoint", async () => {
      const [running, endpoint] = [await inspect(h1, "web", "{{.State.Running}}"), await endpointOf("web")];
      return running === "true" && endpoint !== "" && endpoint !== first;
    });
    await ping(h1, "db", await addressOf(h1, "web"));
    await remove("web");
    await becomes(h1, clean);
  });

  it(`D10 ${cycles} cycles of run, kill, removal in mid-start and restart leave nothing`, async () => {
    const run = (name: string) => [
      "docker",
      "run",
      "--rm",
      "--name",
      name,
      "--network",
      "blue",
      busyboxImage,
      "true",
    ];
    const kinds: readonly ((name: string) => Promise<unknown>)[] = [
      (name) => h1.run(run(name)),
      async (name) => {
        await start(name);
        await killProcess(name);
      },
      async (name) => {
        const started = start(name).catch(() => undefined);
        await until("the container to be there", async () => (await remove(name)).code === 0, { everyMs: 1 });
        await started;
      },
      async (name) => {
        await start(name);
        await h1.docker("kill", name);
        await h1.docker("start", name);
      },
    ];
    let next = 0;
    const work = async () => {
      for (let cycle = next++; cycle < cycles; cycle = next++) {
        const name = `cycle${cycle}`;
        await kinds[cycle % kinds.length]?.(name);
        await remove(name);
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    await becomes(h1, clean);
    await removeAll(h1, ["db"], ["blue"]);
    await becomes(h1, empty);
  });
});
