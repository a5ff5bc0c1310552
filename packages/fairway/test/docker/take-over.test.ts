import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { HostEndpointItem } from "../../src/api/types.ts";
import { FairwayError } from "../../src/errors.ts";
import { type EdgeUnderTest, startEdge } from "./fixture.ts";

const networkId = "1cf131d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bba9";
const endpointId = "25f3c6fdf5fd119240a9bf0accc6b347e472085952e058a9619d356499e5de14";
const goneId = "9".repeat(64);
const refused = new FairwayError(
  "conflict",
  "address 10.1.0.7 is already in use by container keep on host h1",
);

/** An endpoint of this host; its link is gone unless the test says otherwise. */
function endpointWith(item: Partial<HostEndpointItem>): HostEndpointItem {
  const endpoint = v7();
  return {
    key: `endpoint/${endpoint}`,
    kind: "endpoint",
    endpoint,
    network: v7(),
    mac: "0a:00:00:00:00:07",
    mtu: 1442,
    addresses: ["10.1.0.7/24"],
    engine: { networkId, endpointId: goneId },
    request: "before",
    ...item,
  };
}

const address = (edge: EdgeUnderTest, asked = "10.1.0.7") =>
  edge.call("IpamDriver.RequestAddress", { PoolID: v7(), Address: asked, Options: {} });

const create = (edge: EdgeUnderTest, { mac = "", ip = "10.1.0.7/24" } = {}) =>
  edge.call("NetworkDriver.CreateEndpoint", {
    NetworkID: networkId,
    EndpointID: endpointId,
    Interface: { Address: ip, AddressIPv6: "", MacAddress: mac },
    Options: {},
  });

const forgotten = (edge: EdgeUnderTest) => edge.center.calls("forgetDockerEndpoint");

test("X10 an address whose holder has no link any more is taken over", async () => {
  await using edge = await startEdge();
  const gone = endpointWith({});
  edge.agent.withoutLink.push(gone);
  edge.center.failures.set("requestAddress", refused);
  const { status, answer } = await address(edge);
  assert.deepEqual([status, answer["Address"]], [200, "10.1.0.7/24"]);
  assert.deepEqual(forgotten(edge), [[{ host: "host", networkId, endpointId: goneId }]]);
  assert.deepEqual(edge.agent.unplugged, [gone.endpoint]);
});

test("X10 an address is refused as ever while its holder's link lives, and others without a link are left to the sweep", async () => {
  await using edge = await startEdge();
  edge.agent.withoutLink.push(endpointWith({ addresses: ["10.1.0.8/24", "fd00::8/64"] }));
  edge.center.failures.set("requestAddress", refused);
  const { status, answer } = await address(edge);
  assert.deepEqual([status, answer["Err"]], [500, refused.message]);
  assert.deepEqual([forgotten(edge), edge.agent.unplugged], [[], []]);
});

test("X10 an IPv6 address is the same in whatever spelling", async () => {
  await using edge = await startEdge();
  edge.agent.withoutLink.push(endpointWith({ addresses: ["10.1.0.8/24", "fd00::8/64"] }));
  edge.center.failures.set("requestAddress", refused);
  assert.equal((await address(edge, "fd00:0::0008")).status, 200);
  assert.equal(forgotten(edge).length, 1);
});

test("X10 a full subnet gives what endpoints without a link have", async () => {
  await using edge = await startEdge();
  edge.agent.withoutLink.push(endpointWith({}));
  edge.center.failures.set("requestAddress", new FairwayError("exhausted", "no free address"));
  assert.equal((await address(edge, "")).status, 200);
  assert.equal(forgotten(edge).length, 1);
});

test("X10 what fails otherwise takes nothing over", async () => {
  await using edge = await startEdge();
  edge.agent.withoutLink.push(endpointWith({}));
  edge.center.failures.set("requestAddress", new FairwayError("invalid", "no such address"));
  assert.equal((await address(edge)).status, 500);
  assert.deepEqual(forgotten(edge), []);
});

test("X10 a MAC whose holder has no link any more is taken over, and so is an address of another IPAM driver's", async () => {
  for (const asked of [{ mac: "0A:00:00:00:00:07", ip: "10.1.0.9/24" }, {}]) {
    await using edge = await startEdge();
    edge.agent.withoutLink.push(endpointWith({}));
    edge.center.failures.set("createDockerEndpoint", refused);
    assert.equal((await create(edge, asked)).status, 200);
    assert.equal(forgotten(edge).length, 1);
  }
});

test("X10 a port of the host whose holder has no link any more is taken over, and no other one", async () => {
  for (const [hostPort, taken] of [
    [8080, 1],
    [8081, 0],
  ] as const) {
    await using edge = await startEdge();
    const gone = endpointWith({});
    edge.agent.withoutLink.push(gone);
    const { endpoint, network } = gone;
    const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort } as const];
    const key = `published/${endpoint}`;
    edge.agent.state.items.set(key, { key, kind: "published", endpoint, network, addresses: [], ports });
    edge.agent.publishFailures.push(new FairwayError("conflict", "Port 8080/tcp of this host is in use"));
    await create(edge);
    const portMap = { Proto: 6, IP: "", Port: 80, HostIP: "", HostPort: 8080, HostPortEnd: 8080 };
    const { status } = await edge.call("NetworkDriver.ProgramExternalConnectivity", {
      NetworkID: networkId,
      EndpointID: endpointId,
      Options: { "com.docker.network.portmap": [portMap] },
    });
    assert.deepEqual([status, forgotten(edge).length], taken === 1 ? [200, 1] : [500, 0]);
  }
});

test("X10 an endpoint that the engine is making at this moment is nobody's to take over", async () => {
  await using edge = await startEdge();
  edge.agent.withoutLink.push(endpointWith({ engine: { networkId, endpointId } }));
  edge.center.failures.set("createDockerEndpoint", refused);
  assert.equal((await create(edge)).status, 500);
  assert.deepEqual(forgotten(edge), []);
});

test("X10 where the leftover cannot be forgotten, the first refusal is what the engine hears", async () => {
  await using edge = await startEdge();
  edge.agent.withoutLink.push(endpointWith({}));
  edge.center.failures.set("requestAddress", refused);
  edge.center.failures.set("forgetDockerEndpoint", new FairwayError("unavailable", "the center is away"));
  const { answer } = await address(edge);
  assert.equal(answer["Err"], refused.message);
});
