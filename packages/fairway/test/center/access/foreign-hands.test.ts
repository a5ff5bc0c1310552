import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";

/** What a host's own key lets it ask. */
const as = (name: string) => ({ ...root, caller: { kind: "host", name } as const });

const asked = { purpose: "unspecified" } as const;

interface Network {
  readonly scope?: "host";
  readonly labels?: Readonly<Record<string, string>>;
}

/** A center with a network of h1's that h2 has no handle on. */
async function withNetwork({ scope, labels }: Network = {}) {
  const center = await TestCenter.start();
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const network = await center.network("h1", "10.1.0.0/24", scope === undefined ? {} : { scope });
  const facts = { name: "blue", ...(labels !== undefined && { labels }) };
  await center.service.dockerNetworks.describe("h1", network.id, facts, root);
  return { center, network };
}

/** h2's engine joins a network by its name. */
async function join(center: TestCenter, network: MadeNetwork, reference = "blue"): Promise<MadeNetwork> {
  const id = engineId();
  const request = { subnets: [], options: { network: reference } };
  await center.service.dockerNetworks.create("h2", id, request, as("h2"));
  return { ...network, id };
}

const composeLabels = { "com.docker.compose.project": "shop" };

for (const [what, kind] of [
  ["of scope=host", { scope: "host" }],
  ["of Compose's", { labels: composeLabels }],
] as const)
  test(`M02 a network ${what} is joined by its own host alone, whatever it is called by`, async () => {
    const { center, network } = await withNetwork(kind);
    await using _center = center;
    const { name } = center.service.networks.show(network.uuid, root);
    for (const reference of [name, "blue", network.uuid, network.id.slice(0, 12)]) {
      const options = { network: reference };
      const refused = { code: "forbidden", message: /is private to host h1: .*scope=cluster/ };
      const pool = { space: "s", family: 4, cidr: "10.1.0.0/24", options } as const;
      await assert.rejects(center.service.pools.request("h2", pool, as("h2")), refused, reference);
      await assert.rejects(join(center, network, reference), refused, reference);
    }
    await assert.rejects(center.service.poolAddresses.request("h2", network.pool, asked, as("h2")), {
      code: "forbidden",
    });
    const id = engineId();
    await center.service.dockerNetworks.create(
      "h1",
      id,
      { subnets: [], options: { network: name } },
      as("h1"),
    );
    assert.equal(center.service.networks.show(network.uuid, root).engines.length, 2, "its own host may");
  });

test("M02 a network that its engine has not named yet is nobody else's", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const network = await center.network("h1", "10.1.0.0/24");
  await assert.rejects(join(center, network, network.uuid), { code: "forbidden" });
});

test("M05 a host claims a private network of another by no claim, and makes no other's network its own", async () => {
  const { center, network } = await withNetwork({ scope: "host" });
  await using _center = center;
  const green = await center.network("h1", "10.2.0.0/24");
  await center.service.dockerNetworks.describe("h1", green.id, { name: "green" }, root);
  const engine = { options: {}, ipamOptions: {}, ranges: {}, gateways: [], attachable: false };
  const claim = ({ uuid }: MadeNetwork, name: string) => ({
    network: {
      uuid,
      name,
      engineName: name,
      handle: "made" as const,
      definition: {
        claimed: true,
        mode: "nat" as const,
        internal: false,
        mtuAsked: null,
        options: {},
        labels: {},
        origin: "docker" as const,
        scope: "cluster" as const,
        removal: null,
        subnets: [],
        engine,
      },
    },
    endpoints: [],
  });
  await assert.rejects(center.service.claims.claim("h2", engineId(), claim(network, "blue"), as("h2")), {
    code: "forbidden",
  });
  const id = engineId();
  await center.service.claims.claim("h2", id, claim(green, "green"), as("h2"));
  await center.service.dockerNetworks.delete("h2", id, as("h2"));
  assert.equal(center.service.networks.show("green", root).status["removal"], undefined);
});

test("I05 addresses of a network are for hosts that have it: who is only about to join it gets a few", async () => {
  const { center, network } = await withNetwork();
  await using _center = center;
  const take = async () => {
    let taken = 0;
    for (; taken < 300; taken++)
      await center.service.poolAddresses.request("h2", network.pool, asked, as("h2"));
    return taken;
  };
  await assert.rejects(take(), {
    code: "exhausted",
    message: /host h2 holds 16 addresses of network blue, which its engine does not have/,
  });
  const joined = await join(center, network);
  await center.endpoint("h2", joined);
  await center.endpoint("h1", network);
});

test("I05 a host neither gives back nor uses an address that another has asked for", async () => {
  const { center, network } = await withNetwork();
  await using _center = center;
  const { service } = center;
  const joined = await join(center, network);
  const { address } = await service.poolAddresses.request(
    "h1",
    network.pool,
    { ...asked, ip: "10.1.0.7" },
    as("h1"),
  );
  assert.equal(address, "10.1.0.7/24");
  await service.poolAddresses.release("h2", network.pool, "10.1.0.7", as("h2"));
  const key = { host: "h2", networkId: joined.id, endpointId: engineId() };
  await assert.rejects(service.dockerEndpoints.create(key, { addresses: ["10.1.0.7"] }, as("h2")), {
    code: "conflict",
    message: /10\.1\.0\.7 is already in use by a container that is being started on host h1/,
  });
  const own = { host: "h1", networkId: network.id, endpointId: engineId() };
  await service.dockerEndpoints.create(own, { addresses: ["10.1.0.7"] }, as("h1"));
  await service.dockerEndpoints.delete(own, as("h1"));
  await service.poolAddresses.release("h2", network.pool, "10.1.0.7", as("h2"));
  assert.equal([...center.store.view.rows("Address")].filter(({ ip }) => ip === "10.1.0.7").length, 1);
  await service.poolAddresses.release("h1", network.pool, "10.1.0.7", as("h1"));
  assert.equal([...center.store.view.rows("Address")].filter(({ ip }) => ip === "10.1.0.7").length, 0);
});

test("O03 a host says nothing of a network that is not for it", async () => {
  const { center, network } = await withNetwork({ scope: "host" });
  await using _center = center;
  const status = () => center.service.networks.show(network.uuid, root).status;
  const trouble = "call 0900 1234 for help";
  const troubles = { networks: [{ network: network.uuid, reason: trouble }], endpoints: [] };
  await center.service.troubles.report("h2", troubles, as("h2"));
  const mirrors = { troubles: [{ network: network.uuid, trouble }], uses: [] };
  await center.service.mirrors.report("h2", mirrors, as("h2"));
  assert.deepEqual(status(), {});
  await center.service.troubles.report("h1", troubles, as("h1"));
  assert.deepEqual(status(), { "on h1": trouble });
});

test("O03 a host says nothing of a physical network on which it has neither an interface nor a network", async () => {
  const { center } = await withNetwork();
  await using _center = center;
  const { physicalNetworks, physicalPorts, troubles } = center.service;
  const spec = physicalNetworkSpec.parse({ type: "vlan", ranges: ["1000-1030"] });
  const { uuid } = await physicalNetworks.create("lan", spec, {}, root);
  await physicalPorts.add(
    "lan",
    { interface: "eth1", host: "h1", takeAddress: false, options: {} },
    {},
    root,
  );
  const tell = (host: string) =>
    troubles.report(
      host,
      { networks: [], endpoints: [], physicalNetworks: [{ physicalNetwork: uuid, reason: "no link" }] },
      as(host),
    );
  await tell("h2");
  assert.deepEqual(physicalNetworks.show("lan", root).status, {});
  await tell("h1");
  assert.deepEqual(physicalNetworks.show("lan", root).status, { "on h1": "no link" });
  await physicalPorts.add(
    "lan",
    { interface: "eth1", host: null, takeAddress: false, options: {} },
    {},
    root,
  );
  await tell("h2");
  assert.deepEqual(physicalNetworks.show("lan", root).status, { "on h1": "no link", "on h2": "no link" });
});

test("O03 of a network that every engine is to have a host says why it has it not, and no more before it has it", async () => {
  const { center, network } = await withNetwork();
  await using _center = center;
  const status = () => center.service.networks.show(network.uuid, root).status;
  const troubles = { networks: [{ network: network.uuid, reason: "no way out" }], endpoints: [] };
  await center.service.troubles.report("h2", troubles, as("h2"));
  assert.deepEqual(status(), {});
  const mirrors = { troubles: [{ network: network.uuid, trouble: "the name is taken" }], uses: [] };
  await center.service.mirrors.report("h2", mirrors, as("h2"));
  assert.deepEqual(status(), { "mirror on h2": "the name is taken" });
});

test("D05 a host lowers the MTU of no network on which it has no container, and none below 1280 without root's word", async () => {
  const { center, network } = await withNetwork();
  await using _center = center;
  await center.endpoint("h1", network);
  const mtu = () => center.service.networks.show(network.uuid, root).mtu.effective;
  const tell = (underlayMtu: number) =>
    center.service.hosts.register("h2", { systemId: "system-h2", underlayMtu }, as("h2"));
  await assert.rejects(tell(576), {
    code: "conflict",
    message: /link of host h2 carries 576 bytes.* 1280 .*hosts\.mtu/,
  });
  await tell(1400);
  assert.equal(mtu(), 1442);
  const joined = await join(center, network);
  assert.equal(mtu(), 1442);
  const other = await center.endpoint("h2", joined);
  assert.equal(mtu(), 1342);
  assert.equal(center.service.dockerEndpoints.show(other.key, root).mtu, 1342);
  await assert.rejects(tell(1337), { code: "conflict" });
  await tell(1338);
  assert.equal(mtu(), 1280);
});
