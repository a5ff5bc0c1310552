import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { clearHost } from "../../src/agent/clear.ts";
import { startChassis, until } from "./chassis.ts";
import { dormantNetworkItem, makeNetwork, sh } from "./chassis-network.ts";
import { plugNamespacePort } from "./ports/namespace-port.ts";
import { enterPrivateNetwork } from "./private-network.ts";
import { startAgentOn } from "./start-agent.ts";
import { StubCenter } from "./stub-center.ts";

enterPrivateNetwork();
const directory = await mkdtemp(join(tmpdir(), "fairway-clear-"));
const chassis = await startChassis();
after(async () => {
  await chassis[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** What this machine has beside containers: links, addresses, neighbours, routes, rules, nftables and Open vSwitch's ports. */
const machine = () =>
  sh(`ip -o link show | cut -d: -f2 | grep -v ' f[wc][0-9a-f]*@' | sort
    ip -o address show | awk '{print $2, $4}' | grep -v fe80: | sort
    for family in -4 -6; do
      ip $family rule show
      ip $family route show table all | grep -v -e fe80 -e ff00 || true
      ip $family neighbour show nud permanent
    done
    nft list tables`);
const ports = async () =>
  (await chassis.vsctl("list-ports", "br-int")).split("\n").filter((name) => /^f(w-|p)/.test(name));

test("M08 a host whose agent has ended gets back to what it was, whatever the agent left: also routes by links of others", async () => {
  await sh("ip link set lo up; ip address add 192.0.2.1/32 dev lo");
  await chassis.vsctl("add-port", "br-int", "foreign", "--", "set", "Interface", "foreign", "type=internal");
  const before = await machine();
  const center = new StubCenter();
  const stateFile = join(directory, "host-state.json");
  const agent = startAgentOn(chassis, center, { stateFile });
  const { network, items, hostAccess } = await makeNetwork({ chassis, agent });
  center.set([...items, hostAccess, dormantNetworkItem("169.254.80.2/20", "10.77.0.0/24")]);
  await agent.uplinkReady(network, AbortSignal.timeout(60_000));
  const hasAll = async () => {
    const present = await machine();
    assert.match(present, /^lo 169\.254\.53\.53\/32$/m);
    assert.match(present, /^10\.77\.0\.0\/24 dev fw-sink table 65535 proto 250 /m);
    assert.match(present, /^90:\s.*fwmark 0x20000\/0x20000 lookup 63998/m);
    assert.equal((await ports()).length, 2);
  };
  await until("names, and a way to other hosts", hasAll, 60_000);
  await agent[Symbol.asyncDispose]();
  await plugNamespacePort(chassis, center);
  await sh("ip link add other type veth peer name another; ip link set another up; ip link set other up");
  for (const route of ["10.66.0.0/24", "fd66::/64"])
    await sh(
      `ip route add ${route} dev other table 65535 proto 250; ip route add ${route} dev other table 65000 proto 4`,
    );
  await clearHost({ openvswitchSocket: chassis.openvswitchSocket, stateFile });
  assert.deepEqual(await ports(), []);
  assert.deepEqual(await readdir(directory), []);
  assert.match(await sh("ip route show table 65000; ip -6 route show table 65000"), /10\.66.*\n?.*fd66/s);
  await sh("ip link delete other");
  assert.equal(await machine(), before);
  await clearHost({ openvswitchSocket: chassis.openvswitchSocket, stateFile });
  assert.equal(await machine(), before, "twice is once");
});
