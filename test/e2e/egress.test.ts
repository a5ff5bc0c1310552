import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { dumpForeign, makeForeign } from "../../lab/foreign.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, inspect, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const outsideAddresses = { 4: "10.200.0.254", 6: "fd00:200::254" } as const;
const hostV6 = "fd00:200::1";

describe(`out of a network, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let outside: Machine;
  let foreign: string;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant, outside: true });
    h1 = lab.host("h1");
    outside = lab.outside;
    await outside.sh(`ip address add ${outsideAddresses[6]}/64 dev eth0 nodad`);
    await h1.sh(`ip address add ${hostV6}/64 dev br-phy nodad`);
    await makeForeign(h1);
    foreign = await dumpForeign(h1);
    await startFairway(lab);
    clean = await tracesOf(h1);
    tellPeer(outside);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(() => removeAll(h1, ["web", "db"], ["blue", "red"]));

  it("N01 NAT is the default: the outside sees the host's address, with the first packet, and nothing is left when the network goes", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    const words = [
      "run",
      "--rm",
      "--network",
      "blue",
      busyboxImage,
      "nc",
      "-w",
      "5",
      outsideAddresses[4],
      "7001",
    ];
    const first = await h1.docker(...words);
    assert.match(first, /^10\.200\.0\.1 /);
    await h1.docker("network", "rm", "blue");
    await becomes(h1, clean);
  });

  it("N01 networks with the same subnet reach the same server at once, from the same port", async () => {
    for (const [network, container] of [
      ["blue", "web"],
      ["red", "db"],
    ] as const) {
      await createNetwork(h1, network, "--subnet", "10.1.0.0/24");
      await startContainer(h1, container, network, "--ip", "10.1.0.10");
    }
    const ask = (container: string) =>
      h1.docker("exec", container, "sh", "-c", `sleep 2 | nc -p 5555 -w 9 ${outsideAddresses[4]} 7004`);
    const peers = await Promise.all([ask("web"), ask("db")]);
    for (const peer of peers) assert.match(peer, /^10\.200\.0\.1 \d+$/);
    assert.notEqual(peers[0], peers[1]);
    const isolated = await h1.run(["docker", "exec", "web", "ping", "-c1", "-W1", "10.1.0.11"], {
      check: false,
    });
    assert.notEqual(isolated.code, 0);
  });

  it("N10 IPv6 with local addresses leaves by NAT too", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await startContainer(h1, "web", "blue");
    const peer = await h1.docker("exec", "web", "nc", "-w", "5", outsideAddresses[6], "7001");
    assert.match(peer, /^\[fd00:0*200:[0:]*1\] /);
  });

  it("N05 a routed network keeps its addresses; the host forwards both ways", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "-o", "mode=routed");
    await outside.sh(`ip route replace 10.1.0.0/24 via ${h1.address}`);
    await startContainer(h1, "web", "blue", "--ip", "10.1.0.10");
    const peer = await h1.docker("exec", "web", "nc", "-w", "5", outsideAddresses[4], "7001");
    assert.match(peer, /^10\.1\.0\.10 /);
    await outside.run(["ping", "-c", "1", "-W", "5", "10.1.0.10"]);
  });

  it("N10 routed IPv6 keeps its addresses; the host forwards both ways", async () => {
    const flags = ["--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64", "-o", "mode=routed"];
    await createNetwork(h1, "blue", ...flags);
    await outside.sh("ip -6 route replace fd01::/64 via fd00:200::1");
    await startContainer(h1, "web", "blue", "--ip6", "fd01::10");
    const peer = await h1.docker("exec", "web", "nc", "-w", "5", outsideAddresses[6], "7001");
    assert.match(peer, /^\[fd01:[0:]*10\] /);
    await outside.run(["ping", "-c", "1", "-W", "5", "fd01::10"]);
  });

  it("N01 nobody outside reaches into a network with NAT, nor does another network", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await createNetwork(h1, "red", "--subnet", "10.2.0.0/24");
    await startContainer(h1, "web", "blue", "--ip", "10.1.0.10");
    await startContainer(h1, "db", "red");
    await outside.sh(`ip route replace 10.1.0.0/24 via ${h1.address}`);
    const fromOutside = await outside.run(["ping", "-c", "1", "-W", "1", "10.1.0.10"], { check: false });
    assert.notEqual(fromOutside.code, 0);
    await assert.rejects(h1.docker("exec", "db", "ping", "-c", "1", "-W", "1", "10.1.0.10"));
  });

  it("N06 from an isolated network nothing leads out, although it has a gateway", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "-o", "mode=isolated");
    await startContainer(h1, "web", "blue");
    await ping(h1, "web", "10.1.0.1");
    await assert.rejects(h1.docker("exec", "web", "ping", "-c", "1", "-W", "1", outsideAddresses[4]));
    await assert.rejects(h1.docker("exec", "web", "ping", "-c", "1", "-W", "1", h1.address));
  });

  it("N09 the host reaches its containers, and they reach its services", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await startContainer(h1, "web", "blue", "--ip", "10.1.0.10", "--ip6", "fd01::10");
    await h1.run(["ping", "-c", "1", "-W", "5", "10.1.0.10"]);
    await h1.run(["ping", "-c", "1", "-W", "5", "fd01::10"]);
    await using _tcp = h1.spawn(["socat", "TCP-LISTEN:7002,fork,reuseaddr", "SYSTEM:echo $SOCAT_PEERADDR"]);
    const answer = await until("the service", () =>
      h1.docker("exec", "web", "nc", "-w", "2", h1.address, "7002").catch(() => undefined),
    );
    assert.equal(answer, "10.1.0.10");
    await using _udp = h1.spawn(["socat", "UDP-RECVFROM:7003,fork", "EXEC:cat"]);
    const pid = await inspect(h1, "web", "{{.State.Pid}}");
    const echoed = await until("the echo", async () => {
      const text = await h1.sh(`echo hello | nsenter -t ${pid} -n socat -t 1 - UDP4:${h1.address}:7003`);
      return text !== "" && text;
    });
    assert.equal(echoed, "hello");
  });

  it("X06 table, rule, address and uplink that somebody removes are made again", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    const leaves = () =>
      h1.docker("exec", "web", "nc", "-w", "1", outsideAddresses[4], "7001").catch(() => "");
    assert.match(await leaves(), /^10\.200\.0\.1 /);
    const uplink = await h1.sh("ls /sys/class/net | grep fw-leg");
    const whole = await tracesOf(h1);
    for (const harm of [
      "nft delete table inet fairway",
      "nft flush chain inet fairway leave",
      "nft flush map inet fairway zone_of",
      "ip rule del pref 100",
      `ip address flush dev ${uplink}`,
      "iptables -F DOCKER-USER",
      `ovs-vsctl del-port ${uplink}`,
    ]) {
      await h1.sh(harm);
      await until(
        `${harm} to be mended`,
        async () => (await tracesOf(h1)) === whole && (await leaves()) !== "",
        {
          timeoutMs: 40_000,
        },
      );
    }
  });

  it("X04 the way out stays while Fairway is away and comes back with it after a change", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    const leaves = () =>
      h1.docker("exec", "web", "nc", "-w", "1", outsideAddresses[4], "7001").catch(() => "");
    const whole = await tracesOf(h1);
    await h1.daemon("fairway").kill("SIGKILL");
    assert.match(await leaves(), /^10\.200\.0\.1 /);
    await h1.sh("nft delete table inet fairway; ip rule del pref 100");
    await h1.daemon("fairway").start();
    await until("the way out", async () => (await leaves()) !== "" && (await tracesOf(h1)) === whole);
  });

  it("works beside ufw's chains, and says so where another table drops", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await h1.sh(`iptables -P FORWARD DROP; iptables -N ufw-reject-forward; iptables -A ufw-reject-forward -j REJECT
      iptables -A FORWARD -j ufw-reject-forward
      nft 'add table inet strict; add chain inet strict forward { type filter hook forward priority 10; policy drop; }'`);
    try {
      await startContainer(h1, "web", "blue");
      await until("the warning", async () =>
        /table \\"inet strict\\" drops what is forwarded/.test(await h1.sh("cat /var/log/fairway.log")),
      );
      await h1.sh("nft delete table inet strict");
      assert.match(
        await h1.docker("exec", "web", "nc", "-w", "5", outsideAddresses[4], "7001"),
        /^10\.200\.0\.1 /,
      );
    } finally {
      await h1.sh(
        "nft delete table inet strict 2>/dev/null || true; iptables -D FORWARD -j ufw-reject-forward",
      );
      await h1.sh("iptables -F ufw-reject-forward; iptables -X ufw-reject-forward");
    }
  });

  it("X09 nothing foreign is touched, and nothing of ours is left", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await startContainer(h1, "web", "blue");
    for (const address of Object.values(outsideAddresses))
      assert.notEqual(await h1.docker("exec", "web", "nc", "-w", "5", address, "7001"), "");
    await removeAll(h1, ["web"], ["blue"]);
    await becomes(h1, clean);
    assert.equal(await dumpForeign(h1), foreign);
  });

  it("a restart of Docker does not cut the way out", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await h1.daemon("dockerd").stop();
    await h1.sh("iptables -F DOCKER-USER; iptables -F FORWARD; iptables -X DOCKER-USER");
    await h1.daemon("dockerd").start();
    await startContainer(h1, "web", "blue");
    await until("the way out", async () => {
      const peer = await h1
        .docker("exec", "web", "nc", "-w", "1", outsideAddresses[4], "7001")
        .catch(() => "");
      return peer !== "";
    });
  });
});

/** Servers on a machine that tell everybody who they are: at once, and one that keeps its connections for a while. */
function tellPeer(machine: Machine): void {
  const peer = 'echo "$SOCAT_PEERADDR $SOCAT_PEERPORT"';
  machine.spawn(["socat", "TCP4-LISTEN:7001,fork,reuseaddr", `SYSTEM:${peer}`]);
  machine.spawn(["socat", "TCP6-LISTEN:7001,ipv6only=1,fork,reuseaddr", `SYSTEM:${peer}`]);
  machine.spawn(["socat", "TCP4-LISTEN:7004,fork,reuseaddr", `SYSTEM:${peer}; sleep 3`]);
}
