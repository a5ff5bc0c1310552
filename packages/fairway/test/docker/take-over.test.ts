import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostEndpointItem } from "../../src/center/schemas/host-state.ts";
import type { Quotas } from "../../src/center/schemas/tenancy.ts";
import { FairwayError } from "../../src/errors.ts";
import { makeLevels } from "../center/tenancy/levels.ts";
import { engineId, root } from "../center.ts";
import { hostName } from "./edge-center.ts";
import { EdgeUnderTest } from "./fixture.ts";

interface Wanted {
  readonly addresses?: readonly string[];
  readonly mac?: string;
  readonly endpointId?: string;
}

/** An edge whose host has a network with IPv4 and IPv6. */
async function startWithTwoFamilies(cidrs = ["10.1.0.0/24", "fd00::/64"]) {
  await using stack = new AsyncDisposableStack();
  const edge = stack.use(await EdgeUnderTest.start());
  const { networkId, pool } = await edge.network(cidrs);
  stack.move();
  const { service } = edge.center.center;
  return {
    edge,
    networkId,
    pool,
    /** An endpoint of this host, whose link is gone. */
    linkless: async ({ addresses = ["10.1.0.7"], mac, endpointId = engineId() }: Wanted = {}) => {
      const key = { host: hostName, networkId, endpointId };
      const made = await service.dockerEndpoints.create(
        key,
        { addresses: [...addresses], ...(mac && { mac }) },
        root,
      );
      const { endpoint, network, mtu } = made;
      const item: HostEndpointItem = {
        key: `endpoint/${endpoint}`,
        kind: "endpoint",
        endpoint,
        network,
        mac: made.mac,
        mtu,
        addresses: [...made.addresses],
        engine: { networkId, endpointId },
        request: "before",
      };
      edge.agent.withoutLink.push(item);
      return { item, key };
    },
    address: (asked = "10.1.0.7", of = pool) =>
      edge.call("IpamDriver.RequestAddress", { PoolID: of, Address: asked, Options: {} }),
    create: ({ mac = "", ip = "10.1.0.7/24", endpointId = engineId() } = {}) =>
      edge.call("NetworkDriver.CreateEndpoint", {
        NetworkID: networkId,
        EndpointID: endpointId,
        Interface: { Address: ip, AddressIPv6: "", MacAddress: mac },
        Options: {},
      }),
    purged: () => edge.center.calls("purgeDockerEndpoint"),
  };
}

test("X10 an address whose holder has no link any more is taken over", async () => {
  const { edge, linkless, address, purged } = await startWithTwoFamilies();
  await using _ = edge;
  const { item, key } = await linkless();
  const { status, answer } = await address();
  assert.deepEqual([status, answer["Address"]], [200, "10.1.0.7/24"]);
  assert.deepEqual(purged(), [[key]]);
  assert.deepEqual(edge.agent.unplugged, [item.endpoint]);
  assert.deepEqual(edge.center.service.endpoints.list({}, root), []);
});

test("X10 an address is refused as ever while its holder's link lives, and others without a link are left to the sweep", async () => {
  const { edge, linkless, address, purged } = await startWithTwoFamilies();
  await using _ = edge;
  await linkless();
  edge.agent.withoutLink.length = 0;
  await linkless({ addresses: ["10.1.0.8", "fd00::8"] });
  const { status, answer } = await address();
  assert.equal(status, 500);
  assert.match(String(answer["Err"]), /^address 10\.1\.0\.7 is already in use by /);
  assert.deepEqual([purged(), edge.agent.unplugged], [[], []]);
});

test("X10 an IPv6 address is the same in whatever spelling", async () => {
  const { edge, networkId, linkless, create, purged } = await startWithTwoFamilies();
  await using _ = edge;
  await linkless({ addresses: ["10.1.0.8", "fd00::8"] });
  const { status } = await edge.call("NetworkDriver.CreateEndpoint", {
    NetworkID: networkId,
    EndpointID: engineId(),
    Interface: { Address: "", AddressIPv6: "fd00:0::0008/64", MacAddress: "" },
    Options: {},
  });
  assert.equal(status, 200);
  assert.equal(purged().length, 1);
  assert.equal((await create({ ip: "10.1.0.8/24" })).status, 200, "its other address is free, too");
});

test("X10 a full subnet gives what endpoints without a link have", async () => {
  const { edge, linkless, address, purged } = await startWithTwoFamilies(["10.1.0.0/29"]);
  await using _ = edge;
  await linkless({ addresses: ["10.1.0.2"] });
  // Four are left beside the gateway's and the one without a link.
  for (let count = 0; count < 4; count++) assert.equal((await address("")).status, 200);
  assert.deepEqual(purged(), []);
  const { status, answer } = await address("");
  assert.deepEqual([status, answer["Address"]], [200, "10.1.0.2/29"]);
  assert.equal(purged().length, 1);
});

test("R11 where an organization's quota is used up, endpoints without a link make room; those with one do not", async () => {
  const { edge, linkless, address, create, purged } = await startWithTwoFamilies();
  await using _ = edge;
  const { center } = edge.center;
  const zone = await makeLevels(center, "red", "shop", "front");
  await center.store.change((draft) => {
    const [row] = draft.find("Zone", "byName", zone);
    for (const { _uuid } of draft.rows("Network"))
      draft.update("Network", _uuid, { zone: row?._uuid ?? null });
  });
  const bound = (quotas: Quotas) => center.service.organizations.update("red", { quotas }, {}, root);
  await linkless();
  await bound({ ports: 1 });
  assert.deepEqual((await address("10.1.0.8")).status, 200);
  assert.equal((await create({ ip: "10.1.0.8/24" })).status, 200);
  assert.equal(purged().length, 1);
  edge.agent.withoutLink.length = 0;
  const refused = await create({ ip: "10.1.0.9/24" });
  assert.match(String(refused.answer["Err"]), /^organization red has 1 of 1 ports: quota ports; /);
  await bound({ ports: 2, addresses: 2 });
  await linkless({ addresses: ["10.1.0.9"] });
  assert.equal((await address("10.1.0.10")).status, 200);
  assert.equal(purged().length, 2);
});

test("X10 what fails otherwise takes nothing over", async () => {
  const { edge, linkless, address, purged } = await startWithTwoFamilies();
  await using _ = edge;
  await linkless();
  // It is outside of the subnet.
  const { status, answer } = await address("10.2.0.7");
  assert.equal(status, 500);
  assert.match(String(answer["Err"]), /10\.2\.0\.7/);
  assert.deepEqual(purged(), []);
});

test("X10 a MAC whose holder has no link any more is taken over, and so is an address that Docker did not ask for", async () => {
  const mac = "0a:00:00:00:00:07";
  for (const asked of [{ mac: mac.toUpperCase(), ip: "10.1.0.9/24" }, {}]) {
    const { edge, linkless, create, purged } = await startWithTwoFamilies();
    await using _ = edge;
    await linkless({ mac });
    assert.equal((await create(asked)).status, 200);
    assert.equal(purged().length, 1);
  }
});

test("X10 a port of the host whose holder has no link any more is taken over, and no other one", async () => {
  for (const [hostPort, taken] of [
    [8080, 1],
    [8081, 0],
  ] as const) {
    const { edge, networkId, linkless, create, purged } = await startWithTwoFamilies();
    await using _ = edge;
    const { endpoint, network } = (await linkless()).item;
    const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort } as const];
    const key = `published/${endpoint}`;
    edge.agent.state.items.set(key, { key, kind: "published", endpoint, network, addresses: [], ports });
    edge.agent.publishFailures.push(new FairwayError("conflict", "Port 8080/tcp of this host is in use"));
    const endpointId = engineId();
    assert.equal((await create({ ip: "10.1.0.9/24", endpointId })).status, 200);
    const portMap = { Proto: 6, IP: "", Port: 80, HostIP: "", HostPort: 8080, HostPortEnd: 8080 };
    const { status } = await edge.call("NetworkDriver.ProgramExternalConnectivity", {
      NetworkID: networkId,
      EndpointID: endpointId,
      Options: { "com.docker.network.portmap": [portMap] },
    });
    assert.deepEqual([status, purged().length], taken === 1 ? [200, 1] : [500, 0]);
  }
});

test("X10 an endpoint that the engine is making at this moment is nobody's to take over", async () => {
  const { edge, linkless, create, purged } = await startWithTwoFamilies();
  await using _ = edge;
  const endpointId = engineId();
  await linkless({ endpointId });
  edge.center.failures.set("createDockerEndpoint", new FairwayError("conflict", "the address is taken"));
  assert.equal((await create({ endpointId })).status, 500);
  assert.deepEqual(purged(), []);
});

test("X10 where the leftover cannot be removed, the first refusal is what the engine hears", async () => {
  const { edge, linkless, address } = await startWithTwoFamilies();
  await using _ = edge;
  await linkless();
  edge.center.failures.set("purgeDockerEndpoint", new FairwayError("unavailable", "the center is away"));
  const { answer } = await address();
  assert.match(String(answer["Err"]), /^address 10\.1\.0\.7 is already in use by /);
});
