import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { allowFailpoints, arm, goOn, hasStruck } from "./failpoint.ts";
import { Session } from "./session.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

/** What the host has on the wire: a management address of each family, and routes by the wire's router. */
const configure = `
  sysctl -qw net.ipv6.conf.eth1.disable_ipv6=0; ip link set eth1 up
  ip address replace 10.70.0.2/24 broadcast 10.70.0.255 dev eth1 label eth1:lan; ip address replace 10.71.0.2/24 dev eth1
  ip address replace fd70::2/64 dev eth1 nodad
  ip route replace 10.99.0.0/16 via 10.70.0.1 metric 50 mtu 1400; ip route replace default via 10.70.0.1 metric 900 src 10.70.0.2
  ip -6 route replace fd99::/64 via fd70::1 metric 60; ip neighbour replace 10.70.0.77 lladdr 02:00:00:00:00:77 dev eth1`;

/** All of it, as iproute2 shows it. */
const show = `
  for link in eth1 $(ovs-vsctl list-br | grep fw-br || true); do
    ip -o address show dev $link | grep -v ' fe80:' | sed 's/^[0-9]*: //; s/valid_lft.*//; s/  */ /g' || true
    ip route show dev $link; ip -6 route show dev $link | grep -v -e fe80 -e ff00 || true; ip neighbour show nud permanent dev $link
  done | sort`;

describe(`a NIC with the host's own address, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let session: Session;
  let clean: string;
  let own: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    const wire = await Wire.lay(lab);
    await wire.plug(h1, "eth1");
    await startFairway(lab);
    await allowFailpoints(h1);
    await h1.sh(configure);
    clean = await tracesOf(h1);
    own = await h1.sh(show);
  });
  after(() => lab[Symbol.asyncDispose]());
  beforeEach(async () => {
    await lab.underlay.sh(`ip address replace 10.70.0.1/24 dev wire; ip address replace 10.70.0.3/24 dev wire
      ip address replace fd70::1/64 dev wire nodad`);
    await fairway("physical-network create lan --type flat");
    session = await Session.open(lab.underlay, "10.70.0.3", h1, "10.70.0.2");
  });
  afterEach(async () => {
    if (!h1.daemon("fairway").isRunning) await h1.daemon("fairway").start();
    await removeAll(h1, ["web"], ["blue"]);
    await fairway("physical-port rm lan eth1 --host h1");
    await fairway("physical-network rm lan");
    await isOwn();
    await session[Symbol.asyncDispose]();
    await becomes(h1, clean);
    assert.equal(await h1.sh("ls /var/lib/fairway/nics"), "");
  });

  const fairway = (words: string) => h1.sh(`fairway ${words}`);
  const takeAddress = () => fairway("physical-port create lan eth1 --host h1 --take-address");
  const status = async () =>
    JSON.stringify(JSON.parse(await fairway("physical-network show lan -o json")).status);
  const statusSays = (pattern: RegExp, timeoutMs = 30_000) =>
    until(`the status ${pattern}`, async () => pattern.test(await status()), { timeoutMs });
  const record = (pattern: RegExp, timeoutMs = 30_000) =>
    until(
      `the record ${pattern}`,
      async () => pattern.test(await h1.sh("cat /var/lib/fairway/nics/eth1.json 2>/dev/null || true")),
      { timeoutMs },
    );
  const doctor = async () => {
    const printed = (await h1.run(["fairway", "doctor", "-o", "json"], { check: false })).stdout;
    const { checks }: { checks: { check: string; state: string; seen: string }[] } = JSON.parse(printed);
    const { state, seen } =
      checks.find(({ check }) => check === "physical interfaces") ?? assert.fail(printed);
    return { state, seen };
  };
  const isTaken = () => record(/"state": "taken"/);
  const isForgotten = () =>
    until("nothing known", async () => (await h1.sh("ls /var/lib/fairway/nics")) === "");
  const isOwn = () => until("the NIC's own addresses", async () => (await h1.sh(show)) === own);
  /** The same beside the bridge's name and the label, which names the NIC. */
  const isMoved = async () => {
    const bridge = (await h1.sh("ovs-vsctl list-br | grep fw-br")).trim();
    const moved = (text: string) =>
      text
        .replaceAll("eth1:lan", "eth1")
        .replaceAll(bridge, "eth1")
        .split("\n")
        .map((line) => line.trim())
        .sort();
    assert.equal(await h1.sh("ip -o address show dev eth1"), "");
    assert.deepEqual(moved(await h1.sh(show)), moved(own));
  };

  it("P12 the address of a NIC is moved only where its user says so; a session goes on, there and back", async () => {
    await fairway("physical-port create lan eth1 --host h1");
    await statusSays(/eth1 has the host's address 10\.70\.0\.2.*--take-address/);
    await takeAddress();
    await isTaken();
    await isMoved();
    await session.goesOn();
    await until("no reason", async () => (await status()) === "{}");
    const quality = await lab.underlay.sh("ping -I 10.70.0.3 -c 100 -i 0.01 -q 10.70.0.2");
    assert.match(quality, /100 received, 0% packet loss/);
    assert.doesNotMatch(quality, /duplicates/);
    const range = ["--subnet", "10.70.0.0/24", "--ip-range", "10.70.0.128/26", "--gateway", "10.70.0.1"];
    await createNetwork(h1, "blue", ...range, "-o", "physicalnetwork=lan");
    await startContainer(h1, "web", "blue");
    const web = await addressOf(h1, "web");
    for (const machine of [h1, lab.underlay])
      await until(`web from ${machine.name}`, async () =>
        /1 received/.test(await machine.sh(`ping -c 1 -W 1 ${web} || true`)),
      );
    for (const address of ["10.70.0.1", "10.70.0.2"]) await ping(h1, "web", address);
    assert.deepEqual(await doctor(), { state: "ok", seen: "eth1 carries lan" });
    // A switch or hypervisor that lets the NIC's own MAC address through alone.
    const mac = (await h1.sh("cat /sys/class/net/eth1/address")).trim();
    const drop = `ether daddr & 01:00:00:00:00:00 == 00:00:00:00:00:00 ether daddr != ${mac} oifname wire-h1-eth1 drop`;
    await lab.underlay.sh(`nft add table bridge port; nft add chain bridge port out '{ type filter hook output priority 0; }'
      nft add rule bridge port out ${drop}`);
    assert.match((await doctor()).seen, /eth1 of lan gets no answers to other MAC addresses than its own/);
    await lab.underlay.sh("nft delete table bridge port");
    await removeAll(h1, ["web"], ["blue"]);
    await fairway("physical-port rm lan eth1 --host h1");
    await isOwn();
    await session.goesOn();
  });

  it("P12 a gateway that does not answer by the bridge undoes it within 30 s, and it is not tried again", async () => {
    await arm(h1, "nic-recorded:pause");
    await takeAddress();
    await record(/"state": "moving"/);
    await lab.underlay.sh("ip address del 10.70.0.1/24 dev wire; ip address replace 10.70.0.3/24 dev wire");
    const began = performance.now();
    await goOn(h1);
    await record(/"state": "undone"/, 40_000);
    assert.ok(performance.now() - began < 30_000);
    await isOwn();
    await session.goesOn();
    await statusSays(/eth1 keeps its addresses: by the bridge, gateway 10\.70\.0\.1 did not answer any more/);
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.daemon("fairway").start();
    await statusSays(/eth1 keeps its addresses/);
    await isOwn();
  });

  it("P12 a gateway that does not answer before, and an address from DHCP, are reasons not to begin", async () => {
    await lab.underlay.sh(
      "ip address del 10.70.0.1/24 dev wire; ip address del fd70::1/64 dev wire; ip address replace 10.70.0.3/24 dev wire",
    );
    await takeAddress();
    await statusSays(/the gateway 10\.70\.0\.1, fd70::1 does not answer on eth1/);
    await fairway("physical-port rm lan eth1 --host h1");
    await isForgotten();
    await lab.underlay.sh(
      "ip address replace 10.70.0.1/24 dev wire; ip address replace fd70::1/64 dev wire nodad",
    );
    await h1.sh("ip address change 10.71.0.2/24 dev eth1 valid_lft 600 preferred_lft 600");
    await takeAddress();
    await statusSays(/address 10\.71\.0\.2\/24 of eth1 comes from DHCP and ends in \d+ s/);
    await h1.sh("ip address change 10.71.0.2/24 dev eth1 valid_lft forever preferred_lft forever");
    await isOwn();
    await session.goesOn();
  });

  it("P12 X01 killed at each step, both the agent and what moves the NIC: it is finished, and undone, and a session goes on", async () => {
    for (const step of ["nic-recorded", "nic-bridged", "nic-moved", "nic-checked"]) {
      await arm(h1, `${step}:kill`);
      await takeAddress();
      await until(`the end at ${step}`, () => hasStruck(h1), { everyMs: 10 });
      await h1.daemon("fairway").kill("SIGKILL");
      await session.goesOn();
      await h1.daemon("fairway").start();
      // On a slow machine its time is over by then.
      await record(/"state": "(taken|undone)"/);
      const isUndone = /"undone"/.test(await h1.sh("cat /var/lib/fairway/nics/eth1.json"));
      await (isUndone ? isOwn() : isMoved());
      await session.goesOn();
      if (!isUndone) await arm(h1, "nic-returned:kill");
      await fairway("physical-port rm lan eth1 --host h1");
      if (!isUndone) await until("the end", () => hasStruck(h1), { everyMs: 10 });
      await h1.daemon("fairway").kill("SIGKILL");
      await session.goesOn();
      await h1.daemon("fairway").start();
      await isForgotten();
      await isOwn();
    }
  });

  it("P12 X01 the agent alone is killed: what was begun is finished without it", async () => {
    await takeAddress();
    await until(
      "the beginning",
      async () => (await h1.sh("ls /var/lib/fairway/nics 2>/dev/null || true")) !== "",
      { everyMs: 10 },
    );
    await h1.daemon("fairway").kill("SIGKILL");
    await isTaken();
    await isMoved();
    await session.goesOn();
    await h1.daemon("fairway").start();
  });

  it("P12 after a boot, which gives the NIC its address, the address is the bridge's again", async () => {
    await takeAddress();
    await isTaken();
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.sh(`ip address flush dev $(ovs-vsctl list-br | grep fw-br) scope global; ${configure}`);
    await h1.daemon("fairway").start();
    await until(
      "the addresses to be moved again",
      async () => (await h1.sh("ip -o address show dev eth1")) === "",
    );
    await isTaken();
    await isMoved();
    await session.goesOn();
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
    await fairway("physical-network create office --type vlan --range 1000-1001");
    await fairway("physical-port create office eth1 --host h1");
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
    assert.equal(await h1.sh(show), own);
    if (!hasVlans) {
      await startContainer(h1, "web", "blue");
      await until(
        "the VLAN's router",
        async () => (await ping(h1, "web", "10.50.0.1").catch(() => "")) !== "",
      );
      const office = async () =>
        JSON.stringify(JSON.parse(await fairway("physical-network show office -o json")).status);
      assert.equal(await office(), "{}");
      await createNetwork(h1, "red", "--subnet", "10.51.0.0/24", "-o", "physicalnetwork=office");
      await until("the reason", async () => /no VLAN interfaces \(module 8021q\)/.test(await office()));
    }
    await session.goesOn();
    await removeAll(h1, ["web"], ["blue", "red"]);
    await fairway("physical-port rm office eth1 --host h1");
    await fairway("physical-network rm office");
    if (hasVlans) return;
    await h1.sh("ip link del eth1.1000");
    t.diagnostic("skipped: this kernel makes no VLAN interfaces (module 8021q); a veth stood for one");
  });
});
