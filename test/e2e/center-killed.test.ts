import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { askName, nameServer } from "./ask.ts";
import { addressOf, removeAll, startContainer } from "./docker-network.ts";
import { meets, startThreeHosts, type ThreeHosts } from "./three-hosts.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";

const kills = 5;
const resumesWithinMs = 5_000;
const containers = ["web", "db", "cache"];

/** Containers that are started and removed on every host, one after the other, until disposed. */
class Starts implements AsyncDisposable {
  readonly #hosts: readonly Host[];
  /** By host: how many there were. */
  readonly #count = new Map<Host, number>();
  readonly #workers: Promise<unknown>;
  #isEnding = false;

  constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
    this.#workers = Promise.all(hosts.map((host) => this.#work(host)));
  }

  /** Waits until another one has succeeded on every host. @returns how long that took, ms. */
  async another(): Promise<number> {
    const begunAt = performance.now();
    const before = new Map(this.#count);
    const grew = (host: Host) => (this.#count.get(host) ?? 0) > (before.get(host) ?? 0);
    await until("a start on every host", () => this.#hosts.every(grew), { timeoutMs: 60_000 });
    return performance.now() - begunAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await this.#workers;
  }

  /** What is under way when the center dies may fail, and says so. */
  async #work(host: Host): Promise<void> {
    for (let round = 0; !this.#isEnding; round++) {
      const name = `busy${round}`;
      const words = ["docker", "run", "--rm", "--name", name, "--network", "blue", busyboxImage, "true"];
      const { code } = await host.run(words, { check: false, timeoutMs: 90_000 });
      if (code === 0) this.#count.set(host, (this.#count.get(host) ?? 0) + 1);
      else await removeAll(host, [name], []);
    }
  }
}

describe("the center is killed, three hosts of three kinds", () => {
  let three: ThreeHosts;
  let h1: Host;
  let h2: Host;

  before(async () => {
    three = await startThreeHosts();
    ({ h1, h2 } = three);
  });
  after(() => three[Symbol.asyncDispose]());
  afterEach(async () => {
    await h1.daemon("fairway").start();
    for (const host of three.hosts) await removeAll(host, containers, []);
  });

  /** Fairway and the intent's database server, at once. */
  const killCenter = async () => {
    await h1.sh("kill -9 $(cat /run/fairway.pid) $(cat /run/fairway/intent.pid)");
    await until("their end", () => !h1.daemon("fairway").isRunning);
  };

  it("X04 the center is killed again and again under starts on all hosts: traffic is unbroken, starts go on within 5 s, nothing is left", async () => {
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await meets(h1, "web", await addressOf(h2, "db"));
    await using traffic = await Traffic.start(h1, "web", await addressOf(h2, "db"));
    {
      await using starts = new Starts(three.hosts);
      // So long a start on every host takes on this machine when nothing is amiss.
      const usualMs = Math.max(await starts.another(), await starts.another());
      for (let round = 0; round < kills; round++) {
        await killCenter();
        await h1.daemon("fairway").start();
        const tookMs = await starts.another();
        assert.ok(
          tookMs < resumesWithinMs + usualMs,
          `starts went on ${tookMs} ms after the center's return; usually one takes ${usualMs} ms`,
        );
      }
    }
    assert.deepEqual(await traffic.interruptions(), []);
    await three.leaveNothing(...containers);
  });

  it("X04 a host that lost everything but its disk brings ports, egress, published ports and names back without its center", async () => {
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue", "--publish", "8080:80");
    await startContainer(h2, "cache", "blue");
    await h2.docker("exec", "--detach", "db", "httpd", "-h", "/etc");
    const [web, cache] = [await addressOf(h1, "web"), await addressOf(h2, "cache")];
    const isKept = async () => {
      const kept = await h2.sh(
        "cat /var/lib/fairway/host-names.json /var/lib/fairway/host-state.json || true",
      );
      return ["web", "cache"].every((name) => kept.includes(`"${name}"`)) && kept.includes('"hostPort":8080');
    };
    await until("h2 to know names and ports", isKept, { timeoutMs: 90_000, everyMs: 500 });
    const fetched = () =>
      h1.run(["curl", "--silent", "--max-time", "2", `http://${h2.address}:8080/hostname`], { check: false });
    await until("the published port", async () => (await fetched()).stdout !== "");
    const before = await tracesOf(h2);
    await h2.daemon("fairway").kill();
    await killCenter();
    // What a reboot takes; the containers stay, or there would be nothing to see.
    await h2.sh(`
      for port in $(ovs-vsctl --bare --columns=name find Interface external_ids:fairway!=-); do ovs-vsctl del-port $port; done
      nft delete table inet fairway`);
    assert.notEqual(await tracesOf(h2), before);
    assert.equal((await fetched()).stdout, "");
    await h2.daemon("fairway").start();
    await meets(h2, "db", cache);
    await meets(h2, "db", web);
    await meets(h2, "db", h1.address);
    await until("the published port", async () => (await fetched()).stdout !== "");
    for (const [name, address] of [
      ["web", web],
      ["cache", cache],
    ] as const)
      await until(`the name ${name}`, async () => {
        const { data = [] } = await askName(h2, "db", nameServer, name, "A");
        return data[0] === address;
      });
    await h1.daemon("fairway").start();
    await becomes(h2, before);
    await meets(h1, "web", cache);
  });
});
