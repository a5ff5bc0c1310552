import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { HostWay } from "../../src/agent/start.ts";
import type { DockerEndpoint } from "../../src/center/schemas/endpoint.ts";
import { routesToHost, SandboxRoutes } from "../../src/docker/sandbox-routes.ts";

const endpoint: DockerEndpoint = {
  endpoint: v7(),
  network: v7(),
  mac: "02:42:00:00:00:01",
  mtu: 1500,
  addresses: ["10.50.0.9/24", "fd50::9/64"],
  gateway: "10.50.0.1",
  engineGateway: false,
  routes: [{ destination: "10.9.0.0/16", nextHop: "10.50.0.7" }],
  hasUplink: true,
  hasPeers: false,
  isGuarded: true,
};
const way: HostWay = {
  uplink: ["169.254.200.1/32", "fdfa::2:7/128"],
  host: ["10.200.0.1", "fd00:200::1"],
  servers: ["169.254.53.53", "9.9.9.9"],
  ownServers: [],
};
const link4 = { destination: "169.254.200.1/32" };
const link6 = { destination: "fdfa::2:7/128" };
const by = (destination: string, nextHop = "169.254.200.1") => ({ destination, nextHop });

test("P01 M05 a container on a wire is led to its host's addresses and to the servers in whose place it answers, on its own link", () => {
  assert.deepEqual(routesToHost(endpoint, way), [
    link4,
    by("10.200.0.1/32"),
    by("169.254.53.53/32"),
    by("9.9.9.9/32"),
    link6,
    by("fd00:200::1/128", "fdfa::2:7"),
  ]);
  const only4 = { ...endpoint, addresses: ["10.50.0.9/24"] };
  assert.ok(routesToHost(only4, way).every(({ destination }) => !destination.includes(":")));
});

test("P01 what is on the wire itself is reached there: the gateway, a host in the subnet, and a server that the host does not ask", () => {
  const routes = (changes: Partial<HostWay>) =>
    routesToHost({ ...endpoint, addresses: ["10.50.0.9/24"] }, { ...way, host: [], servers: [], ...changes });
  assert.deepEqual(routes({ host: ["10.50.0.2"] }), [link4]);
  assert.deepEqual(routes({ servers: ["10.50.0.53", "10.50.0.9"] }), [link4]);
  const asked = ["10.50.0.53", "10.50.0.1"];
  assert.deepEqual(routes({ servers: asked, ownServers: asked }), [link4, by("10.50.0.53/32")]);
  const said = { ...endpoint, routes: [by("9.9.9.9/32", "10.50.0.7")] };
  assert.ok(!routesToHost(said, way).some(({ destination }) => destination === "9.9.9.9/32"));
});

test("P01 M05 a container on two wires is led by the first: no route comes twice, and what left may come again", async () => {
  const kernel = new Set<string>();
  const sandboxes = new SandboxRoutes(async () => kernel);
  const other = [{ destination: "169.254.201.1/32" }, by("9.9.9.9/32", "169.254.201.1")];
  const first = [link4, by("9.9.9.9/32")];
  assert.deepEqual(await sandboxes.give("s1", "one", first), first);
  assert.deepEqual(await sandboxes.give("s1", "one", first), first, "asked again");
  assert.deepEqual(await sandboxes.give("s1", "two", other), [other[0]]);
  assert.deepEqual(await sandboxes.give("s2", "three", other), other);
  sandboxes.release("one");
  assert.deepEqual(await sandboxes.give("s1", "four", first), first);

  kernel.add("9.9.9.9/32").add("169.254.201.1/32");
  assert.deepEqual(await sandboxes.give("s3", "five", first), [link4], "an earlier process gave it");
  assert.deepEqual(await sandboxes.give("s3", "six", other), []);
});
