import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  inspect,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
  startSpeaker,
} from "./docker-network.ts";
import { doctorSays } from "./doctor-says.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

describe(`subnets, hosts and options of Docker's own drivers, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, outside: true, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = await Promise.all([h1, h2].map(tracesOf));
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h2, h1]) await removeAll(host, ["web", "db"], []);
    await removeNetworks(h1, "blue", "auto");
    await h2.sh("ip route flush proto static");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });

  /** What a host gets from port 80 of an address; empty where it gets nothing. */
  const fetch = async (from: Host, address: string, port = 80) => {
    const words = ["socat", "-T", "2", "-", `TCP4:${address}:${port},connect-timeout=2`];
    return (await from.run(words, { check: false })).stdout.trim();
  };
  const shows = (pattern: RegExp, ...words: string[]) =>
    until(`fairway ${words.join(" ")} to say ${pattern}`, async () =>
      pattern.test(await h1.sh(`fairway ${words.join(" ")} || true`)),
    );

  it("N09 with host-access=false no host has a way to the containers, which go out and publish as usual; it is gone with its network", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "-o", "host-access=false");
    await hasNetwork(h2, "blue");
    await startSpeaker(h1, "web", "blue", "web", "-p", "8080:80");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    await until("the first answer", async () => (await ping(h2, "db", web).catch(() => "")) !== "");
    await shows(/^hosts: +do not reach it$/m, "network", "show", "blue");
    for (const host of [h1, h2]) {
      assert.equal(await host.sh("ip route show table all proto 250 | grep -c 'table 65535' || true"), "0");
      assert.doesNotMatch(await host.sh(`ip route get ${web} 2>&1 || true`), /fw-/);
      assert.equal(await fetch(host, web), "");
      assert.equal(await host.sh("ls /sys/class/net | grep -E '^fw-(legh|sink)' || true"), "");
    }
    await h2.docker("exec", "db", "ping", "-c", "1", "-W", "5", lab.outside.address);
    await until("the published port", async () => {
      const { stdout } = await lab.outside.run(
        ["socat", "-T", "2", "-", `TCP4:${h1.address}:8080,connect-timeout=2`],
        { check: false },
      );
      return stdout.trim() === "web";
    });
    assert.notEqual(db, "");
  });

  it("I01 what a host has is said of the network that hides it, on creation, in its status and the host's, and when routes come later", async () => {
    await h2.sh(`ip route add 10.50.0.0/16 via ${lab.outside.address} proto static`);
    await shows(/10\.50\.0\.0\/16 \(\S+\)/, "host", "show", "h2");
    await createNetwork(h1, "blue", "--subnet", "10.48.0.0/12");
    const hidden =
      /10\.48\.0\.0\/12 overlaps route 10\.50\.0\.0\/16 \(\S+\) of h2: its containers do not reach/;
    await shows(hidden, "network", "show", "blue");
    assert.match(await h1.sh("cat /var/log/fairway.log"), /hides something/);
    await shows(
      /its route 10\.50\.0\.0\/16 \(\S+\) overlaps 10\.48\.0\.0\/12 of network blue/,
      "host",
      "show",
      "h2",
    );
    await hasNetwork(h2, "blue");
    await startContainer(h2, "db", "blue");
    await doctorSays(h2, /^warn +host's parts +network .*10\.48\.0\.0\/12 overlaps .*10\.50\.0\.0\/16/m);
    await h2.sh("ip route flush proto static");
    await shows(/^status: +ok$/m, "network", "show", "blue");
    await h2.sh(`ip route add 10.51.0.0/16 via ${lab.outside.address} proto static`);
    await shows(/10\.51\.0\.0\/16 \(\S+\) of h2/, "network", "show", "blue");
  });

  it("I01 an automatic subnet overlaps no route of any host; who leaves no room for one is named", async () => {
    await h2.sh(`ip route add 10.192.0.0/10 via ${lab.outside.address} proto static`);
    await shows(/10\.192\.0\.0\/10/, "host", "show", "h2");
    await createNetwork(h1, "auto");
    const subnet = await inspect(h1, "auto", "{{range .IPAM.Config}}{{.Subnet}}{{end}}");
    assert.match(subnet, /^10\.1[2-8]\d\.\d+\.0\/24$/);
    await removeNetworks(h1, "auto");
    await createNetwork(h1, "blue", "--subnet", "10.128.0.0/10");
    await shows(/blue/, "network", "ls");
    await assert.rejects(
      createNetwork(h1, "auto"),
      /used up: network blue has 10\.128\.0\.0\/10, host h2 has the route 10\.192\.0\.0\/10.*give --subnet/,
    );
  });

  it("D17 hosts' tunnel addresses and every address are refused, whoever gives addresses; so are options of Docker's own drivers", async () => {
    await assert.rejects(
      createNetwork(h1, "blue", "--subnet", "10.200.0.0/28"),
      /has the tunnel address 10\.200\.0\.\d+ of host h\d/,
    );
    const own = (...flags: string[]) => h1.docker("network", "create", "-d", "fairway", ...flags, "blue");
    await assert.rejects(own("--subnet", "10.200.0.0/28"), /has the tunnel address/);
    await assert.rejects(own("--subnet", "0.0.0.0/0"));
    for (const [option, instead] of [
      ["encrypted", /option encrypted of Docker's overlay driver .*WireGuard/],
      ["parent=eth0", /option parent=eth0 of Docker's macvlan and ipvlan driver .*physicalnetwork=NAME/],
      ["com.docker.network.bridge.name=br-blue", /bridge driver .*integration bridge/],
    ] as const)
      await assert.rejects(createNetwork(h1, "blue", "-o", option), instead);
    await assert.rejects(
      createNetwork(h1, "blue", "--ipam-opt", "organization=E"),
      /IPAM option organization is not supported by this version/,
    );
    await createNetwork(h1, "blue", "-o", "com.docker.network.bridge.enable_ip_masquerade=false");
    await shows(/^mode: +routed$/m, "network", "show", "blue");
  });
});
