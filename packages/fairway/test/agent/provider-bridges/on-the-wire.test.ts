import assert from "node:assert/strict";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { silence, unsilence } from "../../../src/agent/provider-bridges/nic-settings.ts";
import { startAgent } from "../../../src/agent/start.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { startChassis, until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";
import { quiet, StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const chassis = await startChassis();
const far = await startNetwork();
const inside = await startNetwork();
after(async () => {
  far.kill();
  inside.kill();
  await chassis[Symbol.asyncDispose]();
});
const vsctl = (...words: string[]) => chassis.vsctl(...words);
const nbctl = (...words: string[]) => chassis.nbctl(...words);
const inFar = (script: string) => sh(`nsenter -t ${far.pid} -n sh -ec '${script}'`);
const inContainer = (script: string) => sh(`nsenter -t ${inside.pid} -n sh -ec '${script}'`);
const mac = "0a:00:00:00:00:07";
const container = v7();

await sh(`ip link set lo up
  ip link add nic type veth peer name wire netns ${far.pid}; ip link set nic up; ethtool -K nic tx off >/dev/null
  ip link add host7 type veth peer name eth0 netns ${inside.pid}; ip link set host7 up; ethtool -K host7 tx off >/dev/null`);
await inFar("ip link set wire up; ethtool -K wire tx off >/dev/null");
await inContainer(
  `ethtool -K eth0 tx off >/dev/null; ip link set eth0 address ${mac} up; ip address add 10.80.0.7/24 dev eth0`,
);
await vsctl(
  "add-port",
  "br-int",
  "host7",
  "--",
  "set",
  "Interface",
  "host7",
  `external_ids:iface-id="${container}"`,
);

function startAgentWith(items: readonly HostItem[]) {
  const center = new StubCenter();
  center.set(items);
  return startAgent({
    api: center,
    hostName: "host",
    openvswitchSocket: chassis.openvswitchSocket,
    bridge: "br-int",
    engineNetworks: async () => new Set<string>(),
    logger: quiet,
  });
}

/** A switch with the container's port and a way to the wire, as control makes them. */
async function makeSwitch(name: string, { wire, tag }: { readonly wire: string; readonly tag?: number }) {
  await nbctl("ls-add", name, "--", "lsp-add", name, `${name}-wire`);
  await nbctl(
    "lsp-set-type",
    `${name}-wire`,
    "localnet",
    "--",
    "lsp-set-addresses",
    `${name}-wire`,
    "unknown",
  );
  await nbctl("lsp-set-options", `${name}-wire`, `network_name=fairway-${wire}`);
  if (tag !== undefined) await nbctl("set", "Logical_Switch_Port", `${name}-wire`, `tag=${tag}`);
}

test("P09 a container and a plain Linux are one Ethernet by the VXLAN ends that the agent makes", async () => {
  await sh("ip address flush dev nic");
  await vsctl(
    "add-br",
    "br-phy",
    "--",
    "set",
    "Bridge",
    "br-phy",
    "datapath_type=netdev",
    "--",
    "add-port",
    "br-phy",
    "nic",
  );
  // The kernel has a copy of each frame, and would say that nobody has the port.
  await silence("nic", "br-phy", "netdev");
  await sh(
    "ip address add 192.0.2.5/24 dev br-phy; ip link set br-phy up; ethtool -K br-phy tx off >/dev/null",
  );
  await inFar(`ip address add 192.0.2.9/24 dev wire
    ip link add vx5001 mtu 1450 type vxlan id 5001 dstport 8472 local 192.0.2.9 remote 192.0.2.5
    ethtool -K vx5001 tx off >/dev/null; ip address add 10.80.0.1/24 dev vx5001; ip link set vx5001 up`);
  const network = v7();
  await using _ = startAgentWith([
    {
      key: `vxlan-bridge/${network}`,
      kind: "vxlan-bridge",
      network,
      physicalNetwork: v7(),
      name: "fabric",
      vni: 5001,
      port: 8472,
      peers: ["192.0.2.9"],
    },
  ]);
  await makeSwitch("fabric", { wire: network });
  await nbctl("lsp-add", "fabric", container, "--", "lsp-set-addresses", container, `${mac} 10.80.0.7`);
  await until(
    "an answer by VXLAN",
    async () => assert.match(await inFar("ping -c 1 -W 1 10.80.0.7"), /1 received/),
    30_000,
  );
  const patch = () => vsctl("--columns=_uuid,ofport", "list", "Interface", "patch-fabric-wire-to-br-int");
  const patchBefore = await patch();
  const quality = await inFar("ping -c 100 -i 0.01 -s 1422 -M do -q 10.80.0.7");
  assert.match(quality, /100 received, 0% packet loss/);
  assert.doesNotMatch(quality, /duplicates/);
  assert.equal(await patch(), patchBefore, "OVN's ports in a bridge of ours stay");
  await nbctl("ls-del", "fabric");
  await vsctl("del-br", "br-phy");
  await unsilence("br-phy", "netdev");
});

test("P10 a port below a container's own has a VLAN's frames with their tag, and no other VLAN's", async () => {
  const office = v7();
  await sh("ip address flush dev nic");
  await using _ = startAgentWith([
    {
      key: `provider-bridge/${office}`,
      kind: "provider-bridge",
      physicalNetwork: office,
      name: "office",
      interface: "nic",
      vlans: [1000],
    },
  ]);
  await makeSwitch("blue", { wire: office, tag: 1000 });
  await nbctl("lsp-add", "blue", container, "--", "lsp-set-addresses", container, `${mac} 10.80.0.7`);
  await makeSwitch("trunk", { wire: office, tag: 10 });
  await nbctl("lsp-add", "trunk", "below", "--", "lsp-set-addresses", "below", mac);
  await nbctl("lsp-set-port-security", "below", mac);
  await nbctl("set", "Logical_Switch_Port", "below", `parent_name="${container}"`, "tag=10");
  const ask = (vlan: number) => `import socket
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); link.bind(("eth0", 0))
mac = bytes.fromhex("${mac.replaceAll(":", "")}")
arp = bytes.fromhex("08060001080006040001") + mac + bytes([10, 80, 0, 7]) + bytes(6) + bytes([10, 80, 0, 1])
link.send(bytes.fromhex("ffffffffffff") + mac + bytes.fromhex("8100${vlan.toString(16).padStart(4, "0")}") + arp + bytes(18))`;
  const heard = async (vlan: number) =>
    sh(`nsenter -t ${far.pid} -n timeout 3 tcpdump -n -e -l -i wire -c 1 "vlan ${vlan} and arp" 2>/dev/null &
      for i in 1 2 3 4 5; do sleep 0.3; nsenter -t ${inside.pid} -n python3 -c '${ask(vlan)}'; done; wait || true`);
  await until(
    "a tagged frame on the wire",
    async () => assert.match(await heard(10), /vlan 10, .*who-has 10\.80\.0\.1/),
    30_000,
  );
  assert.equal(await heard(20), "");
  await nbctl("ls-del", "blue", "--", "ls-del", "trunk");
});
