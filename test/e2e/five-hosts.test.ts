import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { createNetwork, hasNetwork, removeAll } from "./docker-network.ts";
import { callPlugin, drainPool, usualCallMs } from "./plugin-socket.ts";
import { containersPerHost, variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

interface Running {
  readonly host: Host;
  readonly name: string;
  readonly address: string;
}

describe(`five hosts with one center, ${variant}`, () => {
  let lab: Lab;
  let first: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 5, variant });
    first = lab.host("h1");
    await startFairway(lab);
    clean = await Promise.all(lab.hosts.map(tracesOf));
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await Promise.all(
      lab.hosts.map((host) => host.sh("docker ps --all --quiet | xargs --no-run-if-empty docker rm --force")),
    );
    await removeAll(first, [], ["blue", "red"]);
    for (const [at, host] of lab.hosts.entries()) await becomes(host, clean[at] ?? "");
  });

  /** Made on the first host, and soon on all; its pool. */
  const makeNetwork = async (name: string, cidr: string): Promise<string> => {
    await createNetwork(first, name, "--subnet", cidr);
    for (const host of lab.hosts) await hasNetwork(host, name);
    return JSON.parse(await first.sh(`fairway -o json network show ${name}`)).subnets[0].uuid;
  };

  it("I05 five hosts at once fill a /24 with 253 addresses in under 10 s; the next is refused within 1 s on each", async () => {
    const pool = await makeNetwork("blue", "10.1.0.0/24");
    const usualMs = await usualCallMs(first);
    const drained = await Promise.all(lab.hosts.map((host) => drainPool(host, pool, 1)));
    const addresses = drained.flatMap((one) => one.addresses);
    assert.equal(addresses.length, 253);
    assert.equal(new Set(addresses).size, 253);
    assert.ok(addresses.every((address) => /^10\.1\.0\.\d+\/24$/.test(address)));
    const tookMs = Math.max(...drained.map((one) => one.tookMs));
    assert.ok(tookMs < 10_000 + 253 * usualMs, `${tookMs} ms; any call takes ${usualMs} ms`);
    for (const host of lab.hosts) {
      const begunAt = performance.now();
      const { Error: text } = await callPlugin(host, "IpamDriver.RequestAddress", { PoolID: pool });
      const refusedMs = performance.now() - begunAt;
      assert.ok(refusedMs < 1_000 + 5 * usualMs, `${refusedMs} ms; any call takes ${usualMs} ms`);
      assert.match(String(text), /subnet 10\.1\.0\.0\/24 of network blue has no free address/);
    }
  });

  it(`I05 ${containersPerHost} containers at once on each of five hosts: each runs, none shares an address, all hosts reach each other's`, async () => {
    await makeNetwork("red", "10.2.0.0/24");
    await Promise.all(lab.hosts.map((host) => startContainers(host, "red")));
    const running = (await Promise.all(lab.hosts.map(containersOf))).flat();
    assert.equal(running.length, 5 * containersPerHost);
    assert.equal(new Set(running.map(({ address }) => address)).size, running.length);
    const silent = await Promise.all(
      running.map((from, at) => unreachable(from, peersOf(from, at, running))),
    );
    assert.deepEqual(silent.flat(), []);
  });
});

/** All at once, as far as the engine lets them. */
async function startContainers(host: Host, network: string): Promise<void> {
  const run = `docker run --detach --network ${network} --name ${host.name}-c$at ${busyboxImage} sleep 100000`;
  await host.sh(
    `for at in $(seq ${containersPerHost}); do ${run} >/dev/null || echo failed >>/tmp/failed & done; wait; ! [ -e /tmp/failed ]`,
    { timeoutMs: 600_000 },
  );
}

async function containersOf(host: Host): Promise<Running[]> {
  const template = "{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const listed = await host.sh(`docker ps --quiet | xargs docker inspect --format '${template}'`);
  return listed.split("\n").map((line) => {
    const [name = "", address = ""] = line.slice(1).split(" ");
    return { host, name, address };
  });
}

/** One container on each other host; another one for each `at`. */
function peersOf(from: Running, at: number, all: readonly Running[]): Running[] {
  return [...Map.groupBy(all, ({ host }) => host)].flatMap(([host, there]) =>
    host === from.host ? [] : (there[at % there.length] ?? []),
  );
}

/** Those of the peers that do not answer. */
async function unreachable(from: Running, peers: readonly Running[]): Promise<string[]> {
  const pings = peers.map(({ address }) => `ping -c 3 -W 10 ${address} >/dev/null || echo ${address}`);
  const silent = await from.host.docker("exec", from.name, "sh", "-c", pings.join("; "));
  return silent === "" ? [] : silent.split("\n").map((address) => `${from.name} to ${address}`);
}
