import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { networks, ports, routers, securityGroups: groups, vips } = machines.center.service;

const vip = { 4: "10.1.0.100", 6: "fd01::100" } as const;
const families = [4, 6] as const;
const members = ["one", "two"];

before(async () => {
  const subnets = [{ cidr: "10.1.0.0/24" }, { cidr: "fd01::/64" }];
  await networks.create({ name: "blue", subnets, portSecurity: "strict" }, {}, root);
  const others = [{ cidr: "10.2.0.0/24" }, { cidr: "fd02::/64" }];
  await networks.create({ name: "green", subnets: others }, {}, root);
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  for (const network of ["blue", "green"])
    await routers.attach("r", network, { addresses: [], options: {} }, {}, root);
  for (const [name, last] of [
    ["one", 10],
    ["two", 11],
    ["thief", 12],
    ["near", 13],
  ] as const)
    await machines.join(name, "blue", `10.1.0.${last}`, `fd01::${last}`);
  await machines.join("far", "green", "10.2.0.10", "fd02::10");
  for (const family of families)
    await vips.create({ network: "blue", ip: vip[family], members, labels: {}, options: {} }, {}, root);
  await machines.reaches("near", "10.1.0.10");
});

/** Somebody has the address, and says so as keepalived does: by gratuitous ARP, and by what the kernel asks about an address that is new to it. */
async function takes(name: string, family: 4 | 6): Promise<void> {
  const inside = machines.in(name);
  await inside("ip", "address", "add", `${vip[family]}/${family === 4 ? 32 : 128}`, "dev", name);
  if (family === 4) await inside("busybox", "arping", "-U", "-c", "2", "-I", name, vip[4]);
  else await machines.in("near")("ip", "-6", "neigh", "flush", "dev", "near");
}
const drops = (name: string, family: 4 | 6) =>
  machines.in(name)("ip", "address", "del", `${vip[family]}/${family === 4 ? 32 : 128}`, "dev", name);
/** Who answers for the address: each has a page of its own. */
const answering = async (from: string, family: 4 | 6) => {
  const host = family === 4 ? vip[4] : `[${vip[6]}]`;
  const script = `socat -T2 - TCP:${host}:80,connect-timeout=1 </dev/null 2>/dev/null`;
  return (await machines.in(from)("bash", "-c", script)).out.trim();
};
const isAt = (name: string) =>
  Promise.all(
    families.flatMap((family) =>
      ["near", "far"].map((from) =>
        until(`${vip[family]} at ${name} from ${from}`, async () =>
          assert.equal(await answering(from, family), name),
        ),
      ),
    ),
  );

test("S08 a VIP is where a member says that it is, and moves with its word, from its network and from others, both families", async () => {
  for (const name of ["one", "two", "thief"])
    machines.serve(name, "socat", "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0", `SYSTEM:echo ${name}`);
  for (const family of families) assert.ok(!(await machines.ping("near", vip[family])).ok, "nobody has it");
  for (const family of families) await takes("one", family);
  await isAt("one");
  for (const family of families) {
    await drops("one", family);
    await takes("two", family);
  }
  await isAt("two");
});

test("S08 who is no member does not get it by its word, and sends nothing from it", async () => {
  for (const family of families) await takes("thief", family);
  await isAt("two");
  assert.ok(!(await machines.ping("thief", "10.1.0.13", "-I", vip[4])).ok);
  assert.ok(!(await machines.ping("thief", "fd01::13", "-I", vip[6])).ok);
  for (const family of families) await drops("thief", family);
});

test("S08 rules mean members of a group by their own addresses, and a VIP by its own", async () => {
  const open = { "ingress any from any": "allow", "egress any to any": "allow" } as const;
  const plain = { joinableByLabel: false, labels: {}, options: {} };
  await groups.create({ ...plain, name: "web", rules: open }, {}, root);
  const rules = { "ingress any from any": "allow", "egress any to group web": "allow" } as const;
  await groups.create({ ...plain, name: "asking", rules }, {}, root);
  const within = [
    ...members.map((member) => ({ group: "web", member })),
    { group: "asking", member: "near" },
  ];
  for (const each of within) await groups.join(each, {}, root);
  for (const family of families) await machines.reachesNot("near", vip[family]);
  for (const ip of ["10.1.0.11", "fd01::11"]) await machines.reaches("near", ip);
  const named = { "egress any to 10.1.0.100": "allow", "egress any to fd01::100": "allow" } as const;
  await groups.update("asking", { rules: named }, {}, root);
  await isAt("two");
  for (const each of within) await groups.leave(each, {}, root);
});

test("S08 members change while it goes on; who is taken from it has it no more, nor who is gone", async () => {
  for (const family of families) await vips.update(vip[family], { members: ["one"] }, {}, root);
  for (const family of families)
    for (const from of ["near", "far"]) await machines.reachesNot(from, vip[family]);
  for (const family of families) {
    await drops("two", family);
    await takes("one", family);
  }
  await isAt("one");
  await ports.remove("one", {}, root);
  assert.match(vips.show(vip[4], root).status["members"] ?? "", /not on the network at the moment: one/);
  for (const family of families) await machines.reachesNot("near", vip[family]);
});
