import assert from "node:assert/strict";
import { test } from "node:test";
import { withDefaults } from "../../src/docker/options.ts";
import { engineId } from "../center.ts";
import { EdgeUnderTest, startWithNetwork } from "./fixture.ts";

test("N11 an engine's defaults are its networks' options, where those say nothing else and join nothing", async () => {
  await using edge = await EdgeUnderTest.start({ mode: "isolated", mtu: 1400 });
  const generic = { "com.docker.network.generic": { mtu: "1300", team: "web" } };
  await edge.done("NetworkDriver.CreateNetwork", {
    NetworkID: engineId(),
    Options: generic,
    IPv4Data: [],
    IPv6Data: [],
  });
  const [, asked] = edge.center.calls("createDockerNetwork")[0] ?? [];
  assert.deepEqual((asked as { options: object }).options, { mode: "isolated", mtu: "1300", team: "web" });
  const defaults = { mode: "isolated", mtu: 1400 };
  assert.deepEqual(withDefaults({}, defaults), { mode: "isolated", mtu: "1400" });
  assert.deepEqual(withDefaults({ network: "blue" }, defaults), { network: "blue" });
  const dockersOwn = { "com.docker.network.driver.mtu": "1300" };
  assert.deepEqual(withDefaults(dockersOwn, defaults), { mode: "isolated", ...dockersOwn });
  assert.deepEqual(withDefaults({ team: "web" }, {}), { team: "web" });
});

test("N11 N04 an engine whose networks are flat by default puts them on its physical network, unless they say otherwise", () => {
  const defaults = { mode: "flat", "physical-network": "lan" };
  const flat = { mode: "flat", physicalnetwork: "lan" };
  assert.deepEqual(withDefaults({}, defaults), flat);
  assert.deepEqual(withDefaults({ mode: "flat" }, defaults), flat);
  assert.deepEqual(withDefaults({ mode: "nat" }, defaults), { mode: "nat" });
  // Its type says the mode.
  assert.deepEqual(withDefaults({ physicalnetwork: "tunnels" }, defaults), { physicalnetwork: "tunnels" });
  const dockersOwn = { "com.docker.network.bridge.gateway_mode_ipv4": "nat" };
  assert.deepEqual(withDefaults(dockersOwn, defaults), dockersOwn);
  assert.deepEqual(withDefaults({ network: "blue" }, defaults), { network: "blue" });
  assert.deepEqual(withDefaults({}, { mode: "nat" }), { mode: "nat" });
});

test("D14 D15 Join answers routes with and without a next hop, and leaves the way out to Docker where it shall", async () => {
  const { edge, ids } = await startWithNetwork(["10.1.0.0/24"], {
    disablegateway: "true",
    "subnet:host_routes": '[["10.9.0.0/16","10.1.0.7"],["10.8.0.0/16","0.0.0.0"]]',
  });
  await using _ = edge;
  const Interface = { Address: "10.1.0.2/24", AddressIPv6: "", MacAddress: "" };
  await edge.done("NetworkDriver.CreateEndpoint", { ...ids, Interface, Options: {} });
  const answer = await edge.done("NetworkDriver.Join", { ...ids, SandboxKey: "/x", Options: {} });
  assert.equal(answer["Gateway"], undefined);
  assert.equal(answer["DisableGatewayService"], false);
  assert.deepEqual(answer["StaticRoutes"], [
    { Destination: "10.8.0.0/16", RouteType: 1 },
    { Destination: "10.9.0.0/16", RouteType: 0, NextHop: "10.1.0.7" },
  ]);
});
