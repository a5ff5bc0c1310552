import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { center } = machines;
const { networks, routers } = center.service;

/** Somebody behind every network's uplink. */
const world = "192.0.2.1";

/** Each with one machine; `twin` has the addresses of `green`. */
const made = {
  blue: { subnets: ["10.1.0.0/24", "fd01::/64"], machine: "web", addresses: ["10.1.0.10", "fd01::10"] },
  green: { subnets: ["10.2.0.0/24", "fd02::/64"], machine: "db", addresses: ["10.2.0.10", "fd02::10"] },
  red: { subnets: ["10.3.0.0/24", "fd03::/64"], machine: "cam", addresses: ["10.3.0.10", "fd03::10"] },
  twin: { subnets: ["10.2.0.0/24"], machine: "twin0", addresses: ["10.2.0.10"] },
} as const;
type Name = keyof typeof made;

/** Gives networks these labels alone; those that are not named have none. */
async function label(labels: { readonly [N in Name]?: Readonly<Record<string, string>> }): Promise<void> {
  for (const name of Object.keys(made) as Name[])
    await networks.update(
      name,
      { labels: { rt: null, "rt.import": null, "rt.export": null, ...labels[name] } },
      {},
      root,
    );
  await until("Northbound to have it", async () => assert.equal(center.controller.pending, 0));
}

/** Waits until what comes back has this time to live, and so went this way. */
const comesBack = (from: string, to: string, ttl: number) =>
  until(`${to} to come back to ${from}`, async () =>
    assert.match((await machines.ping(from, to)).out, new RegExp(`ttl=${ttl} `)),
  );

before(async () => {
  await sh(`ip link set lo up; ip address add ${world}/32 dev lo; sysctl -qw net.ipv4.conf.all.rp_filter=0`);
  for (const [name, { subnets, machine, addresses }] of Object.entries(made)) {
    const mtu = name === "blue" ? { mtu: 1300 } : {};
    const wish = { name, subnets: subnets.map((cidr) => ({ cidr })), ...mtu };
    center.now += 1_000;
    const { uuid } = await networks.create(wish, {}, root);
    if (name !== "twin") await machines.plugUplink(name, uuid, subnets[0]);
    await machines.join(machine, name, ...addresses);
  }
});

test("R07 networks that share a target reach each other in both families, two hops apart, and others do not", async () => {
  for (const from of ["web", "db", "cam"]) await machines.reaches(from, world);
  const traffic = machines.in("web")("ping", "-n", "-q", "-i", "0.05", "-c", "200", world);
  assert.ok(!(await machines.ping("web", "10.2.0.10")).ok, "without a target");
  await label({
    blue: { rt: "64512:100,64512:200" },
    green: { rt: "target:64512:100" },
    red: { rt: "64512:1" },
  });
  for (const to of made.green.addresses) await machines.reaches("web", to);
  for (const to of made.blue.addresses) {
    await machines.reaches("db", to);
    assert.match(
      (await machines.ping("db", to)).out,
      /ttl=(62|253) /,
      "of 64, or of 255 as the router advertises it",
    );
  }
  assert.match((await machines.ping("web", "10.2.0.10", "-t", "1")).out, /From 10\.1\.0\.1 .*exceeded/);
  assert.match(
    (await machines.ping("web", "10.2.0.10", "-t", "2")).out,
    /From 169\.254\.\d+\.\d+ .*exceeded/,
  );
  for (const to of [...made.blue.addresses, ...made.green.addresses])
    assert.ok(!(await machines.ping("cam", to)).ok, `red reaches ${to}`);
  for (const from of ["web", "db", "cam"]) await machines.reaches(from, world);
  await label({ blue: { rt: "64512:100" } });
  for (const to of made.green.addresses) await machines.reachesNot("web", to);
  const [, received = "0"] = /(\d+) received/.exec((await traffic).out) ?? [];
  assert.ok(Number(received) > 150, `${received} of 200 pings to the world were answered meanwhile`);
});

test("R07 spokes that import what a hub exports, and the other way round, reach the hub and not each other", async () => {
  const spoke = { "rt.import": "64512:1", "rt.export": "64512:2" };
  await label({ blue: spoke, green: spoke, red: { "rt.import": "64512:2", "rt.export": "64512:1" } });
  for (const from of ["web", "db"]) for (const to of made.red.addresses) await machines.reaches(from, to);
  for (const to of made.green.addresses) assert.ok(!(await machines.ping("web", to)).ok, to);
  // One way alone there is no answer.
  await label({ blue: spoke, red: { "rt.export": "64512:1" } });
  for (const to of made.red.addresses) await machines.reachesNot("web", to);
});

test("R07 D21 who sends more than fits the other network is told so", async () => {
  await label({ blue: { rt: "64512:100" }, green: { rt: "64512:100" } });
  await machines.reaches("db", "10.1.0.10");
  const { out } = await machines.ping("db", "10.1.0.10", "-M", "do", "-s", "1380");
  assert.match(out, /Frag needed.*mtu = 1300|Message too long.*mtu=1300/);
  await until("fragments", async () => assert.ok((await machines.ping("db", "10.1.0.10", "-s", "1380")).ok));
});

test("R07 R01 a network on a virtual router reaches by its own targets, and the others of the router do not", async () => {
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  for (const name of ["blue", "red"])
    await routers.attach("r", name, { addresses: [], options: {} }, {}, root);
  await label({ blue: { rt: "64512:100" }, green: { rt: "64512:100" } });
  await comesBack("web", "10.3.0.10", 63);
  await comesBack("web", "10.2.0.10", 62);
  await machines.reaches("web", "fd02::10");
  for (const to of made.green.addresses) assert.ok(!(await machines.ping("cam", to)).ok, to);
  assert.ok(!(await machines.ping("db", "10.3.0.10")).ok, "red has no target");
  // With it, and on the router: one hop to the other, as ever.
  await label({ blue: { rt: "64512:100" }, green: { rt: "64512:100" }, red: { rt: "64512:100" } });
  for (const to of made.red.addresses) await machines.reaches("db", to);
  await comesBack("web", "10.3.0.10", 63);
  for (const from of ["web", "db", "cam"]) await machines.reaches(from, world);
  for (const name of ["blue", "red"]) await routers.detach("r", name, {}, root);
  for (const to of made.green.addresses) await machines.reaches("web", to);
});

test("R07 of two networks with the same addresses the older one is reached, and the other when that is gone", async () => {
  const rt = { rt: "64512:100" };
  await label({ blue: rt, green: rt, twin: rt });
  await machines.reaches("web", "10.2.0.10");
  await machines.reaches("db", "10.1.0.10");
  assert.ok(!(await machines.ping("twin0", "10.1.0.10")).ok, "nothing leads back");
  await label({ blue: rt, twin: rt });
  await machines.reaches("twin0", "10.1.0.10");
  await machines.reachesNot("db", "10.1.0.10");
});
