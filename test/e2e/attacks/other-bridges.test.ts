import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../../lab/fairway.ts";
import type { Host } from "../../../lab/host/host.ts";
import type { Machine } from "../../../lab/host/machine.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { addressOf, createNetwork, intoNetwork, removeAll, startSpeaker } from "../docker-network.ts";
import { variant } from "../settings.ts";

const outsideAddress = "10.200.0.254";

describe(`other people's bridges and rules, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let outside: Machine;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant, outside: true });
    h1 = lab.host("h1");
    outside = lab.outside;
    outside.spawn(["socat", "TCP-LISTEN:80,fork,reuseaddr", "SYSTEM:echo outside"]);
    await startFairway(lab);
    await h1.docker("network", "create", "--driver", "bridge", "plain");
    await h1.docker("network", "create", "--driver", "bridge", "--internal", "closed");
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await createNetwork(h1, "green", "--subnet", "10.2.0.0/24", "-o", "mode=routed");
    await run("web", "blue", "-p", "8080:80");
    await run("routed", "green");
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h1, ["there"], []);
    await h1.sh("iptables -P FORWARD DROP");
  });

  /** A container that tells everybody its name at port 80. */
  const run = (name: string, network: string, ...flags: string[]) =>
    startSpeaker(h1, name, network, name, ...flags);

  /** Who answers a container; empty where nobody does. */
  async function ask(container: string, address: string, port = 80): Promise<string> {
    return await askFrom(await intoNetwork(h1, container), address, port);
  }

  async function askFrom(enter: readonly string[], address: string, port = 80): Promise<string> {
    const words = [...enter, "socat", "-T", "2", "-", `TCP4:${address}:${port},connect-timeout=2`];
    return (await h1.run(words, { check: false })).stdout.trim();
  }

  const answers = (container: string, address: string, name: string, port = 80) =>
    until(`${name} to answer ${container}`, async () => (await ask(container, address, port)) === name);

  for (const policy of ["DROP", "ACCEPT"] as const)
    for (const network of ["plain", "closed"] as const)
      it(`N01 a container reaches nothing unpublished on the ${network} bridge of Docker, whose policy is ${policy}`, async () => {
        await run("there", network);
        const address = await addressOf(h1, "there");
        await until("the server", async () => (await askFrom([], address)) === "there");
        await answers("web", outsideAddress, "outside");
        await h1.sh(`iptables -P FORWARD ${policy}`);
        for (const container of ["web", "routed"]) assert.equal(await ask(container, address), "", container);
      });

  it("N01 N02 what Docker's bridge publishes is reached, and what Fairway publishes is reached from a bridge", async () => {
    await run("there", "plain", "-p", "8090:80");
    await answers("web", h1.address, "there", 8090);
    await answers("there", h1.address, "web", 8080);
    await answers("there", await addressOf(h1, "routed"), "routed");
  });

  it("N01 a container on an internal bridge of Docker gets out by no network of ours", async () => {
    await run("there", "closed");
    await answers("web", outsideAddress, "outside");
    assert.equal(await ask("there", await addressOf(h1, "routed")), "");
    assert.equal(await ask("there", await addressOf(h1, "web")), "");
  });

  it("N01 a bridge of virtual machines stays closed by its owner's rules, and what its machines ask for is answered", async () => {
    // As libvirt makes it for a network with NAT (libvirt's firewall documentation).
    await h1.sh(`ip link add virbr7 type bridge; ip address add 192.168.122.1/24 dev virbr7; ip link set virbr7 up
      ip netns add machine; ip link add tap7 type veth peer name eth0 netns machine; ip link set tap7 master virbr7 up
      ip -n machine address add 192.168.122.7/24 dev eth0; ip -n machine link set eth0 up; ip -n machine link set lo up
      ip -n machine route add default via 192.168.122.1
      iptables -N LIBVIRT_FWX; iptables -A FORWARD -j LIBVIRT_FWX
      iptables -A LIBVIRT_FWX -o virbr7 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -A LIBVIRT_FWX -i virbr7 ! -o virbr7 -j ACCEPT
      iptables -A LIBVIRT_FWX -o virbr7 -j REJECT`);
    const machine = ["ip", "netns", "exec", "machine"];
    const server = h1.spawn([...machine, "socat", "TCP-LISTEN:80,fork,reuseaddr", "SYSTEM:echo machine"]);
    try {
      await until("the machine's server", async () => (await askFrom([], "192.168.122.7")) === "machine");
      await until(
        "the way out of the bridge",
        async () => (await askFrom(machine, h1.address, 8080)) === "web",
      );
      await until(
        "the routed network",
        async () => (await askFrom(machine, await addressOf(h1, "routed"))) === "routed",
      );
      for (const container of ["web", "routed"])
        assert.equal(await ask(container, "192.168.122.7"), "", container);
    } finally {
      await server[Symbol.asyncDispose]();
      await h1.sh(`iptables -D FORWARD -j LIBVIRT_FWX; iptables -F LIBVIRT_FWX; iptables -X LIBVIRT_FWX
        ip link delete tap7; ip link delete virbr7; ip netns delete machine`);
    }
  });

  it("N01 by IPv6 a container reaches nothing on another bridge either, whatever the policy", async () => {
    await h1.sh(`ip link add virbr6 type bridge; ip address add fd07::1/64 dev virbr6 nodad; ip link set virbr6 up
      ip netns add machine6; ip link add tap6 type veth peer name eth0 netns machine6; ip link set tap6 master virbr6 up
      ip -n machine6 address add fd07::7/64 dev eth0 nodad; ip -n machine6 link set eth0 up
      ip -n machine6 route add default via fd07::1`);
    const serve = ["ip", "netns", "exec", "machine6", "socat", "TCP6-LISTEN:80,fork,reuseaddr"];
    const server = h1.spawn([...serve, "SYSTEM:echo machine"]);
    const ask6 = async (enter: readonly string[], address: string) => {
      const words = [...enter, "socat", "-T", "2", "-", `TCP6:[${address}]:80,connect-timeout=2`];
      return (await h1.run(words, { check: false })).stdout.trim();
    };
    try {
      await createNetwork(h1, "six", "--ipv6", "--subnet", "10.6.0.0/24", "--subnet", "fd06::/64");
      await run("there", "six");
      const inside = await intoNetwork(h1, "there");
      await outside.sh("ip address add fd00:200::254/64 dev eth0 nodad");
      await h1.sh("ip address add fd00:200::1/64 dev br-phy nodad");
      await using _world = outside.spawn([
        "socat",
        "TCP6-LISTEN:80,fork,reuseaddr,ipv6only",
        "SYSTEM:echo outside",
      ]);
      await until("the machine's server", async () => (await ask6([], "fd07::7")) === "machine");
      await until("the way out", async () => (await ask6(inside, "fd00:200::254")) === "outside");
      for (const policy of ["DROP", "ACCEPT"]) {
        await h1.sh(`ip6tables -P FORWARD ${policy}`);
        assert.equal(await ask6(inside, "fd07::7"), "", policy);
      }
    } finally {
      await server[Symbol.asyncDispose]();
      await removeAll(h1, ["there"], ["six"]);
      await h1.sh(
        "ip6tables -P FORWARD ACCEPT; ip link delete tap6; ip link delete virbr6; ip netns delete machine6",
      );
    }
  });

  it("N01 a rule that somebody puts behind ours into DOCKER-USER is in force, and stays so", async () => {
    await answers("web", outsideAddress, "outside");
    const rule = `-d ${outsideAddress} -p tcp --dport 80 -j DROP`;
    // Right behind ours: Docker 20.10 has a RETURN at the end of the chain, behind which nothing is ever in force.
    await h1.sh(`place=$(iptables -S DOCKER-USER | grep -n fairway | tail -1 | cut -d: -f1)
      iptables -I DOCKER-USER $place ${rule}`);
    try {
      await until("the rule to be in force", async () => (await ask("web", outsideAddress)) === "", {
        timeoutMs: 25_000,
      });
      await answers("web", h1.address, "web", 8080);
      assert.equal(await ask("web", outsideAddress), "");
    } finally {
      await h1.sh(`iptables -D DOCKER-USER ${rule}`);
    }
    await answers("web", outsideAddress, "outside");
  });
});
