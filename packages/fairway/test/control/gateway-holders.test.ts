import assert from "node:assert/strict";
import { test } from "node:test";
import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { physicalNetworkSpec } from "../../src/center/schemas/physical-network-spec.ts";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { externalPort } from "../../src/compile/northbound/router-gateway.ts";
import { withHosts } from "../center/networks/asked.ts";
import { root, TestCenter, until } from "../center.ts";
import { Bindings } from "./bindings.ts";

/** Northbound as somebody else reads it. */
async function northboundOf(center: TestCenter) {
  const client = new OvsdbClient({ remotes: [center.server.remote] });
  const replica = new Replica<Tables>(client, schema, { tables: { Gateway_Chassis: {}, NB_Global: {} } });
  await replica.synced();
  return {
    table: replica.table.bind(replica),
    async [Symbol.asyncDispose]() {
      await replica.close();
      await client.close();
    },
  };
}

/** A center with a router that leaves by h1 or h2, both ready, and its Southbound. */
async function start() {
  await using stack = new AsyncDisposableStack();
  const center = stack.use(await TestCenter.start());
  await center.leads();
  const { physicalNetworks, physicalPorts, networks, routers, gatewayHosts } = center.service;
  await withHosts(center, "h1", "h2", "h3");
  await physicalNetworks.create(
    "office",
    physicalNetworkSpec.parse({ type: "vlan", ranges: ["1-9"] }),
    {},
    root,
  );
  const port = { interface: "eth1", host: null, takeAddress: false, options: {} };
  await physicalPorts.add("office", port, {}, root);
  const subnets = [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }];
  await networks.create({ name: "lan", options: { physicalnetwork: "office" }, subnets }, {}, root);
  const gateway = { network: "lan", hosts: ["h1", "h2"], addresses: [], snat: true };
  const { uuid } = await routers.create(
    { name: "r", routes: {}, labels: {}, options: {}, gateway },
    {},
    root,
  );
  const tell = (host: string, trouble: string | null) =>
    gatewayHosts.report(host, { routers: [{ router: uuid, trouble }] }, root);
  for (const host of ["h1", "h2"]) await tell(host, null);
  const bindings = stack.use(await Bindings.of(center));
  const chassis: Record<string, string> = {};
  for (const host of ["h1", "h2", "h3"]) chassis[host] = await bindings.chassis(`system-${host}`);
  const bound = `cr-${externalPort(uuid)}`;
  await bindings.add(bound, {}, "chassisredirect");
  const northbound = stack.use(await northboundOf(center));
  /** Who has the highest priority, then the others, as OVN reads them. */
  const order = () =>
    Array.from(northbound.table("Gateway_Chassis").rows())
      .toSorted((one, other) => other.priority - one.priority)
      .map(({ chassis_name }) => chassis_name.replace("system-", ""))
      .join(" ");
  return {
    center,
    tell,
    take: (host: string | null) =>
      bindings.set(bound, { chassis: host === null ? null : (chassis[host] ?? null) }),
    shown: () => routers.show("r", root),
    ordered: (wanted: string) => until(() => order() === wanted),
    stack: stack.move(),
  };
}

test("R10 whoever is the way out comes first, until it cannot be it; who comes back takes nothing from the next", async () => {
  const { tell, take, shown, ordered, stack } = await start();
  await using _ = stack;
  await ordered("h1 h2");
  await take("h1");
  await until(() => shown().gateway?.active === "h1");
  // OVN's own choice, when it heard no more of h1.
  await take("h2");
  await ordered("h2 h1");
  assert.equal(shown().gateway?.active, "h2");
  await tell("h2", "its interface eth1 has no carrier");
  await ordered("h1 h2");
  assert.deepEqual(shown().status, { "gateway host h2": "its interface eth1 has no carrier" });
  await take("h1");
  await tell("h2", null);
  await ordered("h1 h2");
  assert.deepEqual(shown().status, {});
});

test("R10 who takes a gateway for a moment, as a host that comes back does, is not taken for its way out", async () => {
  const { take, shown, ordered, stack } = await start();
  await using _ = stack;
  await take("h2");
  await ordered("h2 h1");
  for (let times = 0; times < 5; times++) {
    await take("h1");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await take("h2");
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(shown().gateway?.active, "h2");
  }
  await ordered("h2 h1");
});

test("R10 where no host can be the way out all stay as they were, and the router says why", async () => {
  const { tell, take, shown, ordered, stack } = await start();
  await using _ = stack;
  await take("h2");
  await ordered("h2 h1");
  for (const host of ["h1", "h2"]) await tell(host, "its next hop 10.50.0.1 does not answer on eth1");
  await until(() => shown().status["gateway"] !== undefined);
  await ordered("h2 h1");
  const silent = "its next hop 10.50.0.1 does not answer on eth1";
  assert.deepEqual(shown().status, {
    gateway: "none of its hosts can be the way out; it stays where it was",
    "gateway host h1": silent,
    "gateway host h2": silent,
  });
  await tell("h1", null);
  await ordered("h1 h2");
});

test("R10 a host that was not chosen is no way out, whatever it says or takes", async () => {
  const { tell, take, shown, ordered, stack } = await start();
  await using _ = stack;
  await take("h1");
  await until(() => shown().gateway?.active === "h1");
  await tell("h3", null);
  await take("h3");
  // Whoever has it for a second has it, but for this one.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await ordered("h1 h2");
  assert.equal(shown().gateway?.active, "h1");
  assert.deepEqual(
    shown().gateway?.hosts.map(({ name, trouble }) => [name, trouble]),
    [
      ["h1", null],
      ["h2", null],
    ],
  );
});

test("R10 OVN's hosts look for each other ten times a second, unless somebody has set otherwise", async () => {
  await using center = await TestCenter.start();
  await center.leads();
  await using northbound = await northboundOf(center);
  const options = () => Array.from(northbound.table("NB_Global").rows())[0]?.options ?? {};
  await until(() => options()["bfd-mult"] === "3");
  assert.deepEqual([options()["bfd-min-rx"], options()["bfd-min-tx"]], ["100", "100"]);
});
