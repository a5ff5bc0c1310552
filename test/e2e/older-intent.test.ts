import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, ping, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { meets } from "./three-hosts.ts";
import { Traffic } from "./traffic.ts";

const database = "/var/lib/fairway/intent.db";

interface ShownEndpoint {
  readonly addresses: readonly string[];
  readonly mac: string;
  readonly engine: { readonly containerName: string | null };
  readonly status: Readonly<Record<string, string>>;
}

/** Ports of containers in Open vSwitch, with their numbers: one that was made anew has another. */
const portsOf = (host: Host) =>
  host.sh(
    "ovs-vsctl --format=csv --no-headings --columns=name,ofport find Interface external_ids:fairway!=- | grep -v fw-leg | sort",
  );

describe(`the center's database is put back to an older copy, ${variant}`, { timeout: 400_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await h1.sh(`cp ${database} ${database}.old`);
    await createNetwork(h1, "green", "--subnet", "10.2.0.0/24", "--label", "team=a");
    await hasNetwork(h2, "green");
    await startContainer(h2, "db", "blue");
    await startContainer(h1, "app", "green");
    await startContainer(h2, "cache", "green");
    await meets(h1, "web", await addressOf(h2, "db"));
    await meets(h1, "app", await addressOf(h2, "cache"));
  });
  after(() => lab[Symbol.asyncDispose]());

  const putBack = async (whileDown: () => Promise<void> = async () => undefined) => {
    await h1.sh("kill -9 $(cat /run/fairway.pid) $(cat /run/fairway/intent.pid)");
    await until("their end", () => !h1.daemon("fairway").isRunning);
    await h1.sh(`cp ${database}.old ${database}`);
    await whileDown();
    await h1.daemon("fairway").start();
  };
  const endpoints = async () => {
    const shown = JSON.parse(await h1.sh("fairway -o json endpoint ls")) as ShownEndpoint[];
    return new Map(shown.map((each) => [each.engine.containerName, each]));
  };
  const statusOf = async (name: string) => (await endpoints()).get(name)?.status;

  it("X04 containers and networks that it does not have keep port, address, MAC and traffic, and their addresses are nobody else's", async () => {
    const isKept = (host: Host, ...names: readonly string[]) =>
      until(`${host.name} to keep what it has`, async () => {
        const kept = await host.sh("cat /var/lib/fairway/host-state.json || true");
        const addresses = await Promise.all(names.map((name) => addressOf(host, name)));
        return kept.includes('"green"') && addresses.every((address) => kept.includes(`"${address}/`));
      });
    await isKept(h1, "web", "app");
    await isKept(h2, "db", "cache");
    const known = await endpoints();
    assert.deepEqual([...known.keys()].map(String).sort(), ["app", "cache", "db", "web"]);
    const ports = await Promise.all([h1, h2].map(portsOf));
    await using across = await Traffic.start(h1, "web", await addressOf(h2, "db"));
    await using forgotten = await Traffic.start(h2, "cache", await addressOf(h1, "app"));
    await until("traffic", () => across.answers > 5 && forgotten.answers > 5);
    await putBack();
    await startContainer(h1, "new", "blue");
    const held = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    assert.ok(!held.includes(await addressOf(h1, "new")));
    await until("the center to know all again", async () => {
      const now = await endpoints();
      return [...known].every(
        ([name, { addresses, mac }]) =>
          now.get(name)?.addresses.join() === addresses.join() && now.get(name)?.mac === mac,
      );
    });
    // Longer than the hosts have time to claim: what nobody claimed is collected by then.
    const seen = across.answers;
    await until("40 s of traffic", () => across.answers > seen + 200, { timeoutMs: 120_000 });
    assert.deepEqual([await across.interruptions(), await forgotten.interruptions()], [[], []]);
    await h1.docker("rm", "--force", "new");
    await until("the ports that were there", async () => (await portsOf(h1)) === ports[0]);
    assert.equal(await portsOf(h2), ports[1]);
    const green = JSON.parse(await h1.sh("fairway -o json network show green")) as {
      readonly labels: unknown;
      readonly engines: readonly { readonly host: string; readonly handle: string }[];
    };
    assert.deepEqual(green.labels, { team: "a" });
    const handles = green.engines.map(({ host, handle }) => `${host} ${handle}`).sort();
    assert.deepEqual(handles, ["h1 made", "h2 mirrored"]);
    // The engine goes on with the pool that it knows.
    await startContainer(h1, "late", "green");
    await ping(h1, "late", await addressOf(h2, "cache"));
    await h1.docker("rm", "--force", "late");
  });

  it("X04 where somebody else has the address meanwhile, both say so, and it comes back when the other goes", async () => {
    const address = await addressOf(h2, "db");
    await h2.daemon("fairway").kill();
    await putBack();
    await startContainer(h1, "taker", "blue", "--ip", address);
    await h2.daemon("fairway").start();
    await until("both to say so", async () => {
      const [db, taker] = [await statusOf("db"), await statusOf("taker")];
      return db?.["port"] !== undefined && taker?.["address"] !== undefined;
    });
    assert.match(
      (await statusOf("db"))?.["port"] ?? "",
      new RegExp(`${address} was given to container taker on host h1`),
    );
    assert.match(
      (await statusOf("taker"))?.["address"] ?? "",
      new RegExp(`${address} .* container db on host h2`),
    );
    await meets(h1, "web", address);
    await h1.docker("rm", "--force", "taker");
    await until("its address", async () => (await endpoints()).get("db")?.addresses[0] === `${address}/24`);
    await meets(h1, "web", address);
    assert.deepEqual(await statusOf("db"), {});
  });
});
