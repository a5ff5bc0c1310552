import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalNetworkSpec } from "../../src/center/schemas/physical-network-spec.ts";
import { engineId, root } from "../center.ts";
import { EdgeUnderTest } from "./fixture.ts";

/** An edge with a network whose LAN's DHCP server gives the addresses. */
async function startOnLan() {
  const edge = await EdgeUnderTest.start();
  await edge.center.service.physicalNetworks.create(
    "lan",
    physicalNetworkSpec.parse({ type: "flat" }),
    {},
    root,
  );
  const options = { physicalnetwork: "lan", ipam: "dhcp" };
  const { pool: PoolID, networkId: NetworkID } = await edge.network(["10.50.0.0/24"], options);
  const ask = (Address = "") => edge.call("IpamDriver.RequestAddress", { PoolID, Address, Options: null });
  const give = (Address: string) => edge.done("IpamDriver.ReleaseAddress", { PoolID, Address });
  const create = (Address: string, MacAddress = "", EndpointID = engineId()) =>
    edge.call("NetworkDriver.CreateEndpoint", {
      NetworkID,
      EndpointID,
      Interface: { Address, AddressIPv6: "", MacAddress },
      Options: {},
    });
  const addresses = () =>
    edge.center.service.addresses
      .list({}, root)
      .filter(({ purpose }) => purpose === "endpoint")
      .map(({ ip }) => ip);
  return { edge, leases: edge.agent.leases, ask, give, create, addresses, NetworkID };
}

test("I10 a container has what the LAN's server gives, under the MAC address by which it was asked", async () => {
  const { edge, leases, ask, create, give, NetworkID } = await startOnLan();
  await using _edge = edge;
  leases.gives.push({
    ip: "10.50.0.77",
    routers: ["10.50.0.9"],
    routes: [
      { destination: "0.0.0.0/0", nextHop: "10.50.0.254" },
      { destination: "172.16.7.0/24", nextHop: "10.50.0.7" },
    ],
  });
  assert.equal((await ask()).answer["Address"], "10.50.0.77/24");
  const EndpointID = engineId();
  const { answer } = await create("10.50.0.77/24", "", EndpointID);
  assert.deepEqual(answer["Interface"], { MacAddress: leases.held[0]?.mac });
  const joined = await edge.done("NetworkDriver.Join", {
    NetworkID,
    EndpointID,
    SandboxKey: "/var/run/docker/netns/none",
    Options: {},
  });
  assert.equal(joined["Gateway"], "10.50.0.254");
  assert.deepEqual(joined["StaticRoutes"], [
    { Destination: "172.16.7.0/24", RouteType: 0, NextHop: "10.50.0.7" },
  ]);
  await edge.done("NetworkDriver.DeleteEndpoint", { NetworkID, EndpointID });
  assert.deepEqual(
    leases.released,
    [],
    "until the center has released it, the next container must not get it",
  );
  await give("10.50.0.77");
  assert.deepEqual(leases.released, ["10.50.0.77"]);
});

test("I10 an address that is asked for is leased to the container's own MAC address, and that fails alone", async () => {
  const { edge, leases, ask, create, give, addresses } = await startOnLan();
  await using _edge = edge;
  const mac = "02:00:00:00:00:05";
  assert.equal((await ask("10.50.0.5")).status, 200);
  assert.deepEqual(leases.held, []);
  assert.equal((await create("10.50.0.5/24", mac)).status, 200);
  assert.deepEqual(
    leases.held.map(({ ip, mac }) => [ip, mac]),
    [["10.50.0.5", mac]],
  );
  leases.gives.push({ ip: "10.50.0.6" });
  await ask();
  leases.only = "02:00:00:00:00:99";
  const refused = await create("10.50.0.6/24", "02:00:00:00:00:06");
  assert.match(
    String(refused.answer["Err"]),
    /10\.50\.0\.6 is not to be had for MAC address 02:00:00:00:00:06: .* gives 10\.50\.0\.99 instead; say that one by --ip/,
  );
  await give("10.50.0.6");
  assert.deepEqual(addresses(), ["10.50.0.5"], "nothing half made");
  assert.equal(edge.center.service.endpoints.list({}, root).length, 1);
});

test("I10 what somebody has already, or is not the network's, is given back; a silent server is said", async () => {
  const { edge, leases, ask, addresses } = await startOnLan();
  await using _edge = edge;
  edge.agent.holders.set("10.50.0.7", "02:00:00:00:00:99");
  // The gateway is the network's own.
  leases.gives.push({ ip: "10.50.0.7" }, { ip: "10.50.0.1" }, { ip: "10.50.0.8" });
  assert.equal((await ask()).answer["Address"], "10.50.0.8/24");
  assert.deepEqual(leases.declined, ["10.50.0.7", "10.50.0.1"]);
  leases.gives.push({ ip: "192.0.2.7" });
  assert.match(
    String((await ask()).answer["Err"]),
    /server 10\.50\.0\.1 gave 192\.0\.2\.7, which cannot be used: .* create the network with the subnet that the LAN has/,
  );
  assert.deepEqual(leases.released, ["192.0.2.7"]);
  assert.match(String((await ask()).answer["Err"]), /no DHCP server answers/);
  assert.deepEqual(addresses(), ["10.50.0.8"]);
});

test("I10 a pool is given back before its endpoint came: the lease is, too; another network's is not touched", async () => {
  const { edge, leases, ask, give } = await startOnLan();
  await using _edge = edge;
  leases.gives.push({ ip: "10.50.0.7" });
  await ask();
  await give("10.50.0.7");
  assert.deepEqual(leases.released, ["10.50.0.7"]);
  const { pool: PoolID } = await edge.network(["10.61.0.0/24"]);
  const other = await edge.done("IpamDriver.RequestAddress", { PoolID, Address: "", Options: null });
  assert.equal(other["Address"], "10.61.0.2/24");
  assert.equal(leases.held.length, 0);
});

test("I10 ipam=dhcp needs a LAN, its subnet, and Fairway as the IPAM driver", async () => {
  await using edge = await EdgeUnderTest.start();
  await assert.rejects(edge.network(["10.50.0.0/24"], { ipam: "dhcp" }), /needs physicalnetwork=NAME/);
  await assert.rejects(
    edge.network(["10.50.0.0/24"], { ipam: "dhpc" }),
    /option ipam=dhpc is not valid; it takes fairway or dhcp/,
  );
  await edge.center.service.physicalNetworks.create(
    "lan",
    physicalNetworkSpec.parse({ type: "flat" }),
    {},
    root,
  );
  const options = { physicalnetwork: "lan", ipam: "dhcp" };
  const [space, asked] = ["fairway-local-1", { Pool: "", SubPool: "", Options: {}, V6: false }];
  const { Pool } = await edge.done("IpamDriver.RequestPool", { AddressSpace: space, ...asked });
  const makes = (IPv4Data: readonly unknown[]) =>
    edge.call("NetworkDriver.CreateNetwork", {
      NetworkID: engineId(),
      Options: { "com.docker.network.generic": options },
      IPv4Data,
      IPv6Data: [],
    });
  const automatic = await makes([{ AddressSpace: space, Pool, Gateway: "", AuxAddresses: {} }]);
  assert.match(String(automatic.answer["Err"]), /needs --subnet/);
  const bridges = {
    AddressSpace: "LocalDefault",
    Pool: "10.50.0.0/24",
    Gateway: "10.50.0.1/24",
    AuxAddresses: {},
  };
  const { answer } = await makes([bridges]);
  assert.match(String(answer["Err"]), /needs --ipam-driver fairway/);
});
