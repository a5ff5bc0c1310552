import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, operationsFor } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/intent/generated/fairway.ts";
import { root, TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

test("X04 one damaged row of a subnet leaves all networks in the list, and says of its own what is wrong", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const red = await center.network("h1", "10.2.0.0/24");
  await center.endpoint("h1", blue);
  await center.client.transact(schema.name, [op.update("Subnet", byUuid(blue.pool), { cidr: "10.1.0.0/x" })]);
  await until(() => center.store.view.get("Subnet", blue.pool)?.cidr === "10.1.0.0/x");
  const networks = () => center.service.listNetworks(root);
  assert.deepEqual(
    networks()
      .map(({ uuid }) => uuid)
      .sort(),
    [blue.uuid, red.uuid].sort(),
  );
  const [web] = center.service.listEndpoints({}, root);
  assert.match(web?.status["intent"] ?? "", /"10\.1\.0\.0\/x" is no IP address/);
  const status = () => networks().find(({ uuid }) => uuid === blue.uuid)?.status ?? {};
  assert.match(status()["intent"] ?? "", /"10\.1\.0\.0\/x" is no IP address/);
  assert.equal(center.service.showNetwork(red.uuid, root).status["intent"], undefined);
  await center.endpoint("h1", red);
});
