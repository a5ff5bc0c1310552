import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { makeLevels } from "../center/tenancy/levels.ts";
import { root } from "../center.ts";
import { endsByChange } from "./conversation.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { center } = machines;
const { networks, routers } = center.service;
const domain = "Acme/Shop";

const addresses = { web: "10.1.1.10", near: "10.1.3.10", db: "10.1.2.10" } as const;
const addresses6 = { web: "fd01:1::10", near: "fd01:3::10", db: "fd01:2::10" } as const;
type Name = keyof typeof addresses;

before(async () => {
  for (const [name, zone, third] of [
    ["web", "Web", 1],
    ["near", "Web", 3],
    ["db", "Db", 2],
  ] as const) {
    const network = `${await makeLevels(center, "Acme", "Shop", zone)}/${name}`;
    const subnets = [{ cidr: `10.1.${third}.0/24` }, { cidr: `fd01:${third}::/64` }];
    // Without the load balancer of its gateway, which makes OVN track all by itself.
    const options = name === "db" ? { "host-access": "false" } : {};
    await networks.create({ name: network, subnets, options }, {}, root);
    await machines.join(name, network, addresses[name], addresses6[name]);
  }
});
afterEach(() => set("allow", null));

/** @param rules null: there are none. */
async function set(
  zonePolicy: "allow" | "deny",
  zoneRules: Record<string, "allow" | "reject" | "drop"> | null,
) {
  const gone = Object.keys(routers.show(domain, root).zoneRules).map((rule) => [rule, null]);
  const rules = { ...Object.fromEntries(gone), ...zoneRules } as Record<string, "allow" | null>;
  await routers.update(domain, { zonePolicy, zoneRules: rules }, {}, root);
}
const reach = async (from: Name, to: Name) => {
  await machines.reaches(from, addresses[to]);
  await machines.reaches(from, addresses6[to]);
};
const reachNot = async (from: Name, to: Name) => {
  await machines.reachesNot(from, addresses[to]);
  await machines.reachesNot(from, addresses6[to]);
};
/** Asks a TCP port, and gives what comes back within two seconds. */
const asked = async (from: Name, to: Name, port: number, is6 = false) => {
  const host = is6 ? `[${addresses6[to]}]` : addresses[to];
  return machines.in(from)(
    "bash",
    "-c",
    `exec 2>&1; socat -T2 - TCP:${host}:${port},connect-timeout=2 </dev/null`,
  );
};
const speak = (name: Name, port: number) =>
  machines.serve(name, "socat", `TCP6-LISTEN:${port},fork,reuseaddr,ipv6only=0`, "SYSTEM:echo hello");

test("S02 zones of a domain that denies do not reach each other, networks of one zone do; live, both families", async () => {
  await reach("web", "db");
  await reach("db", "web");
  await set("deny", null);
  await reachNot("web", "db");
  await reachNot("db", "web");
  await reach("web", "near");
  await reach("near", "web");
  for (const gateway of ["10.1.1.1", "fd01:1::1"]) await machines.reaches("web", gateway);
  await set("allow", null);
  await reach("web", "db");
});

test("S02 one port is allowed in one direction, and answers pass; what is denied is told so at once", async () => {
  for (const port of [80, 81]) for (const name of ["db", "web"] as const) speak(name, port);
  await set("deny", { "Web > Db/tcp/80": "allow" });
  for (const is6 of [false, true]) {
    await until("an answer of port 80", async () =>
      assert.match((await asked("web", "db", 80, is6)).out, /hello/),
    );
    await until("a refusal of port 81", async () =>
      assert.match((await asked("web", "db", 81, is6)).out, /refused/),
    );
    assert.match((await asked("db", "web", 80, is6)).out, /refused/);
    assert.match((await asked("near", "db", 80, is6)).out, /hello/, "another network of the zone");
  }
  assert.equal((await machines.ping("web", addresses.db)).ok, false);
});

test("S02 what is dropped is not told, and a rule of a port counts more than one of all", async () => {
  for (const port of [82, 83]) speak("db", port);
  await set("allow", { "* > Db": "drop", "Web > Db/tcp/82": "allow" });
  await until("an answer of port 82", async () => assert.match((await asked("web", "db", 82)).out, /hello/));
  await until("silence of port 83", async () =>
    assert.match((await asked("web", "db", 83)).out, /timed? ?out/i),
  );
  await reachNot("web", "db");
});

test("S02 a removed rule ends the connections that it allowed", async () => {
  await set("deny", { "Web > Db/tcp/84": "allow" });
  machines.serve("db", "socat", "TCP-LISTEN:84,fork,reuseaddr", "EXEC:cat");
  await endsByChange(machines.in("web"), addresses.db, 84, () => set("deny", null));
});
