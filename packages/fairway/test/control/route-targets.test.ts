import assert from "node:assert/strict";
import { test } from "node:test";
import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { derive } from "../../src/identity.ts";
import { root, TestCenter } from "../center.ts";

test("R07 a target's link stays where it is when its oldest network leaves, and goes with the last pair", async () => {
  await using center = await TestCenter.start();
  await using client = new OvsdbClient({ remotes: [center.server.remote] });
  const tables = { Logical_Switch: {}, Logical_Switch_Port: {}, Logical_Router_Static_Route: {} };
  await using northbound = new Replica<Tables>(client, schema, { tables });
  await northbound.synced();
  const gone: string[] = [];
  northbound.on("change", (changes) => {
    for (const { uuid, new: now } of changes) if (now === undefined) gone.push(uuid);
  });
  const { networks } = center.service;
  const uuids: string[] = [];
  for (const [at, name] of ["a", "b", "c"].entries()) {
    center.now += 1_000;
    const labels = { rt: "64512:100" };
    const { uuid } = await networks.create(
      { name, labels, subnets: [{ cidr: `10.${at}.0.0/24` }] },
      {},
      root,
    );
    uuids.push(uuid);
  }
  const link = derive("route-target", "64512:100");
  const ports = uuids.map((uuid) => derive("route-target-switch-port", uuid, "64512:100"));
  const settled = async () => {
    await center.settled();
    await client.request("echo", []);
  };
  const row = () => northbound.table("Logical_Switch").get(link);
  await settled();
  assert.deepEqual(row()?.ports.toSorted(), ports.toSorted());
  assert.equal(row()?.external_ids["fairway"], `route-target-link/${uuids[0]}`);
  const leave = (name: string) => networks.update(name, { labels: { rt: null } }, {}, root);
  await leave("a");
  await settled();
  assert.equal(row()?.external_ids["fairway"], `route-target-link/${uuids[1]}`);
  assert.deepEqual(row()?.ports.toSorted(), ports.slice(1).toSorted());
  assert.ok(!gone.includes(link), "the link was away");
  for (const port of ports.slice(1)) assert.ok(!gone.includes(port), "a port of another network was away");
  await networks.remove("b", {}, root);
  await settled();
  assert.equal(row(), undefined);
  for (const port of ports) assert.equal(northbound.table("Logical_Switch_Port").get(port), undefined);
  const routes = Array.from(
    northbound.table("Logical_Router_Static_Route").rows(),
    ({ ip_prefix }) => ip_prefix,
  );
  assert.deepEqual(routes, ["0.0.0.0/0", "0.0.0.0/0"], "the ways out of a and c");
});
