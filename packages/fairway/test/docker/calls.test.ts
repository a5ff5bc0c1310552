import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { FairwayError } from "../../src/errors.ts";
import { engineId, root } from "../center.ts";
import { EdgeUnderTest, startWithNetwork } from "./fixture.ts";

const noInterface = { Address: "", AddressIPv6: "", MacAddress: "" };
const noPorts = { "com.docker.network.endpoint.exposedports": [], "com.docker.network.portmap": [] };

test("what the center does not know is released and deleted with success", async () => {
  await using edge = await EdgeUnderTest.start();
  const ids = { NetworkID: engineId(), EndpointID: engineId() };
  for (const [method, body] of [
    ["IpamDriver.ReleaseAddress", { PoolID: v7(), Address: "10.1.0.2" }],
    ["IpamDriver.ReleasePool", { PoolID: v7() }],
    ["IpamDriver.ReleasePool", { PoolID: "no UUID" }],
    ["NetworkDriver.DeleteNetwork", { NetworkID: ids.NetworkID }],
    ["NetworkDriver.DeleteEndpoint", ids],
    ["NetworkDriver.Leave", ids],
    ["NetworkDriver.RevokeExternalConnectivity", ids],
  ] as const)
    assert.deepEqual(await edge.call(method, body), { status: 200, answer: {} }, method);
});

test("D04 a MAC address that was asked for is kept and not echoed; a made-up one is answered", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
  const create = async (ip: string, mac: string, Options: object) => {
    const Interface = { ...noInterface, Address: `${ip}/24`, MacAddress: mac };
    const request = { ...ids, EndpointID: engineId(), Interface, Options };
    const { Interface: answered } = await edge.done("NetworkDriver.CreateEndpoint", request);
    const [, asked] = edge.center.calls("createDockerEndpoint").at(-1) ?? [];
    await edge.done("NetworkDriver.DeleteEndpoint", request);
    return [(asked as { mac?: string }).mac, answered];
  };
  const label = "com.docker.network.endpoint.macaddress";
  const mac = "02:42:0a:5a:00:02";
  assert.deepEqual(await create("10.1.0.7", mac, { ...noPorts, [label]: "AkIKWgAC" }), [mac, undefined]);
  assert.deepEqual(await create("10.1.0.8", "", { [label]: "AkIKWgAC" }), [mac, { MacAddress: mac }]);
  assert.deepEqual(await create("10.1.0.9", "", { [label]: mac }), [mac, { MacAddress: mac }]);
  const [asked, made] = await create("10.1.0.10", "", noPorts);
  assert.equal(asked, undefined);
  assert.match((made as { MacAddress: string }).MacAddress, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
});

test("an endpoint arrives with its addresses, options and ports, and is plugged in the background at once", async () => {
  const { edge, ids } = await startWithNetwork(["10.1.0.0/24", "fd01::/64"]);
  await using _ = edge;
  const map = { Proto: 17, IP: "", Port: 8001, HostIP: "", HostPort: 8001, HostPortEnd: 8001 };
  await edge.done("NetworkDriver.CreateEndpoint", {
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
  assert.deepEqual(key, { host: "host", networkId: ids.NetworkID, endpointId: ids.EndpointID });
  assert.deepEqual(
    { ...(request as object), request: "" },
    {
      addresses: ["10.1.0.7", "fd01::7"],
      options: { "my.key": "my.val", "com.docker.network.endpoint.exposedports": "6/80 17/8000-8001" },
      request: "",
    },
  );
  assert.equal(edge.agent.prepared.length, 1);
});

type Ids = { readonly NetworkID: string; readonly EndpointID: string };

/** What the engine calls for a container with the address 10.1.0.7. @returns Join's answer. */
async function join(edge: EdgeUnderTest, ids: Ids, options: object = {}) {
  const Interface = { ...noInterface, Address: "10.1.0.7/24" };
  await edge.done("NetworkDriver.CreateEndpoint", { ...ids, Interface, Options: { ...noPorts, ...options } });
  return edge.done("NetworkDriver.Join", { ...ids, SandboxKey: "/var/run/docker/netns/1", Options: noPorts });
}

test("D14 Join answers interface, gateway and routes", async () => {
  const { edge, ids } = await startWithNetwork(["10.1.0.0/24"], {
    "subnet:host_routes": '[["10.9.0.0/16","10.1.0.9"],["10.8.0.0/16","0.0.0.0"]]',
  });
  await using _ = edge;
  assert.deepEqual(await join(edge, ids), {
    InterfaceName: { SrcName: "fc0123456789a", DstPrefix: "eth" },
    Gateway: "10.1.0.1",
    StaticRoutes: [
      { Destination: "10.8.0.0/16", RouteType: 1 },
      { Destination: "10.9.0.0/16", RouteType: 0, NextHop: "10.1.0.9" },
    ],
    DisableGatewayService: false,
  });
});

test("D08 without a gateway Docker is kept from adding a second interface", async () => {
  const { edge, ids } = await startWithNetwork(["10.1.0.0/24"], {}, { internal: true });
  await using _ = edge;
  const answer = await join(edge, ids);
  assert.equal(answer["Gateway"], undefined);
  assert.equal(answer["DisableGatewayService"], true);
});

test("X01 an endpoint that was made before a restart is joined and deleted by what the center knows", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
  const key = { host: "host", networkId: ids.NetworkID, endpointId: ids.EndpointID };
  const { service } = edge.center.center;
  const made = await service.dockerEndpoints.create(key, { addresses: ["10.1.0.7"] }, root);
  await edge.done("NetworkDriver.Join", { ...ids, SandboxKey: "", Options: noPorts });
  assert.equal(edge.agent.plugged[0]?.endpoint, made.endpoint);
  await edge.done("NetworkDriver.DeleteEndpoint", ids);
  assert.deepEqual(edge.agent.unplugged, [made.endpoint]);
  assert.deepEqual(service.endpoints.list({}, root), []);
});

test("D20 the name that an interface shall have goes to the center, and comes back as DstName in Join", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
  const option = { "com.docker.network.endpoint.ifname": "lan0" };
  const answer = await join(edge, ids, option);
  const [[, request] = []] = edge.center.calls("createDockerEndpoint");
  assert.deepEqual((request as { options: object }).options, option);
  const { SrcName, ...names } = answer["InterfaceName"] as Record<string, string>;
  assert.ok(SrcName !== undefined && SrcName !== "lan0");
  assert.deepEqual(names, { DstName: "lan0", DstPrefix: "eth" });
});

test("D10 deleting an endpoint tries both halves, whichever fails", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
  await join(edge, ids);
  edge.agent.failure = new FairwayError("unavailable", "Open vSwitch is away");
  // Docker forgets the endpoint whatever it is answered; a port that stayed is the sweep's.
  const { status } = await edge.call("NetworkDriver.DeleteEndpoint", ids);
  assert.equal(status, 200);
  assert.equal(edge.center.calls("deleteDockerEndpoint").length, 1);
});

test("an endpoint whose making may have been cut off is taken back", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
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
  const { edge, pool } = await startWithNetwork();
  await using _ = edge;
  await edge.done("IpamDriver.RequestAddress", { PoolID: pool, Address: "10.1.0.7", Options: null });
  const body = { PoolID: pool, Address: "10.1.0.7", Options: null };
  const { status, answer } = await edge.call("IpamDriver.RequestAddress", body);
  const text = "address 10.1.0.7 is already in use by a container that is being started on host host";
  assert.deepEqual([status, answer["Err"], answer["Error"]], [500, text, text]);
});

test("D17 what is no call is refused, logged, and reaches nobody", async () => {
  await using edge = await EdgeUnderTest.start();
  assert.equal((await edge.call("NetworkDriver.Nonsense", {})).status, 404);
  const { status, answer } = await edge.call("NetworkDriver.CreateEndpoint", { NetworkID: "" });
  assert.equal(status, 400);
  assert.match(String(answer["Err"]), /NetworkID/);
  for (const method of ["createDockerEndpoint", "deleteDockerEndpoint", "showDockerEndpoint"] as const)
    assert.deepEqual(edge.center.calls(method), []);
  assert.equal(edge.lines.filter(({ message }) => message === "a call was not served").length, 2);
});

test("D13 EndpointOperInfo tells port, host, network and addresses", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
  await join(edge, ids);
  const { answer } = await edge.call("NetworkDriver.EndpointOperInfo", ids);
  const value = answer["Value"] as Record<string, unknown>;
  assert.equal(value["fairway.host"], "host");
  assert.deepEqual(value["fairway.addresses"], ["10.1.0.7/24"]);
  assert.equal(value["fairway.ovn-port"], edge.agent.plugged[0]?.endpoint);
});

test("N12 the host's default is an endpoint's option where that says nothing, and its ports are limited from their first moment", async () => {
  await using edge = await EdgeUnderTest.start(undefined, { publishFrom: ["10.0.0.0/8", "fd00::/8"] });
  const { networkId } = await edge.network(["10.1.0.0/24"]);
  const ids = { NetworkID: networkId, EndpointID: engineId() };
  const option = "fairway.publish-from";
  const create = async (EndpointID: string, ip: string, Options: object) => {
    const Interface = { ...noInterface, Address: `${ip}/24` };
    await edge.done("NetworkDriver.CreateEndpoint", { ...ids, EndpointID, Interface, Options });
    const [, asked] = edge.center.calls("createDockerEndpoint").at(-1) ?? [];
    return (asked as { options: Record<string, string> }).options[option];
  };
  assert.equal(await create(ids.EndpointID, "10.1.0.7", {}), "10.0.0.0/8,fd00::/8");
  assert.equal(await create(engineId(), "10.1.0.8", { [option]: "any" }), "any");
  const map = { Proto: 6, IP: "", Port: 80, HostIP: "", HostPort: 8080, HostPortEnd: 8080 };
  const request = { ...ids, Options: { "com.docker.network.portmap": [map] } };
  await edge.done("NetworkDriver.ProgramExternalConnectivity", request);
  assert.deepEqual(
    edge.agent.wishes.map(({ from }) => from),
    [["10.0.0.0/8", "fd00::/8"]],
  );
});

test("one request id goes from RequestAddress to Join, in the logs, to the center and to the agent", async () => {
  const { edge, ids, pool } = await startWithNetwork();
  await using _ = edge;
  const asked = { PoolID: pool, Address: "10.1.0.7", Options: null };
  assert.equal((await edge.done("IpamDriver.RequestAddress", asked))["Address"], "10.1.0.7/24");
  await join(edge, ids);
  const id = edge.center.requestOf("requestAddress");
  assert.match(id ?? "", /^[0-9a-f]{12}$/);
  assert.equal(edge.center.requestOf("createDockerEndpoint"), id);
  assert.deepEqual([edge.agent.prepared[0]?.request, edge.agent.plugged[0]?.request], [id, id]);
  const lines = edge.lines.filter(({ request }) => request === id).map(({ message }) => message);
  for (const message of ["address given", "endpoint created", "endpoint joined"])
    assert.ok(lines.includes(message));
});

test("N02 ports are published when the engine says so, by the endpoint that it names, and told to the center", async () => {
  const { edge, ids } = await startWithNetwork();
  await using _ = edge;
  await edge.done("NetworkDriver.CreateEndpoint", {
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
