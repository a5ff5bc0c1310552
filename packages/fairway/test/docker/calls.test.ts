import assert from "node:assert/strict";
import { test } from "node:test";
import { hostRoutes } from "../../src/docker/host-routes.ts";
import { FairwayError } from "../../src/errors.ts";
import { startEdge } from "./fixture.ts";

const networkId = "1cf131d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bba9";
const endpointId = "25f3c6fdf5fd119240a9bf0accc6b347e472085952e058a9619d356499e5de14";
const ids = { NetworkID: networkId, EndpointID: endpointId };
const noInterface = { Address: "", AddressIPv6: "", MacAddress: "" };
const noPorts = { "com.docker.network.endpoint.exposedports": [], "com.docker.network.portmap": [] };

test("each question for address spaces gets a fresh local name that differs from the global one", async () => {
  await using edge = await startEdge();
  const ask = async () => (await edge.call("IpamDriver.GetDefaultAddressSpaces", {})).answer;
  const [one, other] = [await ask(), await ask()];
  assert.notEqual(one["LocalDefaultAddressSpace"], other["LocalDefaultAddressSpace"]);
  assert.notEqual(one["LocalDefaultAddressSpace"], one["GlobalDefaultAddressSpace"]);
  assert.equal(one["GlobalDefaultAddressSpace"], other["GlobalDefaultAddressSpace"]);
});

test("I02 a pool is asked for with its space, subnet, range and options", async () => {
  await using edge = await startEdge();
  const { answer } = await edge.call("IpamDriver.RequestPool", {
    AddressSpace: "fairway-local-host-1",
    Pool: "10.90.0.0/24",
    SubPool: "10.90.0.128/25",
    Options: { "Foo.Bar": "Baz" },
    V6: false,
  });
  assert.deepEqual(edge.center.calls("requestPool"), [
    [
      "host",
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
  await using edge = await startEdge();
  const empty = { AddressSpace: "fairway-local-host-1", Pool: "", SubPool: "", Options: null, V6: true };
  await edge.call("IpamDriver.RequestPool", empty);
  const avoid = await hostRoutes(6);
  const asked = { space: "fairway-local-host-1", family: 6, avoid, options: {} };
  assert.deepEqual(edge.center.calls("requestPool"), [["host", asked]]);
});

test("D06 a gateway's address is asked for as such; any other may be left to the center", async () => {
  await using edge = await startEdge();
  const gateway = { RequestAddressType: "com.docker.network.gateway" };
  await edge.call("IpamDriver.RequestAddress", { PoolID: "pool", Address: "10.1.0.1", Options: gateway });
  const { answer } = await edge.call("IpamDriver.RequestAddress", {
    PoolID: "pool",
    Address: "",
    Options: null,
  });
  assert.deepEqual(edge.center.calls("requestAddress"), [
    ["host", "pool", { purpose: "gateway", ip: "10.1.0.1" }],
    ["host", "pool", { purpose: "unspecified" }],
  ]);
  assert.equal(answer["Address"], "10.1.0.2/24");
});

test("what the center does not know is released and deleted with success", async () => {
  await using edge = await startEdge();
  const { center } = edge;
  const unknown = new FairwayError("not_found", "unknown");
  center.failures
    .set("releaseAddress", unknown)
    .set("releasePool", new FairwayError("invalid", "not a UUID"));
  center.failures.set("deleteDockerNetwork", unknown).set("deleteDockerEndpoint", unknown);
  for (const [method, body] of [
    ["IpamDriver.ReleaseAddress", { PoolID: "pool", Address: "10.1.0.2" }],
    ["IpamDriver.ReleasePool", { PoolID: "pool" }],
    ["NetworkDriver.DeleteNetwork", { NetworkID: networkId }],
    ["NetworkDriver.DeleteEndpoint", ids],
    ["NetworkDriver.Leave", ids],
    ["NetworkDriver.RevokeExternalConnectivity", ids],
  ] as const)
    assert.deepEqual(await edge.call(method, body), { status: 200, answer: {} }, method);
});

test("D02 a network arrives with its options as text, its subnets, and bare addresses", async () => {
  await using edge = await startEdge();
  await edge.call("NetworkDriver.CreateNetwork", {
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
  assert.deepEqual(edge.center.calls("createDockerNetwork"), [
    [
      "host",
      networkId,
      {
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
      },
    ],
  ]);
});

test("D16 Docker's own IPAM is told apart, and the driver null brings no subnet", async () => {
  await using edge = await startEdge();
  const create = (pool: object) =>
    edge.call("NetworkDriver.CreateNetwork", {
      NetworkID: networkId,
      Options: {},
      IPv4Data: [pool],
      IPv6Data: [],
    });
  await create({ AddressSpace: "LocalDefault", Gateway: "10.90.0.1/24", Pool: "10.90.0.0/24" });
  await create({ AddressSpace: "null", Pool: "0.0.0.0/0" });
  const [builtIn, none] = edge.center.calls("createDockerNetwork").map(([, , request]) => request);
  const subnet = { space: "LocalDefault", cidr: "10.90.0.0/24", gateway: "10.90.0.1", auxiliaries: [] };
  assert.deepEqual(builtIn, { options: {}, internal: false, managed: false, subnets: [subnet] });
  assert.deepEqual(none, { options: {}, internal: false, managed: false, subnets: [] });
});

test("D04 a MAC address that was asked for is kept and not echoed; a made-up one is answered", async () => {
  await using edge = await startEdge();
  const create = async (mac: string, options: object) => {
    const body = {
      ...ids,
      Interface: { ...noInterface, Address: "10.1.0.7/24", MacAddress: mac },
      Options: options,
    };
    const { answer } = await edge.call("NetworkDriver.CreateEndpoint", body);
    const [, request] = edge.center.calls("createDockerEndpoint").at(-1) ?? [];
    return [(request as { mac?: string }).mac, answer["Interface"]];
  };
  const label = "com.docker.network.endpoint.macaddress";
  const asked = "02:42:0a:5a:00:02";
  assert.deepEqual(await create(asked, { ...noPorts, [label]: "AkIKWgAC" }), [asked, undefined]);
  assert.deepEqual(await create("", { [label]: "AkIKWgAC" }), [asked, { MacAddress: asked }]);
  assert.deepEqual(await create("", { [label]: asked }), [asked, { MacAddress: asked }]);
  assert.deepEqual(await create("", noPorts), [undefined, { MacAddress: "0a:00:00:00:00:01" }]);
});

test("an endpoint arrives with its addresses, options and ports, and is plugged in the background at once", async () => {
  await using edge = await startEdge();
  const map = { Proto: 17, IP: "", Port: 8001, HostIP: "", HostPort: 8001, HostPortEnd: 8001 };
  await edge.call("NetworkDriver.CreateEndpoint", {
    ...ids,
    Interface: { Address: "10.1.0.7/24", AddressIPv6: "fd01::7/64", MacAddress: "" },
    Options: {
      "my.key": "my.val",
      "com.docker.network.portmap": [map],
      "com.docker.network.endpoint.exposedports": [
        { Proto: 17, Port: 8001 },
        { Proto: 6, Port: 80 },
        { Proto: 17, Port: 8000 },
      ],
    },
  });
  const [key, request] = edge.center.calls("createDockerEndpoint")[0] ?? [];
  assert.deepEqual(key, { host: "host", networkId, endpointId });
  assert.deepEqual(
    { ...(request as object), request: "" },
    {
      addresses: ["10.1.0.7", "fd01::7"],
      options: { "my.key": "my.val", "com.docker.network.endpoint.exposedports": "6/80 17/8000-8001" },
      published: [JSON.stringify(map)],
      request: "",
    },
  );
  assert.equal(edge.agent.prepared.length, 1);
});

async function join(edge: Awaited<ReturnType<typeof startEdge>>) {
  const Interface = { ...noInterface, Address: "10.1.0.7/24" };
  await edge.call("NetworkDriver.CreateEndpoint", { ...ids, Interface, Options: noPorts });
  return edge.call("NetworkDriver.Join", { ...ids, SandboxKey: "/var/run/docker/netns/1", Options: noPorts });
}

test("D14 Join answers interface, gateway and routes", async () => {
  await using edge = await startEdge();
  edge.center.routes = [{ destination: "10.9.0.0/16", nextHop: "10.1.0.9" }, { destination: "10.8.0.0/16" }];
  const { answer } = await join(edge);
  assert.deepEqual(answer, {
    InterfaceName: { SrcName: "fc0123456789a", DstPrefix: "eth" },
    Gateway: "10.1.0.1",
    StaticRoutes: [
      { Destination: "10.9.0.0/16", RouteType: 0, NextHop: "10.1.0.9" },
      { Destination: "10.8.0.0/16", RouteType: 1 },
    ],
    DisableGatewayService: false,
  });
});

test("D08 without a gateway Docker is kept from adding a second interface", async () => {
  await using edge = await startEdge();
  edge.center.gateway = undefined;
  const { answer } = await join(edge);
  assert.equal(answer["Gateway"], undefined);
  assert.equal(answer["DisableGatewayService"], true);
});

test("X01 an endpoint that was made before a restart is joined and deleted by what the center knows", async () => {
  await using before = await startEdge();
  const made = await before.center.createDockerEndpoint(
    { host: "host", networkId, endpointId },
    { addresses: [] },
  );
  const { status } = await before.call("NetworkDriver.Join", { ...ids, SandboxKey: "", Options: noPorts });
  assert.equal(status, 200);
  assert.equal(before.agent.plugged[0]?.endpoint, made.endpoint);
  await before.call("NetworkDriver.DeleteEndpoint", ids);
  assert.deepEqual(before.agent.unplugged, [made.endpoint]);
});

test("D20 the name that an interface shall have goes to the center, and comes back as DstName in Join", async () => {
  await using edge = await startEdge();
  const option = { "com.docker.network.endpoint.ifname": "lan0" };
  const Options = { ...noPorts, ...option };
  const asked = { ...ids, Interface: { ...noInterface, Address: "10.1.0.7/24" }, Options };
  edge.center.interfaceName = "lan0";
  await edge.call("NetworkDriver.CreateEndpoint", asked);
  const [[, request] = []] = edge.center.calls("createDockerEndpoint");
  assert.deepEqual((request as { options: object }).options, option);
  const { answer } = await edge.call("NetworkDriver.Join", { ...ids, SandboxKey: "/x", Options: noPorts });
  const { SrcName, ...names } = answer["InterfaceName"] as Record<string, string>;
  assert.ok(SrcName !== undefined && SrcName !== "lan0");
  assert.deepEqual(names, { DstName: "lan0", DstPrefix: "eth" });
});

test("D10 deleting an endpoint tries both halves, whichever fails", async () => {
  await using edge = await startEdge();
  await join(edge);
  edge.agent.failure = new FairwayError("unavailable", "Open vSwitch is away");
  // Docker forgets the endpoint whatever it is answered; a port that stayed is the sweep's.
  const { status } = await edge.call("NetworkDriver.DeleteEndpoint", ids);
  assert.equal(status, 200);
  assert.equal(edge.center.calls("deleteDockerEndpoint").length, 1);
});

test("an endpoint whose making may have been cut off is taken back", async () => {
  await using edge = await startEdge();
  edge.center.failures.set("createDockerEndpoint", new FairwayError("timeout", "The center\nis slow"));
  const { answer } = await edge.call("NetworkDriver.CreateEndpoint", {
    ...ids,
    Interface: noInterface,
    Options: {},
  });
  assert.equal(answer["Err"], "The center; is slow");
  assert.equal(edge.center.calls("deleteDockerEndpoint").length, 1);
  assert.equal(edge.agent.prepared.length, 0);
});

test("D07 an error of the center's reaches the user in one line", async () => {
  await using edge = await startEdge();
  const text = "10.1.0.7 is taken by web (host b)";
  edge.center.failures.set("requestAddress", new FairwayError("conflict", text));
  const body = { PoolID: "pool", Address: "10.1.0.7", Options: null };
  const { status, answer } = await edge.call("IpamDriver.RequestAddress", body);
  assert.deepEqual([status, answer["Err"], answer["Error"]], [500, text, text]);
});

test("D17 what is no call is refused, logged, and reaches nobody", async () => {
  await using edge = await startEdge();
  assert.equal((await edge.call("NetworkDriver.Nonsense", {})).status, 404);
  const { status, answer } = await edge.call("NetworkDriver.CreateEndpoint", { NetworkID: "" });
  assert.equal(status, 400);
  assert.match(String(answer["Err"]), /NetworkID/);
  assert.deepEqual(edge.center.told, []);
  assert.equal(edge.lines.filter(({ message }) => message === "a call was not served").length, 2);
});

test("D13 EndpointOperInfo tells port, host, network and addresses", async () => {
  await using edge = await startEdge();
  await join(edge);
  const { answer } = await edge.call("NetworkDriver.EndpointOperInfo", ids);
  const value = answer["Value"] as Record<string, unknown>;
  assert.equal(value["fairway.host"], "host");
  assert.deepEqual(value["fairway.addresses"], ["10.1.0.7/24"]);
  assert.equal(value["fairway.ovn-port"], edge.agent.plugged[0]?.endpoint);
});

test("one request id goes from RequestAddress to Join, in the logs, to the center and to the agent", async () => {
  await using edge = await startEdge();
  const address = (
    await edge.call("IpamDriver.RequestAddress", { PoolID: "pool", Address: "10.1.0.7", Options: null })
  ).answer["Address"];
  assert.equal(address, "10.1.0.7/24");
  await join(edge);
  const id = edge.center.requestOf("requestAddress");
  assert.match(id ?? "", /^[0-9a-f]{12}$/);
  assert.equal(edge.center.requestOf("createDockerEndpoint"), id);
  assert.deepEqual([edge.agent.prepared[0]?.request, edge.agent.plugged[0]?.request], [id, id]);
  const lines = edge.lines.filter(({ request }) => request === id).map(({ message }) => message);
  for (const message of ["address given", "endpoint created", "endpoint joined"])
    assert.ok(lines.includes(message));
});

test("N02 ports are published when the engine says so, by the endpoint that it names, and told to the center", async () => {
  await using edge = await startEdge();
  edge.center.gateway = "10.1.0.1";
  await edge.call("NetworkDriver.CreateEndpoint", {
    ...ids,
    Interface: { Address: "10.1.0.7/24", AddressIPv6: "", MacAddress: "" },
    Options: {},
  });
  const portMap = (map: object) => ({ "com.docker.network.portmap": [map] });
  const web = { Proto: 6, IP: "", Port: 80, HostIP: "", HostPort: 8080, HostPortEnd: 8080 };
  const program = (options: object) =>
    edge.call("NetworkDriver.ProgramExternalConnectivity", { ...ids, Options: options });
  assert.equal((await program(portMap(web))).status, 200);
  assert.equal((await program({})).status, 200, "without ports there is nothing to do");
  assert.equal((await edge.call("NetworkDriver.RevokeExternalConnectivity", ids)).status, 200);
  const port = { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 };
  assert.deepEqual(
    edge.center.calls("publishDockerEndpoint").map(([, ports]) => ports),
    [{ ports: [port] }, { ports: [] }],
  );
  const { answer } = await program(portMap({ ...web, Proto: 1 }));
  assert.match(String(answer["Err"]), /port maps are not understood/);
});
