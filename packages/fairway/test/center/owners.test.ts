import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OvsdbClient } from "@fairway/ovsdb";
import { ownerRules, unowned } from "../../src/center/owners.ts";
import { engineId, root, TestCenter, until } from "../center.ts";

const schema = new URL("../../src/intent/fairway.ovsschema", import.meta.url);

test("O05 every table of the intent has a rule for who is responsible for its rows", () => {
  const { tables } = JSON.parse(readFileSync(schema, "utf8")) as { tables: Record<string, unknown> };
  assert.deepEqual(Object.keys(ownerRules).sort(), Object.keys(tables).sort());
});

test("O05 what engines leave half way has an owner or an expiry", async () => {
  await using center = await TestCenter.start();
  const network = await center.network("h1", "10.1.0.0/24");
  await center.endpoint("h1", network);
  await center.service.poolAddresses.request("h1", network.pool, { purpose: "unspecified" }, root);
  const pool = await center.service.pools.request("h1", { space: "s", family: 4 }, root);
  await center.service.poolAddresses.request("h1", pool.pool, { purpose: "gateway" }, root);
  assert.deepEqual(unowned(center.store.view), []);
  assert.deepEqual(center.service.status.show().unowned, []);
});

test("O05 an address that was given before its pool became a network's, and that no endpoint took, expires", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "system-h1" }, root);
  const cidr = "10.1.0.0/24";
  const { pool } = await center.service.pools.request("h1", { space: "s", family: 4, cidr }, root);
  await center.service.poolAddresses.request("h1", pool, { purpose: "unspecified" }, root);
  const subnets = [{ space: "s", cidr, gateway: "10.1.0.254" }];
  await center.service.dockerNetworks.create("h1", engineId(), { subnets }, root);
  assert.deepEqual(unowned(center.store.view), []);
});

test("O05 a row for which nobody is responsible is named by the center's status, with the reason", async () => {
  await using center = await TestCenter.start();
  const network = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", network);
  const pool = await center.service.pools.request("h1", { space: "s", family: 4, cidr: "10.9.0.0/24" }, root);
  await using stack = new AsyncDisposableStack();
  const client = new OvsdbClient({ remotes: [center.server.remote] });
  stack.defer(() => client.close());
  const nothing = ["set", []] as const;
  await client.transact("Fairway", [
    {
      op: "update",
      table: "Docker_Pool",
      where: [["engine_id", "==", pool.pool]],
      row: { expires: nothing },
    },
    { op: "delete", table: "Docker_Endpoint", where: [["endpoint", "==", ["uuid", web.uuid]]] },
    { op: "update", table: "Address", where: [["ip", "==", web.ip]], row: { endpoint: nothing } },
  ]);
  await until(() => center.service.status.show().unowned.length === 3);
  const told = center.service.status.show().unowned.map(({ table, why }) => `${table}: ${why}`);
  assert.deepEqual(told.sort(), [
    "Address: address 10.1.0.2 was given to nobody and never expires",
    "Docker_Pool: pool 10.9.0.0/24 of host h1 has no network and never expires",
    "Endpoint: no engine has this endpoint",
  ]);
});
