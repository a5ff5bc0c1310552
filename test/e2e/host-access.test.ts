import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, hasNetwork, inspect, networksGone, removeAll } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const [subnet, subnet6] = ["10.1.0.0/24", "fd01::/64"];
const serve = "mkdir /www; hostname >/www/index.html; exec httpd -f -h /www";

describe(`hosts and containers of other hosts, ${variant}`, () => {
  let lab: Lab;
  let hosts: readonly Host[];
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    hosts = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = await Promise.all(hosts.map(tracesOf));
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of hosts) await host.daemon("fairway").start();
    await removeBlue();
    for (const [at, host] of hosts.entries()) await becomes(host, clean[at] ?? "");
  });

  /** The network blue, and a container on each of some hosts. */
  async function makeBlue(on: readonly Host[], ...flags: string[]): Promise<void> {
    const h1 = lab.host("h1");
    await createNetwork(h1, "blue", "--subnet", subnet, "--ipv6", "--subnet", subnet6, ...flags);
    await Promise.all(hosts.map((host) => hasNetwork(host, "blue")));
    for (const host of on)
      await host.sh(
        `docker run --detach --name web --hostname web-${host.name} --network blue ${busyboxImage} sh -c '${serve}'`,
      );
  }

  async function removeBlue(): Promise<void> {
    for (const host of hosts) await removeAll(host, ["web"], []);
    await removeAll(lab.host("h2"), [], ["red"]);
    await removeAll(lab.host("h1"), [], ["blue"]);
    await networksGone(lab.host("h1"), "blue", "red");
  }

  async function shown(): Promise<string> {
    return await until("the name blue", async () => {
      const { stdout, code } = await lab
        .host("h1")
        .run(["fairway", "network", "show", "blue"], { check: false });
      return code === 0 && stdout;
    });
  }

  async function addressesOf(host: Host): Promise<readonly string[]> {
    const template = "{{range .NetworkSettings.Networks}}{{.IPAddress}} [{{.GlobalIPv6Address}}]{{end}}";
    return (await inspect(host, "web", template)).split(" ");
  }

  /** What a host gets from the server at an address; empty where it gets nothing. */
  async function fetch(from: Host, address: string, boundS = 10): Promise<string> {
    const { stdout } = await from.run(["curl", "--silent", "--max-time", `${boundS}`, `http://${address}/`], {
      check: false,
    });
    return stdout.trim();
  }

  async function everyHostReachesAll(): Promise<void> {
    for (const to of hosts)
      for (const address of await addressesOf(to))
        for (const from of hosts) {
          await until(
            `${from.name} to reach ${address} of ${to.name}`,
            async () => (await fetch(from, address)) === `web-${to.name}`,
          );
          await from.run(["ping", "-c", "1", "-W", "3", address.replace(/[[\]]/g, "")]);
        }
  }

  it("N09 X09 every host reaches the containers on every host, in both families, and nothing is left of it", async () => {
    await makeBlue(hosts);
    await everyHostReachesAll();
    assert.match(await shown(), /^hosts: +reach 10\.1\.0\.0\/24 on all hosts; reach fd01::\/64/m);
    for (const from of hosts)
      assert.match(await from.sh("ip route get 10.1.0.2"), new RegExp(`src ${from.address}`));
  });

  it("N09 X04 that goes on while Fairway is away, and after its restart; what somebody removes is made again", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await makeBlue(hosts);
    await everyHostReachesAll();
    await Promise.all(hosts.map((host) => host.daemon("fairway").kill("SIGKILL")));
    const [far = ""] = await addressesOf(h2);
    assert.equal(await fetch(h1, far), "web-h2");
    await h1.sh("ovs-vsctl del-port $(ls /sys/class/net | grep fw-legh)");
    for (const host of hosts) await host.daemon("fairway").start();
    await everyHostReachesAll();
    const whole = await tracesOf(h1);
    for (const harm of [
      "nft flush chain inet fairway leave",
      "ip route flush proto 250",
      "ip link delete $(ls /sys/class/net | grep fw-legh)",
    ]) {
      await h1.sh(harm);
      await until(
        `${harm} to be mended`,
        async () => (await tracesOf(h1)) === whole && (await fetch(h1, far)) !== "",
        {
          timeoutMs: 40_000,
        },
      );
    }
  });

  it("N09 a network of the same addresses takes that away, which is said, and gives it back when it goes", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await makeBlue(hosts);
    await everyHostReachesAll();
    await createNetwork(h2, "red", "--subnet", "10.1.0.0/16");
    await until("the overlap to be said", async () =>
      /^hosts: .*reach 10\.1\.0\.0\/24 on themselves alone: network red has these addresses, too/m.test(
        await shown(),
      ),
    );
    const [near = ""] = await addressesOf(h1);
    const [far = "", far6 = ""] = await addressesOf(h2);
    await until("the far container to be out of reach", async () => (await fetch(h1, far, 3)) === "");
    assert.equal(await fetch(h1, near), "web-h1");
    assert.equal(await fetch(h1, far6), "web-h2");
    await h2.docker("network", "rm", "red");
    await everyHostReachesAll();
  });

  it("N09 a host that has no container on a network reaches it when somebody asks, and has nothing of it before", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await makeBlue([h1]);
    const [near = "", near6 = ""] = await addressesOf(h1);
    await until("h2 to listen", async () => /fw-sink/.test(await h2.sh(`ip route get ${near}`)));
    const ports = () => h2.sh("ovs-vsctl --bare --columns=name find Interface external_ids:fairway!=-");
    assert.equal(await ports(), "");
    // The first packet is lost: TCP sends another after a second, and after some more.
    for (const address of [near, near6])
      await until(`h2 to reach ${address}`, async () => (await fetch(h2, address, 10)) === "web-h1");
    assert.match(await ports(), /^fw-legh\w+$/);
    await h2.run(["ping", "-c", "1", "-W", "3", near]);
    assert.equal(await fetch(h1, near), "web-h1");
    await h2.daemon("fairway").kill("SIGKILL");
    assert.equal(await fetch(h2, near), "web-h1");
    await h2.daemon("fairway").start();
    assert.equal(await fetch(h2, near), "web-h1");
  });

  it("N05 N09 a routed network as well; an isolated or internal one is out of reach", async () => {
    await makeBlue(hosts, "-o", "mode=routed");
    await everyHostReachesAll();
    await removeBlue();
    for (const flags of [["-o", "mode=isolated"], ["--internal"]]) {
      await makeBlue(hosts, ...flags);
      assert.match(await shown(), /^hosts: +do not reach it$/m);
      for (const to of hosts)
        for (const address of await addressesOf(to))
          for (const from of hosts) assert.equal(await fetch(from, address, 3), "");
      await removeBlue();
    }
  });
});
