import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  answers,
  createNetwork,
  hasNetwork,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

describe(`VXLAN to a foreign end, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let outside: Machine;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2, outside] = [lab.host("h1"), lab.host("h2"), lab.outside];
    await startFairway(lab);
    // A plain Linux: a VXLAN link of its kernel, which sends what is for all to both hosts.
    await outside.sh(`ip link add vx5001 mtu 1450 type vxlan id 5001 dstport 4789 local ${outside.address}
      ethtool -K vx5001 tx off >/dev/null
      for host in ${h1.address} ${h2.address}; do bridge fdb append 00:00:00:00:00:00 dev vx5001 dst $host; done
      ip address add 10.80.0.1/24 dev vx5001; ip address add fd80::1/64 dev vx5001 nodad; ip link set vx5001 up`);
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web"], ["blue", "red"]);
    await until(
      "the physical network to go",
      async () =>
        (await h1.run(["fairway", "physical-network", "rm", "fabric"], { check: false })).code === 0,
    );
    await becomes(h1, clean[0] ?? "");
    await becomes(h2, clean[1] ?? "");
    for (const host of [h1, h2]) assert.equal(await host.sh("ovs-vsctl list-br | grep fw-br || true"), "");
  });

  const make = (...flags: string[]) =>
    h1.run(["fairway", "physical-network", "create", "fabric", "--type", "vtep", ...flags]);
  const reaches = (what: string, machine: Machine, address: string) =>
    until(
      what,
      async () => (await machine.run(["ping", "-c", "1", "-W", "1", address], { check: false })).code === 0,
    );

  it("P09 containers on two hosts and a plain Linux are one Ethernet by VXLAN, with the VNI on the wire", async () => {
    await make("--range", "5001-5002", "--peer", outside.address);
    const subnets = ["--subnet", "10.80.0.0/24", "--gateway", "10.80.0.1", "--ipv6", "--subnet", "fd80::/64"];
    await createNetwork(h1, "blue", ...subnets, "-o", "physicalnetwork=fabric", "-o", "vni=5001");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await using frames = lab.underlay.spawn(["tcpdump", "-n", "-l", "-i", "underlay", "udp port 4789"]);
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    for (const address of [web, db]) await reaches(`${address} from outside`, outside, address);
    await answers(h1, "web", "10.80.0.1");
    await answers(h1, "web", db);
    await answers(h2, "db", "fd80::1");
    await frames.printed(/VXLAN.*vni 5001/);
    for (const address of [web, db])
      await until(`every packet of ${address}, once`, async () => {
        const quality = await outside.sh(`ping -c 200 -i 0.01 -s 1422 -M do -q ${address} || true`);
        assert.doesNotMatch(quality, /duplicates/);
        return /200 received, 0% packet loss/.test(quality);
      });
    assert.match(await h1.docker("exec", "web", "ip", "link", "show", "eth0"), /mtu 1450/);
    const shown = JSON.parse(await h1.sh("fairway physical-network show fabric -o json"));
    assert.deepEqual([shown.peers, shown.status], [[outside.address], {}]);
    // Without the peer containers still reach each other, and the peer is cut off.
    await h1.sh("fairway physical-network update fabric --peer 192.0.2.77");
    await until(
      "the peer to be gone",
      async () => (await outside.run(["ping", "-c", "1", "-W", "1", web], { check: false })).code !== 0,
    );
    await answers(h1, "web", db);
  });

  it("P09 a VNI is had once; peers and interfaces are for the types that have them", async () => {
    await make("--range", "5001-5002");
    await createNetwork(h1, "blue", "--subnet", "10.80.0.0/24", "-o", "physicalnetwork=fabric");
    const create = (...options: string[]) =>
      createNetwork(h1, "red", "--subnet", "10.81.0.0/24", ...options.flatMap((option) => ["-o", option]));
    await assert.rejects(create("physicalnetwork=fabric", "vni=5001"), /VNI 5001 is taken by network blue/);
    await assert.rejects(
      create("physicalnetwork=fabric", "vlanid=7"),
      /vlanid is not for physical network fabric/,
    );
    await assert.rejects(
      create("physicalnetwork=fabric", "mode=nat"),
      /mode=nat is not for physical network fabric/,
    );
    await assert.rejects(
      h1.sh("fairway physical-port create fabric eth0"),
      /fabric is of type vtep: .* no interface carries them/,
    );
    await assert.rejects(
      h1.sh("fairway physical-network create lan --type flat --peer 192.0.2.9"),
      /a physical network of type flat has no peers/,
    );
    await assert.rejects(make("--peer", "nowhere"), /peers/);
    await h1.docker("run", "--rm", "--network", "blue", busyboxImage, "true");
  });
});
