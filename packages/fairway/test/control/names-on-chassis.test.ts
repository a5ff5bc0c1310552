import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { ovnReaches } from "../../src/agent/names/ovn-sequence.ts";
import { Expiry } from "../../src/center/expiry.ts";
import { transitLink } from "../../src/compile/northbound/egress.ts";
import { namesGraceMs } from "../../src/egress-names.ts";
import { openOpenVSwitch } from "../../src/host/open-vswitch/open-vswitch.ts";
import { until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { quiet } from "../agent/stub-center.ts";
import { root } from "../center.ts";
import { endsByChange } from "./conversation.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { center, chassis } = machines;
const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
after(() => openVSwitch[Symbol.asyncDispose]());
const { hosts, networks, ports, resolvedNames, securityGroups: groups } = center.service;

const words = ["TCP6-LISTEN:443,fork,reuseaddr,ipv6only=0", "SYSTEM:cat"];
const server = spawn("socat", words, { stdio: "ignore", detached: true });
after(() => process.kill(-(server.pid ?? assert.fail()), "SIGKILL"));

const own = ["10.1.1.10", "fd01:1::10"] as const;
const outside = { deb: ["203.0.113.10", "2001:db8::10"], other: ["203.0.113.11", "2001:db8::11"] } as const;
const everybody = Object.values(outside).flat();
const ttl = 300;
let network: string;

before(async () => {
  const facts = { systemId: "chassis", tunnelAddress: "127.0.0.1", underlayMtu: 1500, versions: {} };
  await hosts.register("node-1", facts, root);
  const subnets = [{ cidr: "10.1.1.0/24" }, { cidr: "fd01:1::/64" }];
  ({ uuid: network } = await networks.create({ name: "one", subnets }, {}, root));
  const wish = {
    name: "agent",
    network: "one",
    host: "node-1",
    addresses: [...own],
    labels: {},
    options: {},
  };
  const { uuid, mac, addresses, gateways } = await ports.create(wish, {}, root);
  await machines.plug("agent", "br-int", [`external_ids:iface-id=${uuid}`], { mac, addresses, gateways });
  await machines.plugUplink("one", network, "10.1.1.0/24");
  const { addresses: link, router } = transitLink(center.store.view, network);
  await sh(`ip link set lo up
    ip address replace ${link[1]} dev up-one nodad
    ip -6 neighbour replace ${router.addresses[1]} lladdr ${router.mac} dev up-one nud permanent
    ip -6 route replace fd01:1::/64 via ${router.addresses[1]} dev up-one onlink
    ${everybody.map((each) => `ip address add ${each} dev lo`).join("\n")}`);
  await groups.create(
    { name: "agents", rules: {}, joinableByLabel: false, labels: {}, options: {} },
    {},
    root,
  );
});

/** What becomes of one connection, which is tried once. */
const asked = async (address: string, port = 443) => {
  const at = address.includes(":") ? `[${address}]` : address;
  const script = `exec 2>&1; echo hello | socat -t1 -T2 - TCP:${at}:${port},connect-timeout=2`;
  return (await machines.in("agent")("bash", "-c", script)).out.trim();
};
/** Sixty lines, there and back, on one connection. */
const talk = () => {
  const line = "echo $i >&3 || exit 1; read -t 2 line <&3 || exit 1; echo $line; sleep 0.1";
  const script = `exec 3<>/dev/tcp/${outside.deb[0]}/443; for i in $(seq 60); do ${line}; done`;
  return machines.in("agent")("bash", "-c", script);
};
const refused = /refused|unreachable/i;
/** The center's word about an answer, and then that of this host's OVN, as the agent waits for it; in ms. */
async function told(name: string, addresses: readonly string[]): Promise<number> {
  const begun = performance.now();
  const answer = { asker: own[0], name, addresses: addresses.map((address) => ({ address, ttl })) };
  const { sequence } = await resolvedNames.admit({ host: "node-1", network }, answer, root);
  if (sequence !== null)
    assert.ok(await ovnReaches(openVSwitch.replica, "br-int", sequence, AbortSignal.timeout(10_000)));
  return performance.now() - begun;
}
const expire = () => new Expiry(center.store, quiet).expire(center.now);

test("S07 the first packet to what a name stands for passes once the name is told, both families; others and DNS elsewhere are refused at once", async (t) => {
  for (const address of everybody)
    await until(address, async () => assert.equal(await asked(address), "hello"));
  await groups.update("agents", { rules: { "egress tcp 443 to *.debian.org": "allow" } }, {}, root);
  await groups.join({ group: "agents", member: "agent" }, {}, root);
  for (const address of everybody)
    await until(`${address} refused`, async () => assert.match(await asked(address), refused));
  const times = [await told("Deb.Debian.org", outside.deb)];
  for (const address of outside.deb) assert.equal(await asked(address), "hello", address);
  for (const address of outside.other) assert.match(await asked(address), refused, address);
  for (const port of [53, 853]) assert.match(await asked(outside.deb[0], port), refused);
  for (const address of outside.other) {
    times.push(await told(`${address.replaceAll(/\W/g, "-")}.debian.org`, [address]));
    assert.equal(await asked(address), "hello", address);
  }
  t.diagnostic(`told after ${times.map(Math.round).join(", ")} ms`);
});

test("S07 an address closes when nobody was told of it for its time; connections go on, new ones are refused", async () => {
  const talking = talk();
  center.now += ttl * 1_000 + namesGraceMs - 1_000;
  await expire();
  await center.settled();
  assert.equal(await asked(outside.deb[0]), "hello");
  center.now += namesGraceMs + 2_000;
  await expire();
  for (const address of everybody)
    await until(`${address} refused`, async () => assert.match(await asked(address), refused));
  const { ok, out } = await talking;
  assert.ok(ok, out);
  await told("deb.debian.org", outside.deb);
  for (const address of outside.deb) assert.equal(await asked(address), "hello", address);
});

test("S07 a removed rule ends the connections that it allowed, and takes all that its names stood for", async () => {
  await endsByChange(machines.in("agent"), outside.deb[0], 443, async () => {
    await groups.update("agents", { rules: { "egress tcp 443 to 192.0.2.1": "allow" } }, {}, root);
    await groups.update("agents", { rules: { "egress tcp 443 to *.debian.org": null } }, {}, root);
  });
  for (const address of outside.deb) assert.match(await asked(address), refused);
});
