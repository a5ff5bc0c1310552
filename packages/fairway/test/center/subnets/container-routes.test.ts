import assert from "node:assert/strict";
import { test } from "node:test";
import { engineId, root, TestCenter } from "../../center.ts";

const [first, second, third] = ["10.1.0.0/24", "10.2.0.0/24", "fd00:1::/64"];

/** Makes a network and says which routes a container with these addresses has. */
async function make(center: TestCenter, cidrs: readonly string[], options: Record<string, string> = {}) {
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const space = engineId();
  for (const cidr of cidrs) {
    const family = cidr.includes(":") ? 6 : 4;
    await center.service.pools.request("h1", { space, family, cidr }, root);
  }
  const networkId = engineId();
  const subnets = cidrs.map((cidr) => ({ space, cidr, gateway: cidr.replace(/0?\/.*/, "1") }));
  await center.service.dockerNetworks.create("h1", networkId, { subnets, options }, root);
  return async (...addresses: string[]) => {
    const key = { host: "h1", networkId, endpointId: engineId() };
    const { routes } = await center.service.dockerEndpoints.create(key, { addresses }, root);
    return routes;
  };
}

test("I02 a container has a route to each other subnet of its network, of the families that it has", async () => {
  await using center = await TestCenter.start();
  const routesOf = await make(center, [first, second, third]);
  assert.deepEqual(await routesOf("10.1.0.5"), [{ destination: second }]);
  assert.deepEqual(await routesOf("10.2.0.5", "fd00:1::5"), [{ destination: first }]);
  assert.deepEqual(await routesOf("fd00:1::6"), []);
});

test("I02 a subnet that another network has as well gets no route", async () => {
  await using center = await TestCenter.start();
  const routesOf = await make(center, [first, second]);
  assert.deepEqual(await routesOf("10.1.0.5"), [{ destination: second }]);
  await make(center, ["10.2.0.0/25"]);
  assert.deepEqual(await routesOf("10.1.0.6"), []);
});

test("D14 a route that leads to a container is not that container's own", async () => {
  await using center = await TestCenter.start();
  const routesOf = await make(center, [first], { "subnet:host_routes": '[["10.9.0.0/16","10.1.0.7"]]' });
  assert.deepEqual(await routesOf("10.1.0.5"), [{ destination: "10.9.0.0/16", nextHop: "10.1.0.7" }]);
  assert.deepEqual(await routesOf("10.1.0.7"), []);
});
