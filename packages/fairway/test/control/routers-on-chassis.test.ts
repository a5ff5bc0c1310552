import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { center, chassis } = machines;
const { networks, routers, hosts, physicalNetworks, physicalPorts } = center.service;

/** Somebody behind every network's uplink. */
const world = "192.0.2.1";
const subnets = {
  blue: ["10.1.0.0/24", "fd01::/64"],
  green: ["10.2.0.0/24", "fd02::/64"],
} as const;

/** A network with the uplink of this host, which is where the world is. */
async function make(name: keyof typeof subnets, mtu?: number): Promise<void> {
  const wish = { name, subnets: subnets[name].map((cidr) => ({ cidr })), ...(mtu !== undefined && { mtu }) };
  const { uuid } = await networks.create(wish, {}, root);
  await machines.plugUplink(name, uuid, subnets[name][0]);
}

const attach = (network: string, ...addresses: string[]) =>
  routers.attach("r", network, { addresses, options: {} }, {}, root);

before(async () => {
  await sh(`ip link set lo up; ip address add ${world}/32 dev lo; sysctl -qw net.ipv4.conf.all.rp_filter=0`);
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  await make("blue", 1300);
  await make("green");
  await machines.join("web", "blue", "10.1.0.10", "fd01::10");
  await machines.join("db", "green", "10.2.0.10", "fd02::10");
});
afterEach(async () => {
  for (const name of ["blue", "green", "lan"])
    await routers.detach("r", name, {}, root).catch(() => undefined);
});

test("R01 packets between attached networks take one hop, and no longer get through when one is detached", async () => {
  for (const name of ["web", "db"]) await machines.reaches(name, world);
  assert.equal((await machines.ping("web", "10.2.0.10")).ok, false, "not attached yet");
  const inside = machines.in("web");
  const traffic = inside("ping", "-n", "-q", "-i", "0.05", "-c", "200", world);
  await attach("blue");
  await attach("green");
  for (const to of ["10.2.0.10", "fd02::10"]) await machines.reaches("web", to);
  await machines.reaches("db", "10.1.0.10");
  assert.match((await machines.ping("web", "10.2.0.10")).out, /ttl=63 /);
  const near = await machines.ping("web", "10.2.0.10", "-t", "1");
  assert.match(near.out, /From 10\.1\.0\.1 .*Time to live exceeded/);
  assert.ok((await machines.ping("web", "10.2.0.10", "-t", "2")).ok);
  for (const name of ["web", "db"]) await machines.reaches(name, world);
  await routers.detach("r", "green", {}, root);
  await machines.reachesNot("web", "10.2.0.10");
  for (const name of ["web", "db"]) await machines.reaches(name, world);
  await routers.detach("r", "blue", {}, root);
  const [, received = "0"] = /(\d+) received/.exec((await traffic).out) ?? [];
  assert.ok(Number(received) > 150, `${received} of 200 pings to the world were answered meanwhile`);
});

test("D21 R01 who sends more than fits the other network is told so, and then sends less", async () => {
  await attach("blue");
  await attach("green");
  await machines.reaches("db", "10.1.0.10");
  const { out } = await machines.ping("db", "10.1.0.10", "-M", "do", "-s", "1380");
  assert.match(out, /From 10\.2\.0\.1 .*Frag needed.*mtu = 1300|Message too long.*mtu=1300/);
  await until("fragments", async () => assert.ok((await machines.ping("db", "10.1.0.10", "-s", "1380")).ok));
});

test("R02 a static route leads to what is behind a next hop", async () => {
  await attach("blue");
  await attach("green");
  await machines.in("db")("ip", "address", "add", "10.9.0.1/32", "dev", "lo");
  assert.equal((await machines.ping("web", "10.9.0.1")).ok, false);
  await routers.update("r", { routes: { "10.9.0.0/16": "10.2.0.10" } }, {}, root);
  await machines.reaches("web", "10.9.0.1");
  await routers.update("r", { routes: { "10.9.0.0/16": null } }, {}, root);
  await machines.reachesNot("web", "10.9.0.1");
});

test("R03 R07 a VLAN and a network on tunnels talk by a router that one host lends the wire, without doubles, and by a route target", async () => {
  await hosts.register("h1", { systemId: "chassis" }, root);
  const office = {
    type: "vlan",
    ranges: ["1000-1010"],
    peers: [],
    tunnelPort: null,
    mtu: null,
    options: {},
  } as const;
  const { uuid } = await physicalNetworks.create(
    "office",
    { ...office, ranges: [...office.ranges], peers: [] },
    {},
    root,
  );
  await physicalPorts.add(
    "office",
    { interface: "eth1", host: null, takeAddress: false, options: {} },
    {},
    root,
  );
  await chassis.vsctl("add-br", "br-wire", "--", "set", "Bridge", "br-wire", "datapath_type=netdev");
  const mapping = `external_ids:ovn-bridge-mappings="fairway-${uuid}:br-wire"`;
  await chassis.vsctl("set", "Open_vSwitch", ".", mapping);
  const lan = { name: "lan", options: { physicalnetwork: "office" } };
  await networks.create({ ...lan, subnets: [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }] }, {}, root);
  await machines.join("cam", "lan", "10.50.0.10");
  const peer = { addresses: ["10.50.0.9/24"], gateways: ["10.50.0.1"] };
  await machines.plug("peer", "br-wire", ["--", "set", "Port", "peer", "tag=1000"], peer);
  await machines.reaches("peer", "10.50.0.10");
  await attach("blue");
  await attach("lan", "10.50.0.1");
  for (const to of ["10.50.0.9", "10.50.0.10"]) {
    await machines.reaches("web", to);
    assert.match((await machines.ping("web", to)).out, /ttl=63 /);
  }
  for (const from of ["peer", "cam"]) await machines.reaches(from, "10.1.0.10");
  const many = await machines.in("peer")("ping", "-n", "-q", "-c", "100", "-i", "0.02", "10.1.0.10");
  assert.match(many.out, /100 received, 0% packet loss/);
  assert.doesNotMatch(many.out, /duplicates/);
  await machines.reaches("web", world);
  await machines.reachesNot("peer", world);
  // On routers of their own, with a target in common: one hop more.
  await routers.detach("r", "blue", {}, root);
  await machines.reachesNot("peer", "10.1.0.10");
  for (const name of ["blue", "lan"]) await networks.update(name, { labels: { rt: "64512:100" } }, {}, root);
  for (const to of ["10.50.0.9", "10.50.0.10"]) {
    await machines.reaches("web", to);
    assert.match((await machines.ping("web", to)).out, /ttl=62 /);
  }
  for (const from of ["peer", "cam"]) await machines.reaches(from, "10.1.0.10");
});
