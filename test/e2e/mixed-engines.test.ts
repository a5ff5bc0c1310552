import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import type { Variant } from "../../lab/trees/tree.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  networksGone,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";

const nameServer = "169.254.53.53";

/** The center is the oldest: OVN's hosts may be of a later release than its center, not of an earlier one. */
const kinds = [...new Set<Variant>(["debian12", "debian13", "docker28", variant])];

async function startHosts(kinds: readonly Variant[]): Promise<Lab> {
  await using stack = new AsyncDisposableStack();
  const hosts = kinds.map((kind, at) => ({ name: `h${at + 1}`, variant: kind, center: at === 0 }));
  const lab = stack.use(await Lab.start({ hosts }));
  await startFairway(lab);
  stack.move();
  return lab;
}

describe(`hosts of ${kinds.join(", ")} in one cluster`, () => {
  let lab: Lab;
  let hosts: readonly Host[];

  before(async () => {
    lab = await startHosts(kinds);
    hosts = lab.hosts;
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of hosts)
      await removeAll(host, ["web", "db", ...hosts.map(({ name }) => `on-${name}`)], []);
    await removeNetworks(lab.host("h1"), "blue");
  });

  const goneFromAll = async (network: string) => {
    await networksGone(lab.host("h1"), network);
    for (const host of hosts)
      assert.equal(await host.sh(`docker network ls -q --filter name=^${network}$`), "");
  };

  it("M13 a network made on any engine is on all; their containers reach each other by address and by name; it goes from all", async () => {
    for (const [at, origin] of hosts.entries()) {
      const subnets = ["--subnet", `10.${at}.0.0/24`, "--ipv6", "--subnet", `fd00:${at}::/64`];
      await createNetwork(origin, "blue", ...subnets);
      const addresses = new Map<string, string>();
      for (const host of hosts) {
        await hasNetwork(host, "blue");
        await startContainer(host, `on-${host.name}`, "blue", "--dns", nameServer);
        addresses.set(`on-${host.name}`, await addressOf(host, `on-${host.name}`));
      }
      assert.equal(new Set(addresses.values()).size, hosts.length);
      for (const host of hosts)
        for (const [name, address] of addresses) {
          await ping(host, `on-${host.name}`, address);
          await until(`an answer from ${name} to ${host.name}`, () =>
            ping(host, `on-${host.name}`, name).then(
              () => true,
              () => false,
            ),
          );
        }
      for (const host of hosts) await removeAll(host, [`on-${host.name}`], []);
      await removeAll(origin, [], ["blue"]);
      await goneFromAll("blue");
    }
  });

  it("M06 M13 an address that a container of another host has is refused, and the refusal says whose it is", async () => {
    const [h1, ...others] = hosts as [Host, ...Host[]];
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    for (const host of hosts) await hasNetwork(host, "blue");
    await startContainer(h1, "web", "blue", "--ip", "10.1.0.77");
    await until("the container's name to be known", async () => {
      const { code } = await h1.run(["fairway", "endpoint", "show", "web"], { check: false });
      return code === 0;
    });
    for (const host of others) {
      await assert.rejects(
        startContainer(host, "db", "blue", "--ip", "10.1.0.77"),
        /10\.1\.0\.77 is already in use by container web on host h1/,
      );
      await removeAll(host, ["db"], []);
    }
    await removeAll(h1, ["web"], []);
    const [h2] = others as [Host];
    await startContainer(h2, "db", "blue", "--ip", "10.1.0.77");
    assert.equal(await addressOf(h2, "db"), "10.1.0.77");
    await removeAll(h2, ["db"], []);
    await removeAll(h1, [], ["blue"]);
    await goneFromAll("blue");
  });
});

describe("a host whose OVN is older than the center's", () => {
  it("M13 O03 doctor says so there, and what mends it", async () => {
    await using lab = await startHosts(["debian13", "debian12"]);
    const [center, older] = lab.hosts as [Host, Host];
    const troubles = async (host: Host) => (await host.run(["fairway", "doctor"], { check: false })).stdout;
    assert.match(
      await troubles(older),
      /^warn +ovn-controller +version 23\.03\.\d is older than the center's 25\.03\.\d: .*\n.*upgrade ovn-host on this machine to 25\.03/m,
    );
    assert.match(await troubles(center), /^ok +ovn-controller +version 25\.03/m);
    assert.match(await center.sh("fairway status --wait"), /^ovn: +25\.03\.\d$/m);
  });
});
