import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { makeLevels } from "../center/tenancy/levels.ts";
import { root } from "../center.ts";
import { endsByChange } from "./conversation.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { networks, routers, securityGroups: groups } = machines.center.service;

/** `web` and `db` are on one network, `far` on another of the same router; `front` and `back` in zones of a domain. */
const addresses = {
  web: ["10.1.1.10", "fd01:1::10"],
  db: ["10.1.1.20", "fd01:1::20"],
  far: ["10.1.2.10", "fd01:2::10"],
  front: ["10.1.3.10", "fd01:3::10"],
  back: ["10.1.4.10", "fd01:4::10"],
} as const;
type Name = keyof typeof addresses;
type Rules = Record<string, "allow" | "reject" | "drop">;

before(async () => {
  await routers.create({ name: "office", routes: {}, labels: {}, options: {} }, {}, root);
  const zones = {
    front: await makeLevels(machines.center, "Acme", "Shop", "Front"),
    back: await makeLevels(machines.center, "Acme", "Shop", "Back"),
  };
  for (const [name, third] of [
    ["one", 1],
    ["two", 2],
    [`${zones.front}/net`, 3],
    [`${zones.back}/net`, 4],
  ] as const) {
    const subnets = [{ cidr: `10.1.${third}.0/24` }, { cidr: `fd01:${third}::/64` }];
    await networks.create({ name, subnets }, {}, root);
    if (third < 3) await routers.attach("office", name, { addresses: [], options: {} }, {}, root);
  }
  for (const [name, network] of [
    ["web", "one"],
    ["db", "one"],
    ["far", "two"],
    ["front", `${zones.front}/net`],
    ["back", `${zones.back}/net`],
  ] as const)
    await machines.join(name, network, ...addresses[name]);
  for (const name of ["g", "peers"]) await make(name);
  await make("Acme/g");
});

const make = (name: string) =>
  groups.create({ name, rules: {}, joinableByLabel: false, labels: {}, options: {} }, {}, root);
/** These rules and no others. */
async function set(group: string, rules: Rules): Promise<void> {
  const gone = Object.keys(groups.show(group, root).rules).map((rule) => [rule, null]);
  await groups.update(group, { rules: { ...Object.fromEntries(gone), ...rules } as Rules }, {}, root);
}
const join = (group: string, member: Name) => groups.join({ group, member }, {}, root);
const leave = (group: string, member: Name) => groups.leave({ group, member }, {}, root);
const reach = async (from: Name, to: Name) => {
  for (const address of addresses[to]) await machines.reaches(from, address);
};
const reachNot = async (from: Name, to: Name) => {
  for (const address of addresses[to]) await machines.reachesNot(from, address);
};
/** Asks a TCP port, and gives what comes back within two seconds. */
const asked = async (from: Name, to: Name, port: number, family: 4 | 6 = 4) => {
  const host = family === 6 ? `[${addresses[to][1]}]` : addresses[to][0];
  const script = `exec 2>&1; socat -T2 - TCP:${host}:${port},connect-timeout=2 </dev/null`;
  return (await machines.in(from)("bash", "-c", script)).out;
};
const says = (from: Name, to: Name, port: number, what: RegExp, family: 4 | 6 = 4) =>
  until(`${what} of port ${port} of ${to}`, async () =>
    assert.match(await asked(from, to, port, family), what),
  );
const speak = (name: Name, port: number) =>
  machines.serve(name, "socat", `TCP6-LISTEN:${port},fork,reuseaddr,ipv6only=0`, "SYSTEM:echo hello");

test("S01 a member gets nothing that no rule allows, and answers to what it sends; others go on, both families", async () => {
  await reach("web", "db");
  await join("g", "db");
  await reachNot("web", "db");
  await reachNot("far", "db");
  await reach("db", "web");
  await reach("db", "far");
  await reach("web", "far");
  for (const gateway of ["10.1.1.1", "fd01:1::1"]) await machines.reaches("db", gateway);
  await set("g", { "ingress icmp from any": "allow" });
  await reach("web", "db");
  await reach("far", "db");
  await set("g", {});
  await leave("g", "db");
  await reach("web", "db");
});

test("S01 one port is allowed from who is named; what is rejected is told so at once, what is dropped is not", async () => {
  for (const port of [80, 81, 82]) speak("db", port);
  await join("g", "db");
  await join("peers", "far");
  await set("g", { "ingress tcp 80 from group peers": "allow", "ingress tcp 81 from any": "reject" });
  for (const family of [4, 6] as const) {
    await says("far", "db", 80, /hello/, family);
    await says("far", "db", 81, /refused/, family);
    await says("far", "db", 82, /timed? ?out/i, family);
    assert.match(await asked("web", "db", 80, family), /timed? ?out/i, "who is not named");
  }
  await join("peers", "web");
  await says("web", "db", 80, /hello/);
  await set("g", { "ingress tcp 80 from network two": "allow", "ingress tcp 80 from 10.1.2.0/24": "drop" });
  await says("far", "db", 80, /timed? ?out/i);
  await says("far", "db", 80, /hello/, 6);
  for (const name of ["far", "web"] as const) await leave("peers", name);
  await leave("g", "db");
  await set("g", {});
});

test("S01 who is allowed to send something sends nothing else; names are asked for all the same", async () => {
  await set("g", { "egress icmp to 10.1.2.0/24": "allow", "ingress icmp from any": "allow" });
  await join("g", "web");
  await machines.reaches("web", addresses.far[0]);
  await reachNot("web", "db");
  await machines.reachesNot("web", addresses.far[1]);
  await reach("far", "web");
  await says("web", "db", 80, /refused|unreachable/i);
  await leave("g", "web");
  await set("g", {});
});

test("S01 a member sends under its own addresses alone, on a network that lets others send under any", async () => {
  const foreign = () => machines.ping("db", addresses.web[0], "-I", "10.1.1.99");
  await machines.in("db")("ip", "address", "add", "10.1.1.99/24", "dev", "db");
  await until("an answer to its second address", async () => assert.ok((await foreign()).ok));
  await join("g", "db");
  await until("no answer", async () => assert.ok(!(await foreign()).ok));
  await reach("db", "web");
  await leave("g", "db");
  await machines.in("db")("ip", "address", "del", "10.1.1.99/24", "dev", "db");
});

test("S01 a removed rule ends the connections that it allowed", async () => {
  await set("g", { "ingress tcp 84 from any": "allow" });
  await join("g", "db");
  machines.serve("db", "socat", "TCP-LISTEN:84,fork,reuseaddr", "EXEC:cat");
  await endsByChange(machines.in("far"), addresses.db[0], 84, () => set("g", {}));
  await leave("g", "db");
});

test("S01 S02 what a member of a zone sends passes where its group and its domain both let it", async () => {
  await reach("front", "back");
  await join("Acme/g", "front");
  await set("Acme/g", { "egress icmp to zone Acme/Shop/Back": "allow", "ingress icmp from any": "allow" });
  await reach("front", "back");
  await routers.update("Acme/Shop", { zonePolicy: "deny" }, {}, root);
  await reachNot("front", "back");
  await routers.update("Acme/Shop", { zoneRules: { "Front > Back": "allow" } }, {}, root);
  await reach("front", "back");
  await set("Acme/g", { "egress tcp to any": "allow", "ingress icmp from any": "allow" });
  await reachNot("front", "back");
});
