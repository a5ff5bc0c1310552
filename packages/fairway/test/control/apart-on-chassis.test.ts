import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linkLocalOf } from "../../src/identity.ts";
import { until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { networks, ports, routers } = machines.center.service;

const names = ["one", "two", "desk"] as const;
type Name = (typeof names)[number];
const last = { one: 10, two: 11, desk: 12 } as const;
const v4 = (name: Name) => `10.1.0.${last[name]}`;
const v6 = (name: Name) => `fd01::${last[name]}`;
const gateways = ["10.1.0.1", "fd01::1"];
const set = (icc: boolean) => networks.update("blue", { icc }, {}, root);

before(async () => {
  await sh("ip link set lo up");
  const subnets = [{ cidr: "10.1.0.0/24" }, { cidr: "fd01::/64" }];
  await networks.create({ name: "blue", subnets, options: {} }, {}, root);
  await networks.create({ name: "green", subnets: [{ cidr: "10.2.0.0/24" }] }, {}, root);
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  for (const network of ["blue", "green"])
    await routers.attach("r", network, { addresses: [], options: {} }, {}, root);
  for (const name of names) await machines.join(name, "blue", v4(name), v6(name));
  await machines.join("far", "green", "10.2.0.10");
  await ports.update("desk", { options: { "fairway.promiscuous": "true" } }, {}, root);
});

const both = (name: Name) => [v4(name), v6(name)];
const pairs = (of: readonly Name[]) =>
  of.flatMap((from) => of.filter((to) => to !== from).map((to) => [from, to] as const));
/** What one has on its wire of what another sends, until that has sent ten. */
async function heard(name: string, filter: string, send: () => Promise<unknown>): Promise<number> {
  const words = ["timeout", "4", "tcpdump", "-lnpi", name, "-Q", "in", filter];
  const [{ out }] = await Promise.all([machines.in(name)(...words), send()]);
  return out.split("\n").filter((line) => line !== "").length;
}

test("S09 members reach each other until the option says no, and again when it says yes; one that is promiscuous, the gateway and other networks they reach always", async () => {
  const free = async () => {
    for (const [from, to] of pairs(names))
      for (const address of both(to)) await machines.reaches(from, address);
  };
  await free();
  await set(false);
  for (const [from, to] of pairs(["one", "two"]))
    for (const address of both(to)) await machines.reachesNot(from, address);
  for (const name of ["one", "two"] as const) {
    for (const address of [...gateways, ...both("desk"), "10.2.0.10"]) await machines.reaches(name, address);
    for (const address of both(name)) await machines.reaches("desk", address);
    await machines.reaches("far", v4(name));
  }
  await set(true);
  await free();
});

test("S09 neither link-local addresses, nor a way by the gateway, nor addresses that OVN does not know lead from one member to another", async () => {
  const byGateway = async (verb: "add" | "del") => {
    for (const [from, to] of pairs(["one", "two"]))
      await machines.in(from)("ip", "route", verb, `${v4(to)}/32`, "via", "10.1.0.1");
  };
  await byGateway("add");
  await machines.reaches("one", v4("two"));
  await set(false);
  await machines.reachesNot("one", v4("two"));
  await byGateway("del");
  const linkLocal = (name: Name) => `${linkLocalOf(ports.show(name, root).mac)}%one`;
  await machines.reaches("one", linkLocal("desk"));
  assert.equal((await machines.ping("one", linkLocal("two"))).ok, false);
  const { mac } = ports.show("two", root);
  await machines.in("two")("ip", "address", "add", "10.1.0.99/24", "dev", "two");
  await machines.in("one")("ip", "neighbour", "replace", "10.1.0.99", "lladdr", mac, "dev", "one");
  assert.equal((await machines.ping("one", "10.1.0.99")).ok, false, "its second address");
  await set(true);
  await machines.reaches("one", "10.1.0.99");
  await machines.reaches("one", linkLocal("two"));
});

test("S09 what a member sends to everybody, and its questions by ARP, come to who is promiscuous and to nobody else", async () => {
  const broadcast = () =>
    machines.in("one")("ping", "-n", "-b", "-c", "5", "-i", "0.3", "-W", "1", "10.1.0.255");
  const ask = () => machines.in("one")("ping", "-n", "-c", "2", "-W", "1", "10.1.0.77");
  const seen = async (name: Name) => [
    (await heard(name, "icmp and dst 10.1.0.255", broadcast)) > 0,
    (await heard(name, "arp and arp[24:4] = 0x0a01004d", ask)) > 0,
  ];
  await set(true);
  await until("everybody to hear", async () => assert.deepEqual(await seen("two"), [true, true]), 60_000);
  await set(false);
  await until("silence", async () => assert.deepEqual(await seen("two"), [false, false]), 60_000);
  assert.deepEqual(await seen("desk"), [true, true]);
  await machines.in("one")("ip", "neighbour", "flush", "dev", "one");
  await machines.reachesNot("one", v4("two"));
  const { out } = await machines.in("one")("ip", "neighbour", "show", v4("two"));
  assert.doesNotMatch(out, /lladdr/, "OVN's own answer for another member does not come either");
});

test("S09 on a wire a member is kept apart from one on another host, which comes from the wire, and from no machine of the wire", async () => {
  const { physicalNetworks, physicalPorts } = machines.center.service;
  const { chassis } = machines;
  const wire = { ranges: ["1000-1010"], peers: [], tunnelPort: null, mtu: null, options: {} };
  const { uuid } = await physicalNetworks.create("office", { ...wire, type: "vlan" }, {}, root);
  const port = { interface: "eth1", host: null, takeAddress: false, options: {} };
  await physicalPorts.add("office", port, {}, root);
  await chassis.vsctl("add-br", "br-wire", "--", "set", "Bridge", "br-wire", "datapath_type=netdev");
  const mapping = `external_ids:ovn-bridge-mappings="fairway-${uuid}:br-wire"`;
  await chassis.vsctl("set", "Open_vSwitch", ".", mapping);
  const subnets = [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }];
  await networks.create({ name: "lan", options: { physicalnetwork: "office" }, subnets }, {}, root);
  await machines.join("cam", "lan", "10.50.0.10");
  const wish = { name: "remote", network: "lan", addresses: ["10.50.0.11"], labels: {}, options: {} };
  const { mac } = await ports.create(wish, {}, root);
  const tagged = (name: string) => ["--", "set", "Port", name, "tag=1000"];
  const plug = (name: string, address: string, more: { readonly mac?: string } = {}) =>
    machines.plug(name, "br-wire", tagged(name), { ...more, addresses: [`${address}/24`], gateways: [] });
  await plug("remote", "10.50.0.11", { mac });
  await plug("printer", "10.50.0.99");
  for (const address of ["10.50.0.11", "10.50.0.99"]) await machines.reaches("cam", address);
  await networks.update("lan", { icc: false }, {}, root);
  await machines.reachesNot("cam", "10.50.0.11");
  await machines.reachesNot("remote", "10.50.0.10");
  await machines.reaches("cam", "10.50.0.99");
  await machines.reaches("printer", "10.50.0.10");
});
