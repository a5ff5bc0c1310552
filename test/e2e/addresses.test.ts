import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, inspect, ping, removeAll, startContainer } from "./docker-network.ts";
import { callPlugin } from "./plugin-socket.ts";
import { variant } from "./settings.ts";
import { tracesOf } from "./traces.ts";

const containers = ["c0", "c1", "c2", "c3"];
const networks = ["blue", "red", "azure"];

describe(`addresses with Docker's engine of ${variant}`, () => {
  let lab: Lab;
  let h1: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { addresses: { reservation: 5 } });
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(() => removeAll(h1, containers, networks));

  const subnetsOf = async (network: string): Promise<{ uuid: string; cidr: string; used: number }[]> => {
    const shown = await until(`the name of network ${network} to be known`, async () => {
      const { code, stdout } = await h1.run(["fairway", "network", "show", network, "-o", "json"], {
        check: false,
      });
      return code === 0 && stdout;
    });
    return JSON.parse(shown).subnets;
  };

  const inContainer = (name: string, ...command: string[]) => h1.docker("exec", name, ...command);

  it("I11 one list has gateways, containers and reservations; a reserved address is nobody's; the history tells who had it, also after a restart", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await subnetsOf("blue");
    assert.equal(
      await h1.sh("fairway address reserve blue 10.1.0.9 --note printer --label room=4"),
      "10.1.0.9",
    );
    const refused = await h1.run(
      ["docker", "run", "--network", "blue", "--ip", "10.1.0.9", busyboxImage, "true"],
      { check: false },
    );
    assert.match(refused.stderr, /address 10\.1\.0\.9 is already in use by the reservation "printer"/);
    await startContainer(h1, "c0", "blue", "--ip", "10.1.0.20", "--publish", "8080:80");
    const rows = async (command: string) =>
      (await h1.sh(command)).split("\n").map((line) => line.split(/ {2,}/).slice(0, 6));
    await until("the list", async () => {
      const listed = JSON.stringify(await rows("fairway address ls blue"));
      const wanted = [
        ["ADDRESS", "NETWORK", "PURPOSE", "HOLDER", "HOST", "PUBLISHED"],
        ["10.1.0.1", "blue", "gateway", "–", "h1", "–"],
        ["10.1.0.9", "blue", "reserved", "printer", "–", "–"],
        ["10.1.0.20", "blue", "endpoint", "c0", "h1", "*:8080/tcp"],
      ];
      return listed === JSON.stringify(wanted);
    });
    await removeAll(h1, ["c0"], []);
    assert.match(await h1.sh("fairway address ls blue --purpose resting"), /^10\.1\.0\.20 /m);
    await startContainer(h1, "c1", "blue", "--ip", "10.1.0.20");
    await h1.daemon("fairway").stop();
    await h1.daemon("fairway").start();
    const history = await until("the history, and the second container's name", async () => {
      const { code, stdout } = await h1.run(["fairway", "address", "history", "10.1.0.20", "-o", "json"], {
        check: false,
      });
      const uses = code === 0 ? (JSON.parse(stdout) as { holder: { name: string } }[]) : [];
      return uses[1]?.holder.name === "c1" && uses;
    });
    assert.deepEqual(
      (history as unknown as { holder: object; until: string | null }[]).map(({ holder, until: end }) => [
        holder,
        end !== null,
      ]),
      [
        [{ kind: "container", name: "c0", host: "h1" }, true],
        [{ kind: "container", name: "c1", host: "h1" }, false],
      ],
    );
    await h1.sh("fairway address release 10.1.0.9");
    await startContainer(h1, "c2", "blue", "--ip", "10.1.0.9");
    assert.equal(await addressOf(h1, "c2"), "10.1.0.9");
  });

  it("I01 automatic subnets avoid the host's routes and each other, IPv6 ones are the cluster's own", async () => {
    await h1.sh("ip route add 10.128.0.0/15 dev br-phy");
    try {
      await createNetwork(h1, "blue", "--ipv6");
      await createNetwork(h1, "red");
      const cidrs = [...(await subnetsOf("blue")), ...(await subnetsOf("red"))].map(({ cidr }) => cidr);
      const [first = "", second = "", third = ""] = cidrs;
      assert.equal(cidrs.length, 3);
      assert.match(first, /^10\.1(29|[3-9]\d|\d\d)\.\d+\.0\/24$/);
      assert.doesNotMatch(first, /^10\.12[89]\./);
      assert.match(second, /^fd[0-9a-f:]+::\/64$/);
      assert.match(third, /^10\.\d+\.\d+\.0\/24$/);
      assert.notEqual(third, first);
    } finally {
      await h1.sh("ip route del 10.128.0.0/15 dev br-phy");
    }
  });

  it("I01 a host whose routes cover all pools gets an error at once", async () => {
    await h1.sh("ip route add 10.0.0.0/8 dev br-phy");
    try {
      await assert.rejects(
        createNetwork(h1, "blue"),
        /10\.128\.0\.0\/9\).*this host has a route to 10\.0\.0\.0\/8.*--subnet/,
      );
    } finally {
      await h1.sh("ip route del 10.0.0.0/8 dev br-phy");
    }
  });

  it("I02 containers stay inside the range, auxiliaries are nobody's, also after a restart", async () => {
    const flags = ["--subnet", "10.1.0.0/24", "--ip-range", "10.1.0.128/30", "--gateway", "10.1.0.9"];
    await createNetwork(
      h1,
      "blue",
      ...flags,
      "--aux-address",
      "a=10.1.0.129",
      "--aux-address",
      "b=10.1.0.77",
    );
    await h1.daemon("fairway").kill();
    await h1.daemon("fairway").start();
    for (const name of ["c0", "c1", "c2"]) await startContainer(h1, name, "blue");
    const given = await Promise.all(["c0", "c1", "c2"].map((name) => addressOf(h1, name)));
    assert.deepEqual(given.sort(), ["10.1.0.128", "10.1.0.130", "10.1.0.131"]);
    await assert.rejects(
      startContainer(h1, "c3", "blue"),
      /subnet 10\.1\.0\.0\/24 \(range 10\.1\.0\.128\/30\) of network blue has no free address/,
    );
    await h1.docker("rm", "--force", "c3");
    await assert.rejects(startContainer(h1, "c3", "blue", "--ip", "10.1.0.77"), /10\.1\.0\.77.*auxiliary/);
    await ping(h1, "c0", "10.1.0.9");
  });

  it("I02 several subnets of one family: the gateway of each answers, and a full one leaves the others", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/30", "--subnet", "10.2.0.0/30");
    await startContainer(h1, "c0", "blue");
    await startContainer(h1, "c1", "blue");
    const given = [await addressOf(h1, "c0"), await addressOf(h1, "c1")];
    assert.deepEqual([...given].sort(), ["10.1.0.2", "10.2.0.2"]);
    const gateways = given.map((address) => address.replace(/2$/, "1"));
    for (const [at, name] of ["c0", "c1"].entries()) {
      const route = await inContainer(name, "ip", "route");
      assert.match(route, new RegExp(`default via ${gateways[at]} `));
      await ping(h1, name, gateways[at] ?? "");
    }
    await ping(h1, "c0", given[1] ?? "");
    await h1.docker("rm", "--force", "c1");
    await until("the released address to be free", async () => {
      const used = (await subnetsOf("blue")).map(({ used: count }) => count);
      return used.reduce((sum, count) => sum + count, 0) === 3;
    });
  });

  it("I02 a container reaches the other subnets of a network also where its default route is another network's", async () => {
    await createNetwork(h1, "blue", "--internal", "--subnet", "10.1.0.0/30", "--subnet", "10.2.0.0/30");
    await createNetwork(h1, "azure");
    for (const name of ["c0", "c1"]) await startContainer(h1, name, "blue");
    const other = await addressOf(h1, "c1");
    await ping(h1, "c0", other);
    await h1.docker("network", "connect", "azure", "c0");
    assert.match(await inContainer("c0", "ip", "route"), /^default via .* dev eth1/m);
    await ping(h1, "c0", other);
  });

  it("I04 networks of one CIDR that are made at the same time are isolated, with the same address in each", async () => {
    await Promise.all(
      ["blue", "red", "azure"].map((name) => createNetwork(h1, name, "--subnet", "10.1.0.0/24")),
    );
    await Promise.all(["blue", "red"].map((name, at) => startContainer(h1, `c${at}`, name)));
    await startContainer(h1, "c2", "red");
    assert.deepEqual([await addressOf(h1, "c0"), await addressOf(h1, "c1")], ["10.1.0.2", "10.1.0.2"]);
    assert.equal(await addressOf(h1, "c2"), "10.1.0.3");
    await ping(h1, "c1", "10.1.0.3");
    await assert.rejects(ping(h1, "c0", "10.1.0.3"));
  });

  it("I06 a pool and addresses that nobody binds are free again after their time", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/30");
    const [{ uuid: pool } = { uuid: "" }] = await subnetsOf("blue");
    const wanted = { AddressSpace: "x", Pool: "10.66.0.0/24", SubPool: "", Options: {}, V6: false };
    const { PoolID: abandoned } = await callPlugin(h1, "IpamDriver.RequestPool", wanted);
    const request = (id: unknown) =>
      callPlugin(h1, "IpamDriver.RequestAddress", { PoolID: id, Address: "", Options: null });
    assert.equal((await request(abandoned))["Address"], "10.66.0.1/24");
    assert.equal((await request(pool))["Address"], "10.1.0.2/30");
    assert.match(String((await request(pool))["Error"]), /no free address/);
    const subnets = () => h1.sh("ovsdb-client dump unix:/run/fairway/intent.sock Fairway Subnet cidr");
    await until("the pool to be free", async () => !/10\.66\.0\.0/.test(await subnets()), {
      timeoutMs: 60_000,
      everyMs: 500,
    });
    assert.match(String((await request(abandoned))["Error"]), /is not known/);
    await until("the address to be free", async () => (await subnetsOf("blue"))[0]?.used === 1, {
      timeoutMs: 30_000,
      everyMs: 500,
    });
    assert.equal((await request(pool))["Address"], "10.1.0.2/30");
  });

  for (const [cidr, gateway, addresses] of [
    ["10.1.0.0/30", "10.1.0.1", ["10.1.0.2"]],
    ["10.1.0.0/31", "10.1.0.0", ["10.1.0.1"]],
    ["10.1.0.7/32", "10.1.0.7", []],
    ["10.1.0.0/29", "10.1.0.6", ["10.1.0.1", "10.1.0.2", "10.1.0.3"]],
  ] as const) {
    it(`I07 containers have every address of ${cidr} that its gateway leaves, and reach it`, async () => {
      await createNetwork(h1, "blue", "--subnet", cidr, "--gateway", gateway);
      for (const [at, address] of addresses.entries()) {
        await startContainer(h1, `c${at}`, "blue");
        assert.equal(await addressOf(h1, `c${at}`), address);
        await ping(h1, `c${at}`, gateway);
      }
      if (cidr.endsWith("/29")) return;
      await assert.rejects(
        startContainer(h1, "c3", "blue"),
        /subnet 10\.1\.0\.\d\/3\d of network blue has no free/,
      );
    });
  }

  for (const [cidr, gateway, addresses] of [
    ["fd00:1::/64", "fd00:1::1", ["fd00:1::2", "fd00:1::3"]],
    ["fd00:1::/127", "fd00:1::", ["fd00:1::1"]],
    ["fd00:1::/126", "fd00:1::3", ["fd00:1::1", "fd00:1::2"]],
  ] as const) {
    it(`I07 IPv6 containers of ${cidr} reach each other and the gateway`, async () => {
      const flags = ["--ipv6", "--subnet", "10.1.0.0/24", "--subnet", cidr, "--gateway", gateway];
      await createNetwork(h1, "blue", ...flags, "--gateway", "10.1.0.1");
      const template = "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}";
      for (const [at, address] of addresses.entries()) {
        await startContainer(h1, `c${at}`, "blue");
        assert.equal(await inspect(h1, `c${at}`, template), address);
        assert.match(await inContainer(`c${at}`, "ip", "-6", "route"), new RegExp(`default via ${gateway} `));
        for (const target of [gateway, ...addresses.slice(0, at)])
          await until(`an answer from ${target}`, () => ping(h1, `c${at}`, target).catch(() => false));
      }
    });
  }

  it("D09 a running container's interface comes with connect and goes with disconnect; the default route follows Docker's rule", async () => {
    await createNetwork(h1, "red", "--subnet", "10.1.0.0/24");
    await createNetwork(h1, "blue", "--subnet", "10.2.0.0/24");
    await startContainer(h1, "c0", "red");
    await startContainer(h1, "c1", "blue");
    const links = async () =>
      (await inContainer("c0", "ls", "/sys/class/net")).split(/\s+/).filter((name) => name.startsWith("eth"));
    const before = await tracesOf(h1);
    await h1.docker("network", "connect", "blue", "c0");
    assert.deepEqual(await links(), ["eth0", "eth1"]);
    assert.match(await inContainer("c0", "ip", "-4", "address", "show", "eth1"), /inet 10\.2\.0\.3\/24/);
    // Of two networks alike, Docker takes the one whose name comes first.
    assert.match(await inContainer("c0", "ip", "route"), /^default via 10\.2\.0\.1 dev eth1/m);
    await ping(h1, "c0", await addressOf(h1, "c1"));
    await ping(h1, "c0", "10.1.0.1");
    await ping(h1, "c0", "10.2.0.1");
    await h1.docker("network", "disconnect", "blue", "c0");
    assert.deepEqual(await links(), ["eth0"]);
    assert.match(await inContainer("c0", "ip", "route"), /^default via 10\.1\.0\.1 dev eth0/m);
    await ping(h1, "c0", "10.1.0.1");
    await until("the second endpoint to leave no trace", async () => (await tracesOf(h1)) === before);
    const swept = "left to the sweep|belongs to no endpoint";
    assert.equal(
      await h1.sh(`grep -cE '${swept}' /var/log/fairway.log || true`),
      "0",
      "it was not left to the sweep",
    );
    await h1.docker("network", "connect", "--ip", "10.2.0.99", "blue", "c0");
    assert.match(await inContainer("c0", "ip", "-4", "address"), /inet 10\.2\.0\.99\/24/);
    await h1.docker("restart", "--time", "0", "c0");
    assert.equal((await links()).length, 2);
    await ping(h1, "c0", await addressOf(h1, "c1"));
  });

  if (variant === "debian12")
    it("I02 host bits in a subnet are dropped (later engines refuse them themselves)", async () => {
      await createNetwork(h1, "blue", "--subnet", "10.1.0.77/24");
      const ping = "ping -c 1 -W 5 10.1.0.1".split(" ");
      await h1.docker("run", "--rm", "--network", "blue", busyboxImage, ...ping);
      assert.equal((await subnetsOf("blue"))[0]?.cidr, "10.1.0.0/24");
    });
});
