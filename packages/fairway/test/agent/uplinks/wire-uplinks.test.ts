import assert from "node:assert/strict";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { uplinkName } from "../../../src/agent/ports/interface-names.ts";
import type { HostItem, HostUplinkItem } from "../../../src/center/schemas/host-state.ts";
import { startChassis, until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";
import { startAgentOn } from "../start-agent.ts";
import { StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const chassis = await startChassis();
const center = new StubCenter();
const agent = startAgentOn(chassis, center);
after(async () => {
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});
await sh(`ip link set lo up; ip address add 10.200.0.1/32 dev lo
  ip link add away type veth peer name afar; sysctl -qw net.ipv6.conf.away.disable_ipv6=1; ip link set away up; ip link set afar up; ip address add 10.77.0.1/24 dev away`);

const [network, ifaceId] = [v7(), v7()];
const uplink = { ipv4: "169.254.200.1", ipv6: "fdfa::2:7" };

/** A container of a network on a wire; the switch has no other way out here. */
async function startContainer(number: number) {
  const endpoint = v7();
  const mac = `02:42:ac:11:00:0${number}`;
  const addresses = [`10.50.0.${number}`, `fd50::${number}`];
  await chassis.nbctl(
    "lsp-add",
    network,
    endpoint,
    "--",
    "lsp-set-addresses",
    endpoint,
    [mac, ...addresses].join(" "),
  );
  const inside = await startNetwork();
  after(() => inside.kill("SIGKILL"));
  const { interfaceName } = await agent.plug(
    { endpoint, mac, mtu: 1500, request: "" },
    AbortSignal.timeout(15_000),
  );
  await sh(`ip link set ${interfaceName} netns ${inside.pid}
    nsenter -t ${inside.pid} -n sh -ec 'ip link set lo up; ip link set ${interfaceName} up
      ip address add ${addresses[0]}/24 dev ${interfaceName}; ip address add ${addresses[1]}/64 dev ${interfaceName} nodad
      ip route add ${uplink.ipv4}/32 dev ${interfaceName}; ip route add ${uplink.ipv6}/128 dev ${interfaceName}
      ip route add 10.200.0.1/32 via ${uplink.ipv4}; ip route add 10.77.0.0/24 via ${uplink.ipv4}'`);
  const item: HostItem = {
    key: `endpoint/${endpoint}`,
    kind: "endpoint",
    endpoint,
    network,
    mac,
    mtu: 1500,
    addresses: [`${addresses[0]}/24`, `${addresses[1]}/64`],
    engine: null,
    request: "",
  };
  const enter = (script: string) => sh(`exec nsenter -t ${inside.pid} -n sh -ec '${script}'`);
  return { item, mac, addresses, enter };
}

function uplinkTo(containers: readonly { mac: string; addresses: string[] }[]): HostUplinkItem {
  return {
    key: `uplink/${network}`,
    kind: "uplink",
    network,
    name: "blue",
    mode: "wire",
    ifaceId,
    mac: "0a:00:00:00:00:02",
    addresses: [`${uplink.ipv4}/32`, `${uplink.ipv6}/128`],
    containers: containers.map(({ mac, addresses }) => ({ mac, addresses })),
    cidrs: containers.flatMap(({ addresses: [ipv4, ipv6] }) => [`${ipv4}/32`, `${ipv6}/128`]),
    mtu: 1500,
  };
}

test("P01 N09 a host and its containers on a wire reach each other by an uplink, and it leads them nowhere else", async () => {
  await chassis.nbctl("ls-add", network, "--", "lsp-add", network, ifaceId);
  await chassis.nbctl("lsp-set-type", ifaceId, "localport");
  await chassis.nbctl("lsp-set-addresses", ifaceId, `0a:00:00:00:00:02 ${uplink.ipv4} ${uplink.ipv6}`);
  const [web, db] = [await startContainer(5), await startContainer(6)];
  const item = uplinkTo([web, db]);
  center.set([item, web.item, db.item]);
  await agent.uplinkReady(network, AbortSignal.timeout(15_000));
  for (const address of [...web.addresses, ...db.addresses])
    await until(address, async () => void (await sh(`ping -c 1 -W 1 ${address}`)));
  for (const { enter } of [web, db])
    for (const address of [uplink.ipv4, uplink.ipv6, "10.200.0.1", "10.77.0.1"])
      await enter(`ping -c 1 -W 3 ${address}`);
  assert.deepEqual(await agent.wayToHost(network).then((way) => way?.uplink), item.addresses);

  const device = uplinkName(item);
  const routes = (address: string) =>
    sh(`ip route get ${address}; ip route get ${address} iif away from 10.77.0.9 2>&1 || true`);
  assert.match(await routes("10.50.0.5"), new RegExp(`^10\\.50\\.0\\.5 dev ${device}`));
  assert.equal(
    (await routes("10.50.0.5")).split(`dev ${device}`).length,
    2,
    "what it forwards goes elsewhere",
  );
  const neighbours = await sh(`ip neigh show dev ${device}`);
  for (const { mac, addresses } of [web, db])
    for (const address of addresses)
      assert.match(neighbours, new RegExp(`^${address} .*${mac}.*PERMANENT`, "m"));

  await sh("ip neigh replace 10.77.0.9 lladdr 02:00:00:00:00:09 dev away nud permanent");
  const sent = () =>
    sh("ip -s -j link show away").then((text) => JSON.parse(text)[0].stats64.tx.packets as number);
  const before = await sent();
  await assert.rejects(web.enter("ping -c 1 -W 1 10.77.0.9"));
  const to = (port: number) => web.enter(`echo ? | socat -T 1 - UDP:10.77.0.9:${port}`);
  await to(80);
  assert.equal(await sent(), before, "the host leads nothing on");
  await to(53);
  assert.equal(await sent(), before + 1, "but questions for names");

  center.set([uplinkTo([db]), db.item]);
  await until("the way to web to be gone", async () => {
    const all = await sh("ip route show table all; ip -6 route show table all");
    for (const address of web.addresses) assert.ok(!new RegExp(`${address} dev ${device}`).test(all), all);
  });
  for (const address of db.addresses) await sh(`ping -c 1 -W 3 ${address}`);
});
