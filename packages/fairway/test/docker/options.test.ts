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

test("N11 an engine's default subnet and gateway are its first network's that says no other; the next gets a free one", async () => {
  await using edge = await EdgeUnderTest.start({ subnet: "172.18.40.0/24", gateway: "172.18.40.9" });
  const pool = async (space: string, words = {}) => {
    const asked = {
      AddressSpace: `fairway-local-${space}`,
      Pool: "",
      SubPool: "",
      Options: {},
      V6: false,
      ...words,
    };
    const { PoolID, Pool } = await edge.done("IpamDriver.RequestPool", asked);
    const Options = { RequestAddressType: "com.docker.network.gateway" };
    const { Address } = await edge.done("IpamDriver.RequestAddress", { PoolID, Address: "", Options });
    return { PoolID: String(PoolID), Pool, Address };
  };
  const first = await pool("1");
  assert.deepEqual([first.Pool, first.Address], ["172.18.40.0/24", "172.18.40.9/24"]);
  // An engine that dislikes it asks again, and holds it meanwhile.
  assert.deepEqual((await pool("2")).Pool, "10.128.0.0/24");
  const said = await pool("3", { Pool: "10.7.0.0/24" });
  assert.equal(said.Address, "10.7.0.1/24");
  assert.match(String((await pool("4", { V6: true })).Pool), /^fd.*\/64$/);
  await edge.done("IpamDriver.ReleasePool", { PoolID: first.PoolID });
  const again = await pool("5");
  assert.equal(again.Pool, "172.18.40.0/24");
  await edge.done("NetworkDriver.CreateNetwork", {
    NetworkID: engineId(),
    Options: {},
    IPv4Data: [
      { AddressSpace: "fairway-local-5", Pool: again.Pool, Gateway: again.Address, AuxAddresses: {} },
    ],
    IPv6Data: [],
  });
  assert.notEqual((await pool("6")).Pool, "172.18.40.0/24");
});

test("N11 an engine's default bridge leads its flat networks to the physical network that is on it, or is said to lead nowhere", async () => {
  await using edge = await EdgeUnderTest.start({ mode: "flat", bridge: "ovsbr-docker0" });
  const create = () =>
    edge.call("NetworkDriver.CreateNetwork", {
      NetworkID: engineId(),
      Options: {},
      IPv4Data: [],
      IPv6Data: [],
    });
  assert.match(
    String((await create()).answer["Err"]),
    /no physical network has its interface in bridge ovsbr-docker0 .*ovs-vsctl add-port ovsbr-docker0 NIC/,
  );
  edge.agent.physicalNetworks.set("ovsbr-docker0", "lan");
  await create();
  const [, asked] = edge.center.calls("createDockerNetwork")[0] ?? [];
  assert.deepEqual((asked as { options: object }).options, { mode: "flat", physicalnetwork: "lan" });
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
