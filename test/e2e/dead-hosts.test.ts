import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { addressOf, removeAll, startContainer } from "./docker-network.ts";
import { doctorSays } from "./doctor-says.ts";
import { meets, startThreeHosts, type ThreeHosts } from "./three-hosts.ts";
import { Traffic } from "./traffic.ts";

const graceMs = 10_000;
/** A host that is not heard for so long is down. */
const silenceMs = 15_000;
const partitionMs = 60_000;
const containers = ["web", "db", "cache", "taker"];

interface ShownEndpoint {
  readonly addresses: readonly string[];
  readonly host: string;
  readonly engine: { readonly containerName: string | null };
  readonly status: Readonly<Record<string, string>>;
}

describe("hosts that die, are cut off and come back, three hosts of three kinds", () => {
  let three: ThreeHosts;
  let h1: Host;
  let h2: Host;
  let h3: Host;

  before(async () => {
    three = await startThreeHosts({ hosts: { grace: graceMs / 1000 } });
    ({ h1, h2, h3 } = three);
  });
  after(() => three[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of three.hosts.filter(({ isOn }) => isOn)) await removeAll(host, containers, []);
  });

  const endpoints = async (): Promise<readonly ShownEndpoint[]> =>
    JSON.parse(await h1.sh("fairway endpoint ls -o json"));
  const endpointOf = async (container: string) => {
    const found = (await endpoints()).find(({ engine }) => engine.containerName === container);
    return found ?? assert.fail(`no endpoint of ${container}`);
  };
  const stateOf = async (host: string): Promise<string> =>
    JSON.parse(await h1.sh(`fairway host show ${host} -o json`)).state;
  const becomesState = (host: string, state: "up" | "down") =>
    until(`${host} to be ${state}`, async () => (await stateOf(host)) === state, { everyMs: 200 });
  /** In the center and in OVN. */
  const assertNobodyShares = async () => {
    const held = (await endpoints()).flatMap(({ addresses }) => addresses);
    assert.equal(new Set(held).size, held.length, held.join());
    const ports = (await h1.sh("ovn-nbctl --bare --columns=addresses list Logical_Switch_Port"))
      .split(/\s+/)
      .filter((word) => word.startsWith("10.1."));
    assert.equal(new Set(ports).size, ports.length, ports.join());
  };
  it("M07 a host is switched off: its addresses come back after the grace time, others never notice, and it returns without a clash", async () => {
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await startContainer(h3, "cache", "blue", "--ip", "10.1.0.77");
    await meets(h1, "web", await addressOf(h2, "db"));
    await using traffic = await Traffic.start(h1, "web", await addressOf(h2, "db"));
    const offAt = performance.now();
    await h3.powerOff();
    await becomesState("h3", "down");
    const take = () => startContainer(h2, "taker", "blue", "--ip", "10.1.0.77");
    await assert.rejects(take(), /10\.1\.0\.77 is already in use by container cache on host h3/);
    await removeAll(h2, ["taker"], []);
    await until("its addresses", async () => (await endpointOf("cache")).addresses.length === 0, {
      everyMs: 200,
    });
    assert.ok(performance.now() - offAt >= graceMs + silenceMs - 5_000, "not before the grace time is over");
    await take();
    await meets(h1, "web", "10.1.0.77");
    await h3.powerOn();
    await becomesState("h3", "up");
    await assertNobodyShares();
    await meets(h1, "web", "10.1.0.77");
    await h3.docker("rm", "--force", "cache");
    await startContainer(h3, "cache", "blue");
    await meets(h3, "cache", await addressOf(h1, "web"));
    await assertNobodyShares();
    assert.deepEqual(await traffic.interruptions(), []);
  });

  it("M14 a host is cut off for a minute: its containers go on, and on return everything agrees and no address is held twice", async () => {
    await startContainer(h1, "web", "blue");
    for (const name of ["db", "cache"]) await startContainer(h3, name, "blue");
    const [web, db, cache] = [
      await addressOf(h1, "web"),
      await addressOf(h3, "db"),
      await addressOf(h3, "cache"),
    ];
    await meets(h1, "web", cache);
    const before = await endpointOf("db");
    await using traffic = await Traffic.start(h3, "db", cache);
    const cutAt = performance.now();
    await three.lab.cut(h3);
    await becomesState("h3", "down");
    await until("its addresses", async () => (await endpointOf("db")).addresses.length === 0, {
      everyMs: 200,
    });
    await startContainer(h2, "taker", "blue", "--ip", cache);
    await meets(h1, "web", cache);
    assert.deepEqual(await traffic.interruptions(), [], "its containers go on");
    await until("a minute", () => performance.now() - cutAt >= partitionMs, {
      timeoutMs: 70_000,
      everyMs: 100,
    });
    await three.lab.heal(h3);
    await becomesState("h3", "up");
    await until("db as it was", async () => isEqual(await endpointOf("db"), before));
    await meets(h1, "web", db);
    await meets(h3, "db", web);
    await assertNobodyShares();
    const { addresses, status } = await endpointOf("cache");
    assert.deepEqual(addresses, []);
    const why = new RegExp(`^down: address ${cache} was given to container taker on host h2 meanwhile`);
    assert.match(status["port"] ?? "", why);
    const port = await until("its port to be down", async () => {
      const { stdout } = await h3.run(["grep", "the endpoint's port goes down", "/var/log/fairway.log"], {
        check: false,
      });
      return stdout !== "" && stdout;
    });
    assert.match(port, /was given to container taker on host h2/);
    await doctorSays(
      h3,
      new RegExp(`^fail +down ports +[0-9a-f]{8} is down: address ${cache} was given to`, "m"),
    );
    await meets(h1, "web", cache);
    await h2.docker("rm", "--force", "taker");
    await until(
      "cache to have its address again",
      async () => (await endpointOf("cache")).addresses.length === 1,
    );
    await meets(h1, "web", cache);
  });

  // The last one: h3 is no host of the cluster any more.
  it("M07 fairway host rm --dead gives a dead host's addresses back at once, and refuses while it is up", async () => {
    await startContainer(h3, "cache", "blue", "--ip", "10.1.0.77");
    const remove = () => h1.run(["fairway", "host", "rm", "h3", "--dead"], { check: false });
    assert.match((await remove()).stderr, /^fairway: host h3 is not dead: it was last heard \d s ago/);
    await h3.powerOff();
    await becomesState("h3", "down");
    assert.equal((await remove()).code, 0);
    assert.doesNotMatch(await h1.sh("fairway host ls"), /^h3 /m);
    assert.deepEqual(await endpoints(), []);
    await startContainer(h2, "taker", "blue", "--ip", "10.1.0.77");
  });
});

function isEqual(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
