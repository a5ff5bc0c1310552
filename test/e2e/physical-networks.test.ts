import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

/** Somebody outside the cluster on the second wire: a namespace behind an access port of an Open vSwitch bridge of its own. */
const makePeer = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic \\
    -- add-port br-peer peer0 tag=1000 -- set Interface peer0 type=internal \\
    -- add-port br-peer peer1 -- set Interface peer1 type=internal
  ip link set peer-nic up
  for at in 0 1; do
    ip netns add peer$at; ip link set peer$at netns peer$at
    ip -n peer$at link set peer$at up
    ip netns exec peer$at ethtool -K peer$at tx off >/dev/null
  done
  ip -n peer0 address add 10.50.0.1/24 dev peer0
  ip -n peer1 address add 10.60.0.1/24 dev peer1`;

describe(`physical networks, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const wire = await Wire.lay(lab);
    for (const host of [h1, h2]) for (const nic of ["eth1", "eth2"]) await wire.plug(host, nic);
    await wire.plug(h1, "peer-nic");
    await h1.sh(makePeer);
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web", "web2"], ["blue", "red", "green"]);
    for (const name of ["office", "lan", "tunnels"]) await removePhysical(name);
    await becomes(h1, clean[0] ?? "");
    await becomes(h2, clean[1] ?? "");
    for (const host of [h1, h2]) assert.equal(await host.sh("ovs-vsctl list-br | grep fw-br || true"), "");
  });

  const fairway = (words: string) => h1.sh(`fairway ${words}`);
  const refused = (words: string, pattern: RegExp) => assert.rejects(fairway(words), pattern);
  const show = async (name: string) => JSON.parse(await fairway(`physical-network show ${name} -o json`));

  async function removePhysical(name: string): Promise<void> {
    const known: { name: string; ports: { interface: string; host: string | null }[] }[] = JSON.parse(
      await fairway("physical-network ls -o json"),
    );
    for (const { interface: nic, host } of known.find((each) => each.name === name)?.ports ?? [])
      await fairway(`physical-port rm ${name} ${nic}${host === null ? "" : ` --host ${host}`}`);
    await until(
      "its networks to be gone",
      async () => (await h1.run(["fairway", "physical-network", "rm", name], { check: false })).code === 0,
    );
  }

  const mapped = (host: Host) =>
    host.sh("ovs-vsctl get Open_vSwitch . external_ids:ovn-bridge-mappings || true");
  const isMapped = (host: Host) =>
    until("the bridge mapping", async () => /fairway-/.test(await mapped(host)));
  const answers = (what: string, script: string) =>
    until(what, async () => (await h1.run(["sh", "-c", script], { check: false })).code === 0);

  /** The network blue on the wire by `eth1` of both hosts, with the first VLAN of a range; the peer is its gateway. */
  async function makeVlanNetwork(range: string): Promise<void> {
    await fairway(`physical-network create office --type vlan --range ${range}`);
    await fairway("physical-port create office eth1");
    for (const host of [h1, h2]) await isMapped(host);
    const subnet = ["--subnet", "10.50.0.0/24", "--gateway", "10.50.0.1"];
    await createNetwork(h1, "blue", ...subnet, "-o", "physicalnetwork=office");
    await hasNetwork(h2, "blue");
  }
  const isReached = (container: string) =>
    answers(`${container} from outside`, `ip netns exec peer0 ping -c 1 -W 1 ${container}`);

  it("P01 P02 a VLAN network reaches containers on other hosts and machines outside, with its tag on the wire", async () => {
    await makeVlanNetwork("1000-1001");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await using frames = lab.underlay.spawn([
      "tcpdump",
      "-n",
      "-e",
      "-l",
      "-i",
      "wire",
      "icmp or (vlan and icmp)",
    ]);
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    await until("the other host's container", async () => (await ping(h1, "web", db).catch(() => "")) !== "");
    for (const container of [web, db]) await isReached(container);
    await ping(h2, "db", "10.50.0.1");
    await frames.printed(/vlan 1000.*ICMP/);
    const untagged = frames.log.split("\n").filter((line) => /ICMP/.test(line) && !/vlan 1000/.test(line));
    assert.deepEqual(untagged, [], "no frame without a tag");
    const quality = await h1.sh("ip netns exec peer0 ping -c 300 -i 0.01 -q " + db);
    assert.match(quality, /300 received, 0% packet loss/);
    assert.doesNotMatch(quality, /duplicates/);
    assert.deepEqual((await show("office")).networks, [{ name: "blue", segment: 1000 }]);
  });

  it("P02 a chosen VLAN is had or refused; an exhausted range says so", async () => {
    await fairway("physical-network create office --type vlan --range 1000-1001");
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "10.51.0.0/24",
      "-o",
      "physicalnetwork=office",
      "-o",
      "vlanid=1001",
    );
    const create = (...options: string[]) =>
      createNetwork(h1, "red", "--subnet", "10.52.0.0/24", ...options.flatMap((option) => ["-o", option]));
    await assert.rejects(
      create("physicalnetwork=office", "vlanid=1001"),
      /VLAN 1001 is taken by network blue/,
    );
    await assert.rejects(
      create("physicalnetwork=office", "vlanid=7"),
      /VLAN 7 is not in the ranges .*1000-1001/,
    );
    await assert.rejects(create("physicalnetwork=offise"), /no physical network .*did you mean .*office/);
    await assert.rejects(create("vlanid=1000"), /vlanid needs physicalnetwork=NAME/);
    await assert.rejects(create("mode=flat"), /mode=flat needs physicalnetwork=NAME/);
    await assert.rejects(
      create("physicalnetwork=office", "mode=nat"),
      /mode=nat is not for physical network office/,
    );
    await assert.rejects(create("physicalnetwork=office", "vni=9"), /vni is not for physical network office/);
    await create("physicalnetwork=office");
    await assert.rejects(
      createNetwork(h1, "green", "--subnet", "10.53.0.0/24", "-o", "physicalnetwork=office"),
      /no free VLAN in 1000-1001/,
    );
    const { networks } = await show("office");
    assert.deepEqual(networks, [
      { name: "red", segment: 1000 },
      { name: "blue", segment: 1001 },
    ]);
  });

  it("P03 an overlay network has its VNI in the tunnels", async () => {
    await fairway("physical-network create tunnels --type vxlan --range 70000-70010");
    await fairway("physical-port create tunnels vxlan0");
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "10.54.0.0/24",
      "-o",
      "physicalnetwork=tunnels",
      "-o",
      "vni=70005",
    );
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await using frames = lab.underlay.spawn(["tcpdump", "-n", "-l", "-i", "underlay", "udp port 6081"]);
    const db = await addressOf(h2, "db");
    await until("the other host's container", async () => (await ping(h1, "web", db).catch(() => "")) !== "");
    // 70005 in hexadecimal, as tcpdump prints a VNI.
    await frames.printed(/vni 0x11175\b/);
  });

  it("P04 N04 a flat network carries one network, without a tag", async () => {
    await fairway("physical-network create lan --type native");
    await fairway("physical-port create lan eth1 --host h1");
    await isMapped(h1);
    assert.doesNotMatch(await mapped(h2), /fairway-/);
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "10.60.0.0/24",
      "--gateway",
      "10.60.0.1",
      "-o",
      "physicalnetwork=lan",
      "-o",
      "mode=flat",
    );
    await startContainer(h1, "web", "blue");
    await answers("web from the LAN", `ip netns exec peer1 ping -c 1 -W 1 ${await addressOf(h1, "web")}`);
    assert.match(await h1.docker("exec", "web", "ip", "route"), /default via 10\.60\.0\.1/);
    await assert.rejects(
      createNetwork(h1, "red", "--subnet", "10.61.0.0/24", "-o", "physicalnetwork=lan"),
      /lan is flat and carries network blue already/,
    );
  });

  it("P06 an interface of one host is put into a bridge and taken out; one with an address is left alone", async () => {
    await h1.sh("ip link set eth2 up; ip address add 192.0.2.5/24 dev eth2");
    await fairway("physical-network create lan --type flat");
    await fairway("physical-port create lan eth2 --host h1");
    const status = async () => JSON.stringify((await show("lan")).status);
    await until("the reason", async () => /eth2 has the host's address 192\.0\.2\.5/.test(await status()));
    assert.equal(await h1.sh("ovs-vsctl list-br | grep fw-br || true"), "");
    assert.match(await h1.sh("ip -brief address show dev eth2"), /192\.0\.2\.5/);
    await h1.sh("ip address del 192.0.2.5/24 dev eth2");
    await isMapped(h1);
    await until("no reason", async () => (await status()) === "{}");
    const bridge = (await h1.sh("ovs-vsctl list-br | grep fw-br")).trim();
    assert.match(await h1.sh(`ovs-vsctl list-ports ${bridge}`), /^eth2$/m);
    await fairway("physical-port rm lan eth2 --host h1");
    await until(
      "the bridge to go",
      async () => (await h1.sh("ovs-vsctl list-br | grep fw-br || true")) === "",
    );
    assert.match(await h1.sh("ip -brief link show dev eth2"), /eth2/);
    assert.doesNotMatch(await mapped(h1), /fairway-/);
  });

  it("P06 an interface that somebody has put into a bridge stays there; foreign mappings stay, too", async () => {
    await h1.sh("ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings=theirs:br-other");
    await fairway("physical-network create lan --type flat");
    await fairway("physical-port create lan eth0 --host h1");
    await until("both mappings", async () =>
      /theirs:br-other,fairway-[0-9a-f-]+:br-phy/.test(await mapped(h1)),
    );
    await fairway("physical-port rm lan eth0 --host h1");
    await until("theirs alone", async () => /^"?theirs:br-other"?\s*$/.test(await mapped(h1)));
    assert.match(await h1.sh("ovs-vsctl list-ports br-phy"), /^eth0$/m);
    await h1.sh("ovs-vsctl remove Open_vSwitch . external_ids ovn-bridge-mappings");
  });

  it("P07 P08 ranges are checked, and nothing goes that something hangs on", async () => {
    await refused(
      "physical-network create office --type vlan --range 4096",
      /range "4096" is not valid.*1 to 4094/s,
    );
    await refused(
      "physical-network create office --type vlan --range 5-9 --range 9-12",
      /5-9 and 9-12 overlap/,
    );
    await refused("physical-network create office --type flat --range 5", /flat .* has no ranges/);
    await fairway("physical-network create office --type vlan --range 1000-1030");
    await fairway("physical-port create office eth1 --host h1");
    await refused(
      "physical-port create office eth2 --host h1",
      /on host h1, interface eth1 is the port of .* office/,
    );
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "10.55.0.0/24",
      "-o",
      "physicalnetwork=office",
      "-o",
      "vlanid=1020",
    );
    await refused("physical-network update office --range 1000-1010", /VLAN 1020 is in use by network blue/);
    await fairway("physical-network update office --range 1020");
    await refused("physical-network rm office", /office has the networks blue; remove them first/);
    await removeAll(h1, [], ["blue"]);
    await refused("physical-network rm office", /office has the physical ports eth1; remove them first/);
  });

  it("P01 X01 a VLAN network goes on while Fairway is down, and is kept after a restart", async () => {
    await makeVlanNetwork("1000");
    await startContainer(h2, "db", "blue");
    const db = await addressOf(h2, "db");
    await isReached(db);
    const before = await mapped(h2);
    for (const host of [h1, h2]) await host.daemon("fairway").kill("SIGKILL");
    await isReached(db);
    for (const host of [h1, h2]) await host.daemon("fairway").start();
    await isReached(db);
    assert.equal(await mapped(h2), before);
  });

  it("P05 a network of a local physical network never leaves its host", async () => {
    await h1.sh("fairway physical-network create here --type local");
    for (const host of [h1, h2])
      await createNetwork(host, "blue", "--subnet", "10.51.0.0/24", "-o", "physicalnetwork=here");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "web2", "blue");
    await startContainer(h2, "db", "blue", "--ip", "10.51.0.200");
    await ping(h1, "web", await addressOf(h1, "web2"));
    const far = ["docker", "exec", "web", "ping", "-c", "1", "-W", "1", "10.51.0.200"];
    assert.notEqual((await h1.run(far, { check: false })).code, 0);
    await removeAll(h2, ["db"], ["blue"]);
    await removeAll(h1, ["web", "web2"], ["blue"]);
    await h1.sh("fairway physical-network rm here");
  });
});
