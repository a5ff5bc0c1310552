import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { networks, ports, securityGroups: groups } = machines.center.service;

const further = ["10.1.0.60", "fd01::60"];
const behind = ["10.9.0.5", "fd09::5"];

/** Somebody's link has an address beside its own, from now on. */
const holds = async (name: string, ip: string) => {
  const words = ["ip", "address", "replace", ip.includes(":") ? `${ip}/128` : `${ip}/32`, "dev", name];
  assert.ok((await machines.in(name)(...words, ...(ip.includes(":") ? ["nodad"] : []))).ok);
};
const name = (addresses: string | null) =>
  ports.update("web", { options: { "fairway.addresses": addresses } }, {}, root);
/** Whether pings from an address of somebody's are answered: the way back is the link. */
const answers = async (source: string, to: string) => (await machines.ping("web", to, "-I", source)).ok;

before(async () => {
  const subnets = [{ cidr: "10.1.0.0/24" }, { cidr: "fd01::/64" }];
  await networks.create({ name: "blue", subnets, portSecurity: "strict" }, {}, root);
  await machines.join("web", "blue", "10.1.0.50", "fd01::50");
  await machines.join("db", "blue", "10.1.0.51", "fd01::51");
  for (const ip of [...further, ...behind]) {
    await holds("web", ip);
    const link = ip.includes(":") ? `${ip}/128` : `${ip}/32`;
    assert.ok((await machines.in("db")("ip", "route", "replace", link, "dev", "db")).ok);
  }
  await machines.reaches("web", "10.1.0.51");
});

test("S08 on a strict network a port is reached at what it names, and sends from that, both families; what it does not name is dropped", async () => {
  for (const ip of [...further, ...behind]) {
    assert.ok(!(await machines.ping("db", ip)).ok, `${ip} before`);
    assert.ok(!(await answers(ip, ip.includes(":") ? "fd01::51" : "10.1.0.51")), `from ${ip} before`);
  }
  await name([...further, "10.9.0.0/24", "fd09::/64"].join());
  for (const ip of [...further, ...behind]) {
    await machines.reaches("db", ip);
    assert.ok(await answers(ip, ip.includes(":") ? "fd01::51" : "10.1.0.51"), `from ${ip}`);
  }
  for (const [stranger, own] of [
    ["10.1.0.61", "10.1.0.51"],
    ["10.8.0.5", "10.1.0.51"],
    ["fd01::61", "fd01::51"],
  ] as const) {
    await holds("web", stranger);
    assert.ok(!(await answers(stranger, own)), `from ${stranger}`);
  }
});

test("S08 a group's rules know a member by its further addresses of the subnet", async () => {
  for (const group of ["peers", "closed"])
    await groups.create(
      { name: group, rules: {}, joinableByLabel: false, labels: {}, options: {} },
      {},
      root,
    );
  await groups.update("closed", { rules: { "ingress icmp from group peers": "allow" } }, {}, root);
  await groups.join({ group: "closed", member: "db" }, {}, root);
  await machines.reachesNot("web", "10.1.0.51");
  await groups.join({ group: "peers", member: "web" }, {}, root);
  await machines.reaches("web", "10.1.0.51");
  assert.ok(await answers("10.1.0.60", "10.1.0.51"));
  assert.ok(await answers("fd01::60", "fd01::51"));
  assert.ok(!(await answers("10.9.0.5", "10.1.0.51")), "what is named as a subnet is no member's");
  for (const [group, member] of [
    ["closed", "db"],
    ["peers", "web"],
  ] as const)
    await groups.leave({ group, member }, {}, root);
  await machines.reaches("db", "10.1.0.60");
});

test("S08 what a port names no more it has no more", async () => {
  await name(null);
  for (const ip of [...further, ...behind]) await machines.reachesNot("db", ip);
  await machines.reaches("db", "10.1.0.50");
});
