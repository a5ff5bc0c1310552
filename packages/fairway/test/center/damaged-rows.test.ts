import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, operationsFor } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/intent/generated/fairway.ts";
import { engineId, root, TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

test("X04 one damaged row of a subnet leaves all networks in the list, and says of its own what is wrong", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const red = await center.network("h1", "10.2.0.0/24");
  await center.endpoint("h1", blue);
  await center.client.transact(schema.name, [op.update("Subnet", byUuid(blue.pool), { cidr: "10.1.0.0/x" })]);
  await until(() => center.store.view.get("Subnet", blue.pool)?.cidr === "10.1.0.0/x");
  const networks = () => center.service.networks.list({}, root);
  assert.deepEqual(
    networks()
      .map(({ uuid }) => uuid)
      .sort(),
    [blue.uuid, red.uuid].sort(),
  );
  const [web] = center.service.endpoints.list({}, root);
  assert.match(web?.status["intent"] ?? "", /"10\.1\.0\.0\/x" is no IP address/);
  const status = () => networks().find(({ uuid }) => uuid === blue.uuid)?.status ?? {};
  assert.match(status()["intent"] ?? "", /"10\.1\.0\.0\/x" is no IP address/);
  assert.equal(center.service.networks.show(red.uuid, root).status["intent"], undefined);
  await center.endpoint("h1", red);
});

test("X04 one damaged address of a subnet leaves the others to be had, and is in nobody's way", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.endpoint("h1", blue, "10.1.0.7");
  const spoiled = () => [...center.store.view.rows("Address")].some(({ ip }) => ip === "nonsense");
  await center.client.transact(schema.name, [
    op.update("Address", [["ip", "==", "10.1.0.7"]], { ip: "nonsense" }),
  ]);
  await until(spoiled);
  await center.endpoint("h1", blue, "10.1.0.8");
  await center.client.transact(schema.name, [op.delete("Address", [["ip", "==", "nonsense"]])]);
  await until(() => !spoiled());
  await center.endpoint("h1", blue, "10.1.0.9");
  // Whoever leads next reads it all anew.
  await center.client.transact(schema.name, [
    op.update("Address", [["ip", "==", "10.1.0.9"]], { ip: "nonsense" }),
  ]);
  await until(spoiled);
  await center.stop();
  const next = TestCenter.on(center.server, { name: "next" });
  await next.leads();
  await next.endpoint("h1", blue, "10.1.0.10");
  await next.stop();
});

test("X04 one damaged subnet keeps nobody from an automatic one", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.client.transact(schema.name, [op.update("Subnet", byUuid(blue.pool), { cidr: "nonsense" })]);
  await until(() => center.store.view.get("Subnet", blue.pool)?.cidr === "nonsense");
  const { cidr } = await center.service.pools.request("h1", { space: "waiting", family: 4 }, root);
  assert.match(cidr, /^10\.128\./);
});

test("X04 one damaged subnet of a network leaves those beside it: containers start, and the network says what is wrong", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  await service.hosts.register("h1", { systemId: "system-h1" }, root);
  const [space, id] = ["s", engineId()];
  const cidrs = ["10.1.0.0/24", "10.2.0.0/24"] as const;
  const pools = [];
  for (const cidr of cidrs)
    pools.push((await service.pools.request("h1", { space, family: 4, cidr }, root)).pool);
  const [pool = "", spoiled = ""] = pools;
  const subnets = cidrs.map((cidr) => ({ space, cidr, gateway: cidr.replace("0/24", "1") }));
  const { uuid } = await service.dockerNetworks.create("h1", id, { subnets }, root);
  await center.client.transact(schema.name, [op.update("Subnet", byUuid(spoiled), { cidr: "nonsense" })]);
  await until(() => center.store.view.get("Subnet", spoiled)?.cidr === "nonsense");
  const web = await center.endpoint("h1", { id, pool, uuid, gateway: "10.1.0.1" });
  assert.deepEqual(service.dockerEndpoints.show(web.key, root).addresses, ["10.1.0.2/24"]);
  const shown = service.networks.show(uuid, root);
  assert.deepEqual(
    shown.subnets.map(({ cidr }) => cidr),
    ["10.1.0.0/24"],
  );
  assert.match(shown.status["intent"] ?? "", /"nonsense" is no IP address/);
});
