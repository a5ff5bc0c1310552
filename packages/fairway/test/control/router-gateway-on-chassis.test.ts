import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { center, chassis } = machines;
const { networks, routers, hosts, physicalNetworks, physicalPorts } = center.service;

/** Somebody behind every network's uplink, and behind the LAN's gateway as well. */
const world = "192.0.2.1";
/** The LAN's gateway, and the router's addresses beside it. */
const lan = { 4: "10.50.0.1", 6: "fd50::1" } as const;
const external = ["10.50.0.20", "fd50::20"];
const gateway = (snat: boolean) => ({ network: "lan", hosts: ["h1"], addresses: external, snat });
const set = (snat: boolean) => routers.update("r", { gateway: gateway(snat) }, {}, root);

before(async () => {
  await sh(`ip link set lo up; ip address add ${world}/32 dev lo; sysctl -qw net.ipv4.conf.all.rp_filter=0`);
  await hosts.register("h1", { systemId: "chassis" }, root);
  const wire = { type: "vlan", ranges: ["1000-1010"], peers: [], tunnelPort: null, mtu: null, options: {} };
  const { uuid } = await physicalNetworks.create("office", { ...wire, type: "vlan" }, {}, root);
  const port = { interface: "eth1", host: null, takeAddress: false, options: {} };
  await physicalPorts.add("office", port, {}, root);
  await chassis.vsctl("add-br", "br-wire", "--", "set", "Bridge", "br-wire", "datapath_type=netdev");
  const mapping = `external_ids:ovn-bridge-mappings="fairway-${uuid}:br-wire"`;
  await chassis.vsctl("set", "Open_vSwitch", ".", mapping);
  const subnets = [
    { cidr: "10.50.0.0/24", gateway: lan[4] },
    { cidr: "fd50::/64", gateway: lan[6] },
  ];
  await networks.create({ name: "lan", options: { physicalnetwork: "office" }, subnets }, {}, root);
  const addresses = [`${lan[4]}/24`, `${lan[6]}/64`, "198.51.100.1/32"];
  await machines.plug("peer", "br-wire", ["--", "set", "Port", "peer", "tag=1000"], {
    addresses,
    gateways: [],
  });
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  for (const [name, cidrs] of Object.entries({
    blue: ["10.1.0.0/24", "fd01::/64"],
    green: ["10.2.0.0/24", "fd02::/64"],
  })) {
    const made = await networks.create({ name, subnets: cidrs.map((cidr) => ({ cidr })) }, {}, root);
    await machines.plugUplink(name, made.uuid, cidrs[0] ?? "");
    await routers.attach("r", name, { addresses: [], options: {} }, {}, root);
  }
  await machines.join("web", "blue", "10.1.0.10", "fd01::10");
  await machines.join("db", "green", "10.2.0.10", "fd02::10");
  await machines.join("cam", "lan", "10.50.0.10");
});
beforeEach(async () => {
  await routers.update("r", { gateway: null }, {}, root);
  await machines.reaches("web", world);
});

test("R04 attached networks leave as the router's address, others not at all, and without a gateway by their hosts again", async () => {
  await set(true);
  // The LAN knows no way to the networks: what it answers had the router's address.
  for (const name of ["web", "db"])
    for (const to of [...Object.values(lan), "198.51.100.1", "10.50.0.10"]) await machines.reaches(name, to);
  assert.equal((await machines.ping("web", world)).ok, false, "not by the host");
  await machines.reaches("web", "10.2.0.10");
  assert.match((await machines.ping("web", "10.2.0.10")).out, /ttl=63 /, "between them nothing has changed");
  await machines.reaches("web", "169.254.77.2");
  await machines.reaches("peer", "10.50.0.20");
  await routers.update("r", { gateway: null }, {}, root);
  await machines.reachesNot("peer", "10.50.0.20");
  await machines.reaches("web", world);
});

test("R04 with SNAT the LAN reaches nothing behind the router, also by a route; without it by a route alone, and no host", async () => {
  const peer = machines.in("peer");
  await set(true);
  await machines.reaches("web", lan[4]);
  for (const [to, by] of [
    ["10.1.0.0/24", "10.50.0.20"],
    ["169.254.77.2/32", "10.50.0.20"],
    ["fd01::/64", "fd50::20"],
  ])
    assert.ok((await peer("ip", "route", "add", String(to), "via", String(by))).ok);
  for (const to of ["10.1.0.10", "fd01::10", "169.254.77.2"])
    assert.equal((await machines.ping("peer", to)).ok, false, to);
  // The host would answer by the same way.
  await sh("ip route replace 10.50.0.0/24 via 169.254.77.1 dev up-blue onlink");
  await set(false);
  for (const to of ["10.1.0.10", "fd01::10"]) await machines.reaches("peer", to);
  for (const to of Object.values(lan)) await machines.reaches("web", to);
  assert.equal((await machines.ping("db", lan[4])).ok, false, "the LAN knows no way back to it");
  assert.equal((await machines.ping("peer", "169.254.77.2")).ok, false, "a host's uplink is not for the LAN");
});

test("R04 nobody on the external network speaks in the router's name", async () => {
  await set(true);
  await machines.reaches("web", lan[4]);
  await machines.reaches("cam", lan[4]);
  await machines.in("cam")("ip", "address", "add", "10.50.0.20/32", "dev", "cam");
  /** How many pings the LAN's gateway has got, whoever asked. */
  const heard = async () => {
    const { out } = await machines.in("peer")("cat", "/proc/net/snmp");
    const [names = [], counts = []] = out
      .split("\n")
      .filter((line) => line.startsWith("Icmp:"))
      .map((line) => line.split(" "));
    return Number(counts[names.indexOf("InEchos")]);
  };
  const before = await heard();
  assert.equal((await machines.ping("cam", lan[4], "-I", "10.50.0.20")).ok, false);
  assert.equal(await heard(), before, "it does not even hear it");
  await machines.reaches("cam", lan[4]);
});
