import assert from "node:assert/strict";
import { test } from "node:test";
import { hostRoutes } from "../../src/docker/host-routes.ts";
import { engineId, root } from "../center.ts";
import { EdgeUnderTest } from "./fixture.ts";

test("each question for address spaces gets a fresh local name that differs from the global one", async () => {
  await using edge = await EdgeUnderTest.start();
  const ask = async () => (await edge.call("IpamDriver.GetDefaultAddressSpaces", {})).answer;
  const [one, other] = [await ask(), await ask()];
  assert.notEqual(one["LocalDefaultAddressSpace"], other["LocalDefaultAddressSpace"]);
  assert.notEqual(one["LocalDefaultAddressSpace"], one["GlobalDefaultAddressSpace"]);
  assert.equal(one["GlobalDefaultAddressSpace"], other["GlobalDefaultAddressSpace"]);
});

test("I02 a pool is asked for with its space, subnet, range and options", async () => {
  await using edge = await EdgeUnderTest.start();
  const { answer } = await edge.call("IpamDriver.RequestPool", {
    AddressSpace: "fairway-local-host-1",
    Pool: "10.90.0.0/24",
    SubPool: "10.90.0.128/25",
    Options: { "Foo.Bar": "Baz" },
    V6: false,
  });
  assert.deepEqual(edge.center.calls("requestPool"), [
    [
      { host: "host" },
      {
        space: "fairway-local-host-1",
        family: 4,
        cidr: "10.90.0.0/24",
        range: "10.90.0.128/25",
        options: { "Foo.Bar": "Baz" },
      },
    ],
  ]);
  assert.equal(answer["Pool"], "10.90.0.0/24");
});

test("I01 without a subnet the center chooses, and not what the host has routes to", async () => {
  await using edge = await EdgeUnderTest.start();
  const empty = { AddressSpace: "fairway-local-host-1", Pool: "", SubPool: "", Options: null, V6: true };
  await edge.call("IpamDriver.RequestPool", empty);
  const avoid = await hostRoutes(6);
  const asked = { space: "fairway-local-host-1", family: 6, avoid, options: {} };
  assert.deepEqual(edge.center.calls("requestPool"), [[{ host: "host" }, asked]]);
});

test("D06 a gateway's address is asked for as such; any other may be left to the center", async () => {
  await using edge = await EdgeUnderTest.start();
  const pool = { AddressSpace: "fairway-local-host-1", Pool: "10.1.0.0/24", SubPool: "", Options: {} };
  const { PoolID } = await edge.done("IpamDriver.RequestPool", pool);
  const Options = { RequestAddressType: "com.docker.network.gateway" };
  const gateway = await edge.done("IpamDriver.RequestAddress", { PoolID, Address: "10.1.0.1", Options });
  const other = await edge.done("IpamDriver.RequestAddress", { PoolID, Address: "", Options: null });
  assert.deepEqual(edge.center.calls("requestAddress"), [
    [
      { host: "host", pool: PoolID },
      { purpose: "gateway", ip: "10.1.0.1" },
    ],
    [{ host: "host", pool: PoolID }, { purpose: "unspecified" }],
  ]);
  assert.deepEqual([gateway["Address"], other["Address"]], ["10.1.0.1/24", "10.1.0.2/24"]);
});

test("D02 a network arrives with its options as text, its subnets, and bare addresses", async () => {
  await using edge = await EdgeUnderTest.start();
  const networkId = engineId();
  for (const [AddressSpace, Pool] of [
    ["fairway-local-host-1", "10.90.0.0/24"],
    ["fairway-local-host-2", "fd90::/64"],
  ] as const)
    await edge.done("IpamDriver.RequestPool", {
      AddressSpace,
      Pool,
      SubPool: "",
      Options: {},
      V6: Pool.includes(":"),
    });
  await edge.done("NetworkDriver.CreateNetwork", {
    NetworkID: networkId,
    Options: {
      "com.docker.network.enable_ipv6": true,
      "com.docker.network.internal": true,
      "com.docker.network.generic": { mtu: "1400", empty: "", "my.Key": "Val" },
    },
    IPv4Data: [
      {
        AddressSpace: "fairway-local-host-1",
        AuxAddresses: { h1: "10.90.0.5/24" },
        Gateway: "10.90.0.1/24",
        Pool: "10.90.0.0/24",
      },
    ],
    IPv6Data: [{ AddressSpace: "fairway-local-host-2", Gateway: "fd90::1/64", Pool: "fd90::/64" }],
  });
  const [[, request] = []] = edge.center.calls("createDockerNetwork");
  assert.deepEqual(request, {
    options: { mtu: "1400", empty: "", "my.Key": "Val" },
    internal: true,
    managed: true,
    subnets: [
      {
        space: "fairway-local-host-1",
        cidr: "10.90.0.0/24",
        gateway: "10.90.0.1",
        auxiliaries: ["10.90.0.5"],
      },
      { space: "fairway-local-host-2", cidr: "fd90::/64", gateway: "fd90::1", auxiliaries: [] },
    ],
  });
  const [made] = edge.center.service.networks.list({}, root);
  assert.deepEqual(
    [made?.internal, made?.mtu.asked, made?.subnets.map(({ cidr, gateway }) => [cidr, gateway])],
    [
      true,
      1400,
      [
        ["10.90.0.0/24", "10.90.0.1"],
        ["fd90::/64", "fd90::1"],
      ],
    ],
  );
});

test("D16 Docker's own IPAM is told apart, and the driver null brings no subnet", async () => {
  await using edge = await EdgeUnderTest.start();
  const create = (pool: object) =>
    edge.done("NetworkDriver.CreateNetwork", {
      NetworkID: engineId(),
      Options: {},
      IPv4Data: [pool],
      IPv6Data: [],
    });
  await create({ AddressSpace: "LocalDefault", Gateway: "10.90.0.1/24", Pool: "10.90.0.0/24" });
  await create({ AddressSpace: "null", Pool: "0.0.0.0/0" });
  const [builtIn, none] = edge.center.calls("createDockerNetwork").map(([, request]) => request);
  const subnet = { space: "LocalDefault", cidr: "10.90.0.0/24", gateway: "10.90.0.1", auxiliaries: [] };
  assert.deepEqual(builtIn, { options: {}, internal: false, managed: false, subnets: [subnet] });
  assert.deepEqual(none, { options: {}, internal: false, managed: false, subnets: [] });
});

test("D17 every address there is, given by another IPAM driver, is refused", async () => {
  await using edge = await EdgeUnderTest.start();
  const everything = { AddressSpace: "LocalDefault", Gateway: "0.0.0.1/0", Pool: "0.0.0.0/0" };
  const request = { NetworkID: engineId(), Options: {}, IPv4Data: [everything], IPv6Data: [] };
  await assert.rejects(
    edge.done("NetworkDriver.CreateNetwork", request),
    /subnet 0\.0\.0\.0\/0 is every address there is/,
  );
});
