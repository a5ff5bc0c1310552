import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { v7 } from "uuid";
import { clearHost } from "../../../src/agent/clear.ts";
import { providerBridgeName } from "../../../src/agent/ports/interface-names.ts";
import { moveNic } from "../../../src/agent/provider-bridges/nic-move.ts";
import {
  nicFile,
  nicRecordsIn,
  readNicRecord,
  wantedMove,
  writeNicRecord,
} from "../../../src/agent/provider-bridges/nic-record.ts";
import { startAgent } from "../../../src/agent/start.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import type { Step } from "../../../src/failpoints.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { startChassis, until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";
import { quiet, StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const directory = await mkdtemp(join(tmpdir(), "fairway-nics-"));
const stateFile = join(directory, "host-state.json");
const chassis = await startChassis();
const far = await startNetwork();
const netlink = new Netlink();
after(async () => {
  netlink[Symbol.dispose]();
  far.kill();
  await chassis[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});
await sh(`ip link set lo up; ip link add nic type veth peer name wire netns ${far.pid}; ip link set nic up; ethtool -K nic tx off >/dev/null
  nsenter -t ${far.pid} -n sh -c 'ip link set wire up; ethtool -K wire tx off >/dev/null; ip address add 192.0.2.1/24 dev wire'
  ip address add 192.0.2.5/24 dev nic; ip route add default via 192.0.2.1 metric 7`);

const physicalNetwork = v7();
const bridge = providerBridgeName(physicalNetwork);
const file = nicFile(nicRecordsIn(stateFile), "nic");
const atFar = (script: string) => sh(`nsenter -t ${far.pid} -n ${script}`);
const show = async (link: string) =>
  (await sh(`ip -4 -o address show dev ${link} | sed 's/^[0-9]*: //'; ip route show dev ${link}`)).replaceAll(
    link,
    "LINK",
  );
const own = await show("nic");
afterEach(async () => {
  await clearHost({ openvswitchSocket: chassis.openvswitchSocket, stateFile });
  assert.equal(await show("nic"), own);
  assert.equal(await chassis.vsctl("list-br"), "br-int");
  assert.ok(!existsSync(nicRecordsIn(stateFile)));
  assert.doesNotMatch(await sh("nft list tables"), /fw-br/);
});

/** Does what the record says, and fails as a test wants. */
const move = (failing?: Step, pathOfCenter: string | null = null) =>
  moveNic(file, {
    netlink,
    openvswitchSocket: chassis.openvswitchSocket,
    center: pathOfCenter,
    reached: async (step) => {
      if (step === failing) throw new Error(`a test fails it at ${step}`);
    },
    logger: quiet,
  });
const want = () =>
  writeNicRecord(
    file,
    wantedMove({ nic: "nic", bridge, physicalNetwork, datapathType: "netdev" }, undefined),
  );

test("P12 a NIC's address is its bridge's, reached once by each frame, and goes back when the host is cleared", async () => {
  await want();
  await move();
  assert.equal((await readNicRecord(file))?.state, "taken");
  assert.equal(await show(bridge), own);
  assert.equal(await sh("ip -4 -o address show dev nic"), "");
  const quality = await atFar("ping -c 50 -i 0.01 -q 192.0.2.5");
  assert.match(quality, /50 received, 0% packet loss/);
  assert.doesNotMatch(quality, /duplicates/);
  // An address that the bridge got since goes with the others.
  await sh(`ip address add 198.51.100.9/32 dev ${bridge}`);
  await clearHost({ openvswitchSocket: chassis.openvswitchSocket, stateFile });
  assert.match(await sh("ip -4 -o address show dev nic"), /198\.51\.100\.9/);
  await sh("ip address del 198.51.100.9/32 dev nic");
});

test("P12 what fails at any step is undone at once, with the reason kept", async () => {
  for (const step of ["nic-recorded", "nic-bridged", "nic-moved"] as const) {
    await want();
    await move(step);
    const record = await readNicRecord(file);
    assert.deepEqual([record?.state, record?.reason], ["undone", `a test fails it at ${step}`]);
    assert.equal(await show("nic"), own);
    assert.match(await atFar("ping -c 1 -W 2 192.0.2.5"), /1 received/);
  }
});

test("P12 what was left in the middle is undone when its time is over", async () => {
  await want();
  await move();
  const taken = await readNicRecord(file);
  assert.ok(taken);
  await writeNicRecord(file, { ...taken, state: "moving", deadline: Date.now() - 1 });
  await move();
  assert.match((await readNicRecord(file))?.reason ?? "", /interrupted, and not over in time/);
  assert.equal(await show("nic"), own);
});

test("P12 the agent takes an address only where it is told to, and gives it back when the port goes", async () => {
  const center = new StubCenter();
  const agent = startAgent({
    api: center,
    hostName: "host",
    openvswitchSocket: chassis.openvswitchSocket,
    bridge: "br-int",
    stateFile,
    engineNetworks: async () => new Set<string>(),
    moveNic: () => move(),
    logger: quiet,
  });
  await using _ = agent;
  const item = (more: Partial<Extract<HostItem, { kind: "provider-bridge" }>>): HostItem => ({
    key: `provider-bridge/${physicalNetwork}`,
    kind: "provider-bridge",
    physicalNetwork,
    name: "lan",
    interface: "nic",
    ...more,
  });
  center.set([item({})]);
  await until("the reason", () => {
    assert.match(JSON.stringify(center.troubles), /nic has the host's address 192\.0\.2\.5.*--take-address/);
  });
  center.change([item({ takeAddress: true })]);
  await until("the address on the bridge", async () => assert.equal(await show(bridge), own));
  await until("the mapping", async () =>
    assert.match(
      await chassis.vsctl("get", "Open_vSwitch", ".", "external_ids"),
      new RegExp(`fairway-${physicalNetwork}:${bridge}`),
    ),
  );
  // As a boot does it.
  await sh(
    `ip address flush dev ${bridge}; ip address add 192.0.2.5/24 dev nic; ip route add default via 192.0.2.1 metric 7`,
  );
  await until("the address on the bridge again", async () => assert.equal(await show(bridge), own), 20_000);
  center.set([]);
  await until("the NIC's own address", async () => assert.equal(await show("nic"), own));
  // VLANs pass beside it: one that the machine has made is used.
  await sh("ip link add nic.7 type veth peer name seven");
  center.set([item({ vlans: [7] })]);
  await until("the VLAN's port", async () => {
    assert.equal(await chassis.vsctl("get", "Port", "nic.7", "tag"), "7");
    assert.equal(await chassis.vsctl("port-to-br", "nic.7"), bridge);
  });
  assert.equal(await show("nic"), own);
  center.set([]);
  await until("no bridge", async () => assert.equal(await chassis.vsctl("list-br"), "br-int"));
  await sh("ip link del nic.7");
});

test("P09 a host's ends of VXLAN tunnels are in a bridge of the network's own, and what comes by one goes to no other", async () => {
  const center = new StubCenter();
  const agent = startAgent({
    api: center,
    hostName: "host",
    openvswitchSocket: chassis.openvswitchSocket,
    bridge: "br-int",
    stateFile,
    engineNetworks: async () => new Set<string>(),
    logger: quiet,
  });
  await using _ = agent;
  const network = v7();
  const item = (peers: string[], port = 4789): HostItem => ({
    key: `vxlan-bridge/${network}`,
    kind: "vxlan-bridge",
    network,
    physicalNetwork,
    name: "fabric",
    vni: 5001,
    port,
    peers,
  });
  const ends = () =>
    chassis.vsctl(
      "--bare",
      "--columns=options",
      "find",
      "Interface",
      "type=vxlan",
      `external_ids:fairway=provider-bridge/${network}`,
    );
  center.set([item(["192.0.2.9", "192.0.2.10"])]);
  await until("both ends", async () => {
    const shown = await ends();
    for (const peer of ["192.0.2.9", "192.0.2.10"])
      assert.match(
        shown,
        new RegExp(
          `dst_port="4789", key="5001", remote_ip="${peer}"|dst_port=4789 key=5001 remote_ip=${peer}`,
        ),
      );
  });
  const name = providerBridgeName(network);
  for (const port of (await chassis.vsctl("list-ports", name)).split("\n"))
    assert.equal(await chassis.vsctl("get", "Port", port, "protected"), "true");
  center.change([item(["192.0.2.10"], 8472)]);
  await until("the other end alone", async () => {
    assert.match(await ends(), /^.*8472.*192\.0\.2\.10.*$/);
    assert.doesNotMatch(await ends(), /192\.0\.2\.9\b|4789/);
  });
  center.set([]);
  await until("no bridge", async () => assert.equal(await chassis.vsctl("list-br"), "br-int"));
});
