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
const { networks, routers, securityGroups: groups, policies } = machines.center.service;

/** `web` and `db` are on one network of no organization; `front` and `back` in zones of one domain. */
const addresses = {
  web: ["10.1.1.10", "fd01:1::10"],
  db: ["10.1.1.20", "fd01:1::20"],
  front: ["10.1.3.10", "fd01:3::10"],
  back: ["10.1.4.10", "fd01:4::10"],
} as const;
type Name = keyof typeof addresses;
type Rules = Record<string, "allow" | "reject" | "drop">;

const plain = { rules: {}, labels: {}, options: {} };

before(async () => {
  const zones = {
    front: await makeLevels(machines.center, "Acme", "Shop", "Front"),
    back: await makeLevels(machines.center, "Acme", "Shop", "Back"),
  };
  for (const [name, third] of [
    ["one", 1],
    [`${zones.front}/net`, 3],
    [`${zones.back}/net`, 4],
  ] as const) {
    const subnets = [{ cidr: `10.1.${third}.0/24` }, { cidr: `fd01:${third}::/64` }];
    await networks.create({ name, subnets }, {}, root);
  }
  for (const [name, network] of [
    ["web", "one"],
    ["db", "one"],
    ["front", `${zones.front}/net`],
    ["back", `${zones.back}/net`],
  ] as const)
    await machines.join(name, network, ...addresses[name]);
  for (const name of ["baseline", "Acme/baseline"]) await policies.create({ ...plain, name }, {}, root);
  for (const name of ["g", "Acme/g"])
    await groups.create({ ...plain, name, joinableByLabel: false }, {}, root);
  for (const name of ["db", "back"] as const) {
    machines.serve(name, "socat", "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0", "SYSTEM:echo hello");
    machines.serve(name, "socat", "TCP-LISTEN:84,fork,reuseaddr", "EXEC:cat");
  }
});

/** These rules and no others. */
async function set(name: string, rules: Rules): Promise<void> {
  const noun = name.endsWith("baseline") ? policies : groups;
  const gone = Object.keys(noun.show(name, root).rules).map((rule) => [rule, null]);
  await noun.update(name, { rules: { ...Object.fromEntries(gone), ...rules } as Rules }, {}, root);
}
const reach = async (from: Name, to: Name) => {
  for (const address of addresses[to]) await machines.reaches(from, address);
};
const reachNot = async (from: Name, to: Name) => {
  for (const address of addresses[to]) await machines.reachesNot(from, address);
};
/** What comes back from a TCP port within two seconds, of each family. */
const says = async (from: Name, to: Name, what: RegExp) => {
  for (const [at, address] of addresses[to].entries()) {
    const host = at === 0 ? address : `[${address}]`;
    const script = `exec 2>&1; socat -T2 - TCP:${host}:80,connect-timeout=2 </dev/null`;
    await until(`${what} of ${address}`, async () =>
      assert.match((await machines.in(from)("bash", "-c", script)).out, what),
    );
  }
};

test("S10 the cluster's rule holds for whoever is in no group, each verdict, both families; answers pass", async () => {
  await says("web", "db", /hello/);
  await set("baseline", { "ingress tcp 80 from any": "reject" });
  await says("web", "db", /refused/);
  await reach("web", "db");
  await set("baseline", { "ingress tcp 80 from any": "drop" });
  await says("web", "db", /timed? ?out/i);
  await set("baseline", { "egress tcp 80 to network one": "reject" });
  await says("web", "db", /refused|unreachable/i);
  await says("front", "back", /hello/);
  await set("baseline", { "ingress any from network one": "reject", "egress icmp to any": "allow" });
  await reachNot("web", "db");
  for (const gateway of ["10.1.1.1", "fd01:1::1"]) await machines.reaches("db", gateway);
  await set("baseline", {});
  await says("web", "db", /hello/);
});

test("S10 what the cluster denies nobody opens, what it allows nobody shuts; what it says nothing of its organization decides, then the group", async () => {
  await groups.join({ group: "Acme/g", member: "back" }, {}, root);
  await says("front", "back", /timed? ?out/i);
  await set("Acme/baseline", { "ingress tcp 80 from any": "allow" });
  await says("front", "back", /hello/);
  await set("baseline", { "ingress tcp 80 from any": "reject" });
  await says("front", "back", /refused/);
  await set("baseline", { "ingress tcp 80 from any": "allow" });
  await set("Acme/baseline", { "ingress any from any": "drop" });
  await says("front", "back", /hello/);
  await reachNot("front", "back");
  await set("baseline", {});
  await says("front", "back", /timed? ?out/i);
  await set("Acme/baseline", {});
  await set("Acme/g", { "ingress any from any": "allow" });
  await reach("front", "back");
  await set("Acme/baseline", { "ingress icmp from any": "reject" });
  await reachNot("front", "back");
  await reach("web", "db");
  await set("Acme/baseline", {});
});

test("S10 S02 what a policy allows to be sent, the domain's policy does not stop", async () => {
  await routers.update("Acme/Shop", { zonePolicy: "deny" }, {}, root);
  await reachNot("front", "back");
  await set("baseline", { "egress icmp to any": "allow" });
  await reach("front", "back");
  await says("front", "back", /refused|unreachable/i);
  await set("baseline", {});
  await reachNot("front", "back");
  await routers.update("Acme/Shop", { zonePolicy: null }, {}, root);
  await groups.leave({ group: "Acme/g", member: "back" }, {}, root);
  await reach("front", "back");
});

test("S10 a removed rule ends the connections that it alone allowed, and a new one those that it denies", async () => {
  const ends = (change: () => Promise<void>) => endsByChange(machines.in("web"), addresses.db[0], 84, change);
  await groups.join({ group: "g", member: "db" }, {}, root);
  await set("baseline", { "ingress tcp 84 from network one": "allow" });
  await ends(() => set("baseline", { "ingress tcp 85 from any": "allow" }));
  await set("g", { "ingress tcp 84 from any": "allow" });
  await ends(() => set("baseline", { "ingress tcp 84 from any": "reject" }));
});
