import assert from "node:assert/strict";
import { test } from "node:test";
import { withDefaults } from "../../src/docker/options.ts";
import { startEdge } from "./fixture.ts";

const networkId = "1cf131d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bba9";
const endpointId = "25f3c6fdf5fd119240a9bf0accc6b347e472085952e058a9619d356499e5de14";
const ids = { NetworkID: networkId, EndpointID: endpointId };

test("N11 an engine's defaults are its networks' options, where those say nothing else and join nothing", async () => {
  await using edge = await startEdge({ mode: "isolated", mtu: 1400 });
  const generic = { "com.docker.network.generic": { mtu: "1300", team: "web" } };
  await edge.call("NetworkDriver.CreateNetwork", {
    NetworkID: networkId,
    Options: generic,
    IPv4Data: [],
    IPv6Data: [],
  });
  const [, , asked] = edge.center.calls("createDockerNetwork")[0] ?? [];
  assert.deepEqual((asked as { options: object }).options, { mode: "isolated", mtu: "1300", team: "web" });
  const defaults = { mode: "isolated", mtu: 1400 };
  assert.deepEqual(withDefaults({}, defaults), { mode: "isolated", mtu: "1400" });
  assert.deepEqual(withDefaults({ network: "blue" }, defaults), { network: "blue" });
  const dockersOwn = { "com.docker.network.driver.mtu": "1300" };
  assert.deepEqual(withDefaults(dockersOwn, defaults), { mode: "isolated", ...dockersOwn });
  assert.deepEqual(withDefaults({ team: "web" }, {}), { team: "web" });
});

test("D14 D15 Join answers routes with and without a next hop, and leaves the way out to Docker where it shall", async () => {
  await using edge = await startEdge();
  edge.center.gateway = undefined;
  edge.center.engineGateway = true;
  edge.center.routes = [{ destination: "10.9.0.0/16", nextHop: "10.1.0.7" }, { destination: "10.8.0.0/16" }];
  const create = {
    ...ids,
    Interface: { Address: "10.1.0.2/24", AddressIPv6: "", MacAddress: "" },
    Options: {},
  };
  await edge.call("NetworkDriver.CreateEndpoint", create);
  const { answer } = await edge.call("NetworkDriver.Join", { ...ids, SandboxKey: "/x", Options: {} });
  assert.equal(answer["Gateway"], undefined);
  assert.equal(answer["DisableGatewayService"], false);
  assert.deepEqual(answer["StaticRoutes"], [
    { Destination: "10.9.0.0/16", RouteType: 0, NextHop: "10.1.0.7" },
    { Destination: "10.8.0.0/16", RouteType: 1 },
  ]);
});
