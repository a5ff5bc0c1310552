import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, OvsdbClient, Replica } from "@fairway/ovsdb";
import fc from "../../../../../test/fast-check.ts";
import { apartUnits } from "../../../src/compile/northbound/apart.ts";
import { endpointUnits } from "../../../src/compile/northbound/endpoint.ts";
import { schema, type Tables } from "../../../src/compile/northbound/generated/northbound.ts";
import { Northbound } from "../../../src/control/northbound.ts";
import { isApart, isPromiscuous } from "../../../src/intent/apart.ts";
import { make } from "../../center/networks/made-with-options.ts";
import { engineId, root, TestCenter, until } from "../../center.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

test("S09 a network whose members are kept apart has a group of their ports, a set of their MAC addresses and two rules, however many they are; another has none", () => {
  const seen = { apart: 0, others: 0, promiscuous: 0 };
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network")) {
        const rows = apartUnits.compile(intent, network._uuid);
        const [group] = rows.filter(({ table }) => table === "Port_Group");
        const sets = rows.flatMap((row) => (row.table === "Address_Set" ? row.columns.addresses : []));
        const acls = rows.flatMap((row) => (row.table === "ACL" ? [row] : []));
        const grouped: string[] = [];
        for (const endpoint of intent.find("Endpoint", "byNetwork", network._uuid)) {
          const [port] = endpointUnits.compile(intent, endpoint._uuid);
          const isMember = port?.references.some(({ uuid }) => uuid === group?.uuid) === true;
          const shouldBe = port !== undefined && isApart(network) && !isPromiscuous(endpoint);
          assert.equal(isMember, shouldBe);
          if (isMember) grouped.push(endpoint.mac);
          if (isApart(network) && isPromiscuous(endpoint)) seen.promiscuous++;
        }
        assert.deepEqual(new Set(sets), new Set(grouped));
        assert.equal(rows.length, isApart(network) ? 4 : 0);
        assert.deepEqual(
          acls.map(({ columns: { action, direction }, references: [to] }) => [action, direction, to?.uuid]),
          isApart(network)
            ? [
                ["drop", "from-lport", group?.uuid],
                ["drop", "to-lport", group?.uuid],
              ]
            : [],
        );
        seen[isApart(network) ? "apart" : "others"] += grouped.length + 1;
      }
    }),
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, what);
});

/** A center, and what Northbound has of groups of ports. */
async function opened() {
  await using stack = new AsyncDisposableStack();
  const center = stack.use(await TestCenter.start());
  const client = stack.use(new OvsdbClient({ remotes: [center.server.remote] }));
  const tables = { Port_Group: {}, Address_Set: {}, ACL: {}, Logical_Switch_Port: {} };
  const replica = new Replica<Tables>(client, schema, { tables });
  await replica.synced();
  const all = stack.move();
  const groups = () => [...replica.table("Port_Group").rows()];
  return {
    center,
    client,
    replica,
    groups,
    /** The ports that are kept apart from each other. */
    members: () => groups().flatMap(({ ports }) => [...ports].sort()),
    macs: () => [...replica.table("Address_Set").rows()].flatMap(({ addresses }) => addresses.toSorted()),
    rules: () => groups().flatMap(({ acls }) => acls.map((acl) => replica.table("ACL").get(acl)?.match)),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

test("S09 Northbound follows the network's option and its members, and has nothing of it once the option is gone", async () => {
  await using made = await opened();
  const { center, members, macs, groups, rules } = made;
  const { network, start } = await make(center, { "com.docker.network.bridge.enable_icc": "false" });
  const [one, other] = [await start(), await start()];
  const both = [one, other].map(({ endpoint }) => endpoint).sort();
  await until(() => members().length === 2 && macs().length === 2);
  assert.deepEqual(members(), both);
  assert.deepEqual(macs(), [one, other].map(({ mac }) => mac).sort());
  assert.equal(rules().length, 2);
  const update = (icc: string | null) =>
    center.service.networks.update(network.uuid, { options: { icc } }, {}, root);
  await update("true");
  await until(() => groups().length === 0 && macs().length === 0);
  const acls = () =>
    [...made.replica.table("ACL").rows()].filter(
      ({ external_ids }) => external_ids["fairway-guard"] === "icc",
    );
  assert.equal(acls().length, 0);
  await update("false");
  await until(() => members().length === 2 && rules().length === 2);
  await update(null);
  await until(() => groups().length === 0 && acls().length === 0);
  assert.ok(both.every((port) => made.replica.table("Logical_Switch_Port").get(port) !== undefined));
});

test("S09 a port becomes promiscuous and ordinary again while it is there; one that goes leaves the group and the set", async () => {
  await using made = await opened();
  const { center, members, macs } = made;
  const { networks, ports } = center.service;
  await networks.create(
    { name: "blue", subnets: [{ cidr: "10.1.0.0/24" }], options: { icc: "false" } },
    {},
    root,
  );
  const create = (name: string) =>
    ports.create({ name, network: "blue", addresses: [], labels: {}, options: {} }, {}, root);
  const [one, other] = [await create("one"), await create("other")];
  await until(() => members().length === 2 && macs().length === 2);
  await ports.update("one", { options: { "fairway.promiscuous": "true" } }, {}, root);
  await until(() => members().length === 1 && macs().length === 1);
  assert.deepEqual([...members(), ...macs()], [other.uuid, other.mac]);
  await ports.update("one", { options: { "fairway.promiscuous": "false" } }, {}, root);
  await until(() => members().includes(one.uuid) && macs().includes(one.mac));
  await ports.remove("other", {}, root);
  await until(() => members().length === 1 && macs().length === 1);
  assert.deepEqual(macs(), [one.mac]);
});

test("S09 a group that somebody deletes is made again with its ports and rules", async () => {
  await using made = await opened();
  const { center, members, groups, rules } = made;
  const { start } = await make(center, { icc: "no" });
  const { endpoint: uuid } = await start();
  await until(() => members().length === 1);
  const [group] = groups();
  const gone = { op: "delete", table: "Port_Group", where: [["name", "==", group?.name ?? ""]] };
  await made.client.transact("OVN_Northbound", [gone as Operation]);
  await until(() => members().includes(uuid) && rules().length === 2);
});

test("S09 whose network a port is of is known also where it is in a group", async () => {
  await using made = await opened();
  const { network, start } = await make(made.center, { icc: "false" });
  const { endpoint: uuid } = await start();
  await until(() => made.members().length === 1);
  await using northbound = new Northbound(made.client);
  await northbound.replica.synced();
  assert.deepEqual(
    Array.from(northbound.endpoints(), ({ uuid, network }) => [uuid, network]),
    [[uuid, network.uuid]],
  );
});

test("S09 members that may send under any MAC address cannot be kept apart: the two options are refused together", async () => {
  await using center = await TestCenter.start();
  const refused = {
    code: "invalid",
    message:
      /^options icc=false and port-security=off contradict each other: .*take port-security=mac or strict$/,
  };
  const { networks } = center.service;
  const blue = { name: "blue", subnets: [{ cidr: "10.1.0.0/24" }] };
  const off = { ...blue, options: { icc: "false", "port-security": "off" } };
  await assert.rejects(networks.create(off, {}, root), refused);
  await assert.rejects(make(center, off.options), refused);
  await networks.create({ ...blue, options: { icc: "false" } }, {}, root);
  await assert.rejects(networks.update("blue", { portSecurity: "off" }, {}, root), refused);
  await networks.update("blue", { portSecurity: "off", icc: true }, {}, root);
  await assert.rejects(networks.update("blue", { icc: false }, {}, root), refused);
  const wrong = networks.update("blue", { options: { icc: "perhaps" } }, {}, root);
  await assert.rejects(wrong, { code: "invalid", message: /option icc=perhaps .* it takes true or false/ });
});

test("S09 an endpoint says by yes or no whether it is promiscuous; anything else is refused, and nothing made", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
  const options = { "fairway.promiscuous": "somewhat" };
  await assert.rejects(center.service.dockerEndpoints.create(key, { addresses: [], options }, root), {
    code: "invalid",
    message: /option fairway\.promiscuous=somewhat .* it takes true or false/,
  });
  assert.deepEqual(center.service.endpoints.list({}, root), []);
});
