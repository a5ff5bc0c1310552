import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { callPlugin, drainPool, usualCallMs } from "./plugin-socket.ts";
import { variant } from "./settings.ts";

const containers = ["c0", "c1"];
const networks = ["blue"];

describe(`addresses of two hosts, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    // Each engine alone: what joins does so by the network's name.
    await startFairway(lab, { docker: { mirror: false } });
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h2, h1]) await removeAll(host, containers, networks);
  });

  const createBlue = async () => {
    await h1.docker("network", "create", "--driver", "fairway", "--subnet", "10.1.0.0/24", "blue");
    await until("the network's name to be known", async () => {
      const { code } = await h1.run(["fairway", "network", "show", "blue"], { check: false });
      return code === 0;
    });
    await startContainer(h1, "c0", "blue");
  };
  const knownOnH1 = () =>
    until("the container's name to be known", async () => {
      const { code } = await h1.run(["fairway", "endpoint", "show", "c0"], { check: false });
      return code === 0;
    });
  const pingsAcross = (address: string) =>
    until(`an answer from ${address}`, () => ping(h2, "c1", address).catch(() => false));

  it("I05 five clients at once fill a /24 with 253 addresses in under 10 s; the next is refused within 1 s", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    const shown = await until("the network's name to be known", async () => {
      const { code, stdout } = await h1.run(["fairway", "network", "show", "blue", "-o", "json"], {
        check: false,
      });
      return code === 0 && stdout;
    });
    const pool = JSON.parse(shown).subnets[0].uuid;
    const usualMs = await usualCallMs(h1);
    const { addresses, refusals, tookMs } = await drainPool(h1, pool, 5);
    assert.equal(addresses.length, 253);
    assert.equal(new Set(addresses).size, 253);
    assert.ok(addresses.every((address) => /^10\.1\.0\.\d+\/24$/.test(address)));
    assert.equal(refusals.length, 5);
    assert.ok(tookMs < 10_000 + 253 * usualMs, `${tookMs} ms; any call takes ${usualMs} ms`);
    const begunAt = performance.now();
    const { Error: text } = await callPlugin(h1, "IpamDriver.RequestAddress", { PoolID: pool });
    const refusedMs = performance.now() - begunAt;
    assert.ok(refusedMs < 1_000 + 5 * usualMs, `${refusedMs} ms; any call takes ${usualMs} ms`);
    assert.match(String(text), /subnet 10\.1\.0\.0\/24 of network blue has no free address: 254 are in use/);
  });

  it("D16 with Docker's own IPAM on both hosts an address that the other has is refused, naming its holder", async () => {
    await createBlue();
    await knownOnH1();
    const join = ["--driver", "fairway", "--subnet", "10.1.0.0/24", "--opt", "network=blue"];
    await h2.docker("network", "create", ...join, "blue");
    const taken = await addressOf(h1, "c0");
    await assert.rejects(
      startContainer(h2, "c1", "blue", "--ip", taken),
      /10\.1\.0\.2 is already in use by container c0 on host h1/,
    );
    await h2.docker("rm", "--force", "c1");
    await startContainer(h2, "c1", "blue", "--ip", "10.1.0.9");
    await pingsAcross(taken);
  });

  it("D16 a host that joins with our IPAM takes from the far end of what Docker's hands out", async () => {
    await createBlue();
    const join = ["--subnet", "10.1.0.0/24", "--opt", "network=blue", "--ipam-opt", "network=blue"];
    await createNetwork(h2, "blue", ...join);
    await startContainer(h2, "c1", "blue");
    assert.equal(await addressOf(h2, "c1"), "10.1.0.254");
    await pingsAcross(await addressOf(h1, "c0"));
  });
});
