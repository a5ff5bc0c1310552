import assert from "node:assert/strict";
import { type ChildProcess, execFile } from "node:child_process";
import { after, afterEach, before, test } from "node:test";
import { promisify } from "node:util";
import { TestServer } from "../../../ovsdb/test/server.ts";
import { transitLink } from "../../src/compile/northbound/egress.ts";
import { schemaFile } from "../../src/intent/schema-file.ts";
import { startChassis, until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../agent/private-network.ts";
import { NORTHBOUND_SCHEMA, root, SOUTHBOUND_SCHEMA, TestCenter } from "../center.ts";

enterPrivateNetwork();
const run = promisify(execFile);
const chassis = await startChassis();
const server = await TestServer.start([schemaFile, NORTHBOUND_SCHEMA, SOUTHBOUND_SCHEMA]);
const center = TestCenter.on(server, { northbound: `unix:${chassis.openvswitchSocket}` });
await center.leads();
const { networks, ports, routers, hosts, physicalNetworks, physicalPorts } = center.service;
/** Processes that hold a network namespace each. */
const namespaces: ChildProcess[] = [];
after(async () => {
  for (const inside of namespaces) inside.kill("SIGKILL");
  await center.stop();
  await server[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});

/** Somebody behind every network's uplink. */
const world = "192.0.2.1";
const subnets = {
  blue: ["10.1.0.0/24", "fd01::/64"],
  green: ["10.2.0.0/24", "fd02::/64"],
} as const;

/** A program in somebody's network namespace: what it prints, and whether it succeeds. */
type Inside = (...words: string[]) => Promise<{ readonly ok: boolean; readonly out: string }>;

const people = new Map<string, Inside>();

/** A port of Open vSwitch in a namespace of its own. */
async function plug(
  name: string,
  bridge: string,
  settings: readonly string[],
  { mac, addresses, gateways }: { mac?: string; addresses: readonly string[]; gateways: readonly string[] },
): Promise<void> {
  await chassis.vsctl("add-port", bridge, name, "--", "set", "Interface", name, "type=internal", ...settings);
  const inside = await startNetwork();
  namespaces.push(inside);
  const lines = [
    "ip link set lo up",
    ...(mac === undefined ? [] : [`ip link set ${name} address ${mac}`]),
    `ip link set ${name} up`,
    ...addresses.map((each) => `ip address add ${each} dev ${name}${each.includes(":") ? " nodad" : ""}`),
    ...gateways.map((each) => `ip route add default via ${each}`),
  ];
  await until(`the link ${name}`, () => sh(`ip link set ${name} netns ${inside.pid}`));
  await sh(`nsenter -t ${inside.pid} -n sh -ec '${lines.join("; ")}'`);
  people.set(name, async (...words) => {
    const entered = ["-t", String(inside.pid), "-n", ...words];
    return run("nsenter", entered, { timeout: 60_000 }).then(
      ({ stdout }) => ({ ok: true, out: stdout }),
      ({ stdout }: { stdout: string }) => ({ ok: false, out: stdout }),
    );
  });
}

/** A port on a network, as a virtual machine would have it, plugged here. */
async function join(name: string, network: string, ...addresses: string[]): Promise<void> {
  const wish = { name, network, addresses, labels: {}, options: {} };
  const { uuid, mac, addresses: own, gateways } = await ports.create(wish, {}, root);
  await plug(name, "br-int", [`external_ids:iface-id=${uuid}`], { mac, addresses: own, gateways });
}

/** A network with the uplink of this host, which is where the world is. */
async function make(name: keyof typeof subnets, mtu?: number): Promise<void> {
  const wish = { name, subnets: subnets[name].map((cidr) => ({ cidr })), ...(mtu !== undefined && { mtu }) };
  const { uuid } = await networks.create(wish, {}, root);
  const { ifaceId, mac, addresses, router } = transitLink(center.store.view, uuid);
  const link = `up-${name}`;
  const iface = ["type=internal", `external_ids:iface-id=${ifaceId}`];
  await chassis.vsctl("add-port", "br-int", link, "--", "set", "Interface", link, ...iface);
  await until(`the link ${link}`, () =>
    sh(`ip link set ${link} address ${mac} up
      sysctl -qw net.ipv4.conf.${link}.rp_filter=0
      ip address replace ${addresses[0]} dev ${link}
      ip neighbour replace ${router.addresses[0]} lladdr ${router.mac} dev ${link} nud permanent
      ip route replace ${subnets[name][0]} via ${router.addresses[0]} dev ${link} onlink`),
  );
}

const attach = (network: string, ...addresses: string[]) =>
  routers.attach("r", network, { addresses, options: {} }, {}, root);

async function ping(from: string, to: string, ...flags: string[]) {
  const inside = people.get(from);
  assert.ok(inside !== undefined);
  return inside("ping", "-n", "-c", "1", "-W", "1", ...flags, to);
}
const reaches = (from: string, to: string) =>
  until(`${from} to reach ${to}`, async () => assert.ok((await ping(from, to)).ok), 30_000);
const reachesNot = (from: string, to: string) =>
  until(`${from} to reach ${to} no more`, async () => assert.ok(!(await ping(from, to)).ok), 30_000);

before(async () => {
  await sh(`ip link set lo up; ip address add ${world}/32 dev lo; sysctl -qw net.ipv4.conf.all.rp_filter=0`);
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  await make("blue", 1300);
  await make("green");
  await join("web", "blue", "10.1.0.10", "fd01::10");
  await join("db", "green", "10.2.0.10", "fd02::10");
});
afterEach(async () => {
  for (const name of ["blue", "green", "lan"])
    await routers.detach("r", name, {}, root).catch(() => undefined);
});

test("R01 packets between attached networks take one hop, and no longer get through when one is detached", async () => {
  for (const name of ["web", "db"]) await reaches(name, world);
  assert.equal((await ping("web", "10.2.0.10")).ok, false, "not attached yet");
  const inside = people.get("web");
  const traffic = inside?.("ping", "-n", "-q", "-i", "0.05", "-c", "200", world);
  await attach("blue");
  await attach("green");
  for (const to of ["10.2.0.10", "fd02::10"]) await reaches("web", to);
  await reaches("db", "10.1.0.10");
  assert.match((await ping("web", "10.2.0.10")).out, /ttl=63 /);
  const near = await ping("web", "10.2.0.10", "-t", "1");
  assert.match(near.out, /From 10\.1\.0\.1 .*Time to live exceeded/);
  assert.ok((await ping("web", "10.2.0.10", "-t", "2")).ok);
  for (const name of ["web", "db"]) await reaches(name, world);
  await routers.detach("r", "green", {}, root);
  await reachesNot("web", "10.2.0.10");
  for (const name of ["web", "db"]) await reaches(name, world);
  await routers.detach("r", "blue", {}, root);
  const [, received = "0"] = /(\d+) received/.exec((await traffic)?.out ?? "") ?? [];
  assert.ok(Number(received) > 150, `${received} of 200 pings to the world were answered meanwhile`);
});

test("D21 R01 who sends more than fits the other network is told so, and then sends less", async () => {
  await attach("blue");
  await attach("green");
  await reaches("db", "10.1.0.10");
  const { out } = await ping("db", "10.1.0.10", "-M", "do", "-s", "1380");
  assert.match(out, /From 10\.2\.0\.1 .*Frag needed.*mtu = 1300|Message too long.*mtu=1300/);
  await until("fragments", async () => assert.ok((await ping("db", "10.1.0.10", "-s", "1380")).ok));
});

test("R02 a static route leads to what is behind a next hop", async () => {
  await attach("blue");
  await attach("green");
  await people.get("db")?.("ip", "address", "add", "10.9.0.1/32", "dev", "lo");
  assert.equal((await ping("web", "10.9.0.1")).ok, false);
  await routers.update("r", { routes: { "10.9.0.0/16": "10.2.0.10" } }, {}, root);
  await reaches("web", "10.9.0.1");
  await routers.update("r", { routes: { "10.9.0.0/16": null } }, {}, root);
  await reachesNot("web", "10.9.0.1");
});

test("R03 a VLAN and a network on tunnels talk by a router that one host lends the wire, without doubles", async () => {
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
  await join("cam", "lan", "10.50.0.10");
  const peer = { addresses: ["10.50.0.9/24"], gateways: ["10.50.0.1"] };
  await plug("peer", "br-wire", ["--", "set", "Port", "peer", "tag=1000"], peer);
  await reaches("peer", "10.50.0.10");
  await attach("blue");
  await attach("lan", "10.50.0.1");
  for (const to of ["10.50.0.9", "10.50.0.10"]) {
    await reaches("web", to);
    assert.match((await ping("web", to)).out, /ttl=63 /);
  }
  for (const from of ["peer", "cam"]) await reaches(from, "10.1.0.10");
  const many = await people.get("peer")?.("ping", "-n", "-q", "-c", "100", "-i", "0.02", "10.1.0.10");
  assert.match(many?.out ?? "", /100 received, 0% packet loss/);
  assert.doesNotMatch(many?.out ?? "", /duplicates/);
  await reaches("web", world);
  await reachesNot("peer", world);
});
