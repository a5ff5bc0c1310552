import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, OvsdbClient, operationsFor, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { root, TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

async function openNorthbound(center: TestCenter) {
  const client = new OvsdbClient({ remotes: [center.server.remote] });
  const replica = new Replica<Tables>(client, schema, {
    tables: { Logical_Switch: {}, Load_Balancer: {}, ACL: {} },
  });
  await replica.synced();
  const transact = (...operations: Parameters<typeof client.transact>[1]) =>
    client.transact(schema.name, operations);
  const untracked = () =>
    [...replica.table("ACL").rows()].filter(({ action }) => action === "allow-stateless");
  return {
    switches: replica.table("Logical_Switch"),
    balancers: replica.table("Load_Balancer"),
    untracked,
    transact,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

test("N16 a load balancer of the network's switch leads from its gateway to the uplink, and nothing else is tracked", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24");
  await until(() => northbound.balancers.size === 1 && northbound.untracked().length === 2);
  const [balancer] = northbound.balancers.rows();
  assert.deepEqual(balancer?.vips, { "10.1.0.1": "169.254.77.2" });
  const logicalSwitch = northbound.switches.get(blue.uuid);
  assert.deepEqual(logicalSwitch?.load_balancer, [balancer?._uuid]);
  const acls = northbound.untracked().sort((one, other) => (one.direction < other.direction ? -1 : 1));
  for (const { _uuid, priority } of acls) {
    assert.ok(logicalSwitch?.acls.includes(_uuid));
    assert.equal(priority, 0, "below whatever is said of the network");
  }
  const [out, back] = acls;
  assert.equal(out?.direction, "from-lport");
  const [pings = "", others = ""] = out?.match.split(" || ") ?? [];
  assert.equal(pings, "(icmp4.type == 8 && ip4.dst == {10.1.0.1})");
  const [gateway, uplink] = ["10.1.0.0/32, 10.1.0.2/31", "169.254.77.0/31, 169.254.77.3/32"];
  assert.ok(others.startsWith("ip4.dst == {0.0.0.0/5, "), others);
  assert.ok(others.includes(gateway) && others.includes(uplink), others);
  assert.equal(back?.direction, "to-lport");
  assert.ok(
    back.match.startsWith("icmp4.type == 11 || (icmp4.type == 3 && icmp4.code == 4) || ip4.src == {"),
  );
  assert.ok(back.match.includes(uplink) && !back.match.includes(gateway), back.match);
  assert.doesNotMatch(
    acls.map(({ match }) => match).join(),
    /!=/,
    "OVN multiplies out the negation of several",
  );

  await center.service.dockerNetworks.delete("h1", blue.id, root);
  await until(() => northbound.balancers.size === 0 && northbound.untracked().length === 0);
});

test("N16 what somebody takes from the gateway's load balancer is given back", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "fd01::/64");
  await until(() => northbound.balancers.size === 1 && northbound.untracked().length === 2);
  const [balancer] = northbound.balancers.rows();
  assert.ok(balancer);
  assert.deepEqual(balancer.vips, { "fd01::1": "fdfa::2" });
  const [acl] = northbound.untracked();
  await northbound.transact(
    op.update("Load_Balancer", byUuid(balancer._uuid), { vips: {} }),
    op.update("ACL", byUuid(acl?._uuid ?? ""), { match: "1" }),
  );
  const isWhole = () =>
    northbound.balancers.get(balancer._uuid)?.vips["fd01::1"] === "fdfa::2" &&
    northbound.untracked().every(({ match }) => match !== "1");
  await until(isWhole);
  await northbound.transact(op.delete("Load_Balancer", byUuid(balancer._uuid)));
  const isReferred = () =>
    northbound.switches.get(blue.uuid)?.load_balancer.includes(balancer._uuid) === true;
  await until(() => isWhole() && isReferred());
  // A root row stays where its switch lets it go.
  await northbound.transact(
    op.mutate("Logical_Switch", byUuid(blue.uuid), [["load_balancer", "delete", [balancer._uuid]]]),
  );
  await until(() => isWhole() && isReferred());
});

test("N16 an internal network's gateway is nobody", async () => {
  await using center = await TestCenter.start();
  await using northbound = await openNorthbound(center);
  const blue = await center.network("h1", "10.1.0.0/24", { internal: true });
  await center.settled();
  await until(() => northbound.switches.get(blue.uuid) !== undefined);
  assert.deepEqual([northbound.balancers.size, northbound.untracked().length], [0, 0]);
});
