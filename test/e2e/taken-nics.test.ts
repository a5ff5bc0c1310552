import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { addressOf, answers, createNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { arm, goOn } from "./failpoint.ts";
import { answersTo, HostOnWire } from "./host-on-wire.ts";
import { variant } from "./settings.ts";

describe(`a NIC with the host's own address, ${variant}`, () => {
  let machine: HostOnWire;
  let h1: Host;

  before(async () => {
    machine = await HostOnWire.start();
    h1 = machine.h1;
  });
  after(() => machine[Symbol.asyncDispose]());
  beforeEach(() => machine.begin());
  afterEach(() => machine.clear());

  const doctor = async () => {
    const printed = (await h1.run(["fairway", "doctor", "-o", "json"], { check: false })).stdout;
    const { checks }: { checks: { check: string; state: string; seen: string }[] } = JSON.parse(printed);
    const { state, seen } =
      checks.find(({ check }) => check === "physical interfaces") ?? assert.fail(printed);
    return { state, seen };
  };
  it("P12 the address of a NIC is moved only where its user says so; a session goes on, there and back", async () => {
    await machine.fairway("physical-port create lan eth1 --host h1");
    await machine.statusSays(/eth1 has the host's address 10\.70\.0\.2.*--take-address/);
    await machine.takeAddress();
    await machine.isTaken();
    await machine.isMoved();
    await machine.sessionGoesOn();
    await until("no reason", async () => (await machine.status()) === "{}");
    const quality = await machine.lab.underlay.sh("ping -I 10.70.0.3 -c 100 -i 0.01 -q 10.70.0.2");
    assert.match(quality, /100 received, 0% packet loss/);
    assert.doesNotMatch(quality, /duplicates/);
    await machine.startWeb();
    const web = await addressOf(h1, "web");
    for (const each of [h1, machine.lab.underlay]) await answersTo(each, web);
    for (const address of ["10.70.0.1", "10.70.0.2"]) await ping(h1, "web", address);
    assert.deepEqual(await doctor(), { state: "ok", seen: "eth1 carries lan" });
    // A switch or hypervisor that lets the NIC's own MAC address through alone.
    const mac = (await h1.sh("cat /sys/class/net/eth1/address")).trim();
    const drop = `ether daddr & 01:00:00:00:00:00 == 00:00:00:00:00:00 ether daddr != ${mac} oifname wire-h1-eth1 drop`;
    await machine.lab.underlay.sh(`nft add table bridge port; nft add chain bridge port out '{ type filter hook output priority 0; }'
      nft add rule bridge port out '${drop}'`);
    assert.match((await doctor()).seen, /eth1 of lan gets no answers to other MAC addresses than its own/);
    await machine.lab.underlay.sh("nft delete table bridge port");
    await removeAll(h1, ["web"], ["blue"]);
    await machine.fairway("physical-port rm lan eth1 --host h1");
    await machine.isOwn();
    await machine.sessionGoesOn();
  });

  it("P12 a gateway that does not answer by the bridge undoes it within 30 s, and it is not tried again", async () => {
    await arm(h1, "nic-recorded:pause");
    await machine.takeAddress();
    await machine.record(/"state": "moving"/);
    await machine.lab.underlay.sh(
      "ip address del 10.70.0.1/24 dev wire; ip address replace 10.70.0.3/24 dev wire",
    );
    const began = performance.now();
    await goOn(h1);
    await machine.record(/"state": "undone"/, 40_000);
    assert.ok(performance.now() - began < 30_000);
    await machine.isOwn();
    await machine.sessionGoesOn();
    await machine.statusSays(
      /eth1 keeps its addresses: by the bridge, gateway 10\.70\.0\.1 did not answer any more/,
    );
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.daemon("fairway").start();
    await machine.statusSays(/eth1 keeps its addresses/);
    await machine.isOwn();
  });

  it("P12 a gateway that does not answer before, and an address from DHCP, are reasons not to begin", async () => {
    await machine.lab.underlay.sh(
      "ip address del 10.70.0.1/24 dev wire; ip address del fd70::1/64 dev wire; ip address replace 10.70.0.3/24 dev wire",
    );
    await machine.takeAddress();
    await machine.statusSays(/the gateway 10\.70\.0\.1, fd70::1 does not answer on eth1/);
    await machine.fairway("physical-port rm lan eth1 --host h1");
    await machine.isForgotten();
    await machine.lab.underlay.sh(
      "ip address replace 10.70.0.1/24 dev wire; ip address replace fd70::1/64 dev wire nodad",
    );
    await h1.sh("ip address change 10.71.0.2/24 dev eth1 valid_lft 600 preferred_lft 600");
    await machine.takeAddress();
    await machine.statusSays(/address 10\.71\.0\.2\/24 of eth1 comes from DHCP and ends in \d+ s/);
    await h1.sh("ip address change 10.71.0.2/24 dev eth1 valid_lft forever preferred_lft forever");
    await machine.isOwn();
    await machine.sessionGoesOn();
  });

  it("P12 VLANs pass beside the host's address, each by an interface of its own", async (t) => {
    const hasVlans = await h1
      .sh("ip link add link eth1 name probe.7 type vlan id 7 && ip link del probe.7")
      .then(
        () => true,
        () => false,
      );
    // Where the kernel makes none, one that somebody else made stands for it.
    if (!hasVlans)
      await h1.sh(
        "ip link add eth1.1000 type veth peer name vlan1000; ip link set vlan1000 up; ethtool -K eth1.1000 tx off >/dev/null; ethtool -K vlan1000 tx off >/dev/null; ip address add 10.50.0.1/24 dev vlan1000",
      );
    await machine.fairway("physical-network create office --type vlan --range 1000-1001");
    await machine.fairway("physical-port create office eth1 --host h1");
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "10.50.0.0/24",
      "-o",
      "physicalnetwork=office",
      "--gateway",
      "10.50.0.1",
    );
    const tag = () => h1.sh("ovs-vsctl --bare --columns=tag find Port name=eth1.1000");
    await until("the interface in the bridge", async () => (await tag()).trim() === "1000");
    assert.equal(await machine.shown(), machine.own);
    if (!hasVlans) {
      await startContainer(h1, "web", "blue");
      await answers(h1, "web", "10.50.0.1");
      const office = async () =>
        JSON.stringify(JSON.parse(await machine.fairway("physical-network show office -o json")).status);
      assert.equal(await office(), "{}");
      await createNetwork(h1, "red", "--subnet", "10.51.0.0/24", "-o", "physicalnetwork=office");
      await until("the reason", async () => /no VLAN interfaces \(module 8021q\)/.test(await office()));
    }
    await machine.sessionGoesOn();
    await removeAll(h1, ["web"], ["blue", "red"]);
    await machine.fairway("physical-port rm office eth1 --host h1");
    await machine.fairway("physical-network rm office");
    if (hasVlans) return;
    await h1.sh("ip link del eth1.1000");
    t.diagnostic("skipped: this kernel makes no VLAN interfaces (module 8021q); a veth stood for one");
  });
});
