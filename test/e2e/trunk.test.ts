import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, intoNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

/** Somebody outside the cluster in each VLAN: a namespace behind an access port of an Open vSwitch bridge of its own. */
const makePeers = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic
  ip link set peer-nic up
  for vlan in 10 20 30 1000; do
    ovs-vsctl add-port br-peer peer$vlan tag=$vlan -- set Interface peer$vlan type=internal
    ip netns add peer$vlan; ip link set peer$vlan netns peer$vlan
    ip -n peer$vlan link set peer$vlan up; ip netns exec peer$vlan ethtool -K peer$vlan tx off >/dev/null
    ip -n peer$vlan address add 10.50.0.1/24 dev peer$vlan
  done`;

/** Asks for 10.50.0.1 by ARP, in a VLAN, from an address that nobody has. */
const askInVlan = `import socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); link.bind(("eth0", 0))
mac = link.getsockname()[4]
tag = bytes.fromhex("8100") + int(sys.argv[1]).to_bytes(2, "big")
arp = bytes.fromhex("08060001080006040001") + mac + bytes([10, 50, 0, 99]) + bytes(6) + bytes([10, 50, 0, 1])
link.send(b"\\xff" * 6 + mac + tag + arp + bytes(18))`;

describe(`a VLAN trunk into a container, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    const wire = await Wire.lay(lab);
    for (const nic of ["eth1", "peer-nic"]) await wire.plug(h1, nic);
    await h1.sh(makePeers);
    await startFairway(lab);
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h1, ["web", "db"], ["blue", "red"]);
    await h1.sh("fairway physical-port rm office eth1; fairway physical-network rm office");
    await becomes(h1, clean);
  });

  /** As a value of `--network`: what has a comma in it stands in quotes. */
  const trunk = (network: string, vlans: string) => `name=${network},"driver-opt=fairway.trunk=${vlans}"`;

  async function makeNetwork(): Promise<void> {
    await h1.sh("fairway physical-network create office --type vlan --range 10-30 --range 1000");
    await h1.sh("fairway physical-port create office eth1");
    await until("the bridge mapping", async () =>
      /fairway-/.test(await h1.sh("ovs-vsctl get Open_vSwitch . external_ids")),
    );
    const subnet = ["--subnet", "10.50.0.0/24", "--gateway", "10.50.0.1"];
    await createNetwork(h1, "blue", ...subnet, "-o", "physicalnetwork=office", "-o", "vlanid=1000");
  }

  it("P10 a container has its VLANs' frames with their tags, beside its network's, and no other VLAN's", async () => {
    await makeNetwork();
    await startContainer(h1, "web", trunk("blue", "10,20"));
    await startContainer(h1, "db", "none");
    await h1.docker("network", "disconnect", "none", "db");
    await h1.docker("network", "connect", "--driver-opt", "fairway.trunk=10", "blue", "db");
    assert.match(await ping(h1, "web", "10.50.0.1"), / 0% packet loss/);
    assert.match(await ping(h1, "web", await addressOf(h1, "db")), / 0% packet loss/);
    const inside = await intoNetwork(h1, "web");
    const watch = async (container: string) => {
      const dump = h1.spawn([
        ...(await intoNetwork(h1, container)),
        "tcpdump",
        "-n",
        "-e",
        "-l",
        "-i",
        "eth0",
        "vlan",
      ]);
      await dump.printed(/listening on/);
      return dump;
    };
    await using web = await watch("web");
    await using db = await watch("db");
    const macOf = async (vlan: number) =>
      (await h1.sh(`ip netns exec peer${vlan} cat /sys/class/net/peer${vlan}/address`)).trim();
    const asks = (vlan: number) => h1.run([...inside, "python3", "-c", askInVlan, String(vlan)]);
    for (const vlan of [10, 20])
      await until(`an answer in VLAN ${vlan}`, async () => {
        await asks(vlan);
        return new RegExp(`vlan ${vlan}, .*10\\.50\\.0\\.1 is-at`).test(web.log);
      });
    for (const vlan of [10, 20]) assert.ok(web.log.includes(`is-at ${await macOf(vlan)}`));
    // Another container that has the VLAN hears the question, and of the other VLAN nothing.
    await db.printed(/vlan 10, .*who-has 10\.50\.0\.1/);
    assert.ok(!db.log.includes("vlan 20"));
    await using peer = h1.spawn([
      "ip",
      "netns",
      "exec",
      "peer30",
      "tcpdump",
      "-n",
      "-l",
      "-i",
      "peer30",
      "arp",
    ]);
    await peer.printed(/listening on/);
    await asks(30);
    await asks(10);
    await until("the last question", () => web.log.split("10.50.0.1 is-at").length > 3);
    assert.ok(!peer.log.includes("10.50.0.99"));
    const options = JSON.parse(await h1.sh("fairway endpoint show web -o json"));
    assert.equal(options.options["fairway.trunk"], "10,20");
  });

  it("P10 a trunk of VLANs that the wire does not have, and on a network without a wire, is refused", async () => {
    await makeNetwork();
    await createNetwork(h1, "red", "--subnet", "10.61.0.0/24");
    const refused = (network: string, vlans: string, pattern: RegExp) =>
      assert.rejects(
        h1.docker("run", "--rm", "--network", trunk(network, vlans), busyboxImage, "true"),
        pattern,
      );
    await refused(
      "blue",
      "10,99",
      /VLAN 99, which is not in the ranges of physical network office: 10-30, 1000/,
    );
    await refused("blue", "1000", /VLAN 1000, which is network blue's own/);
    await refused("blue", "ten", /fairway\.trunk.*it takes up to 64 VLANs, e\.g\. 10,20/);
    await refused("red", "10", /fairway\.trunk is for networks on a physical network of type vlan/);
  });
});
