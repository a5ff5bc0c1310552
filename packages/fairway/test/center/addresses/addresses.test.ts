import assert from "node:assert/strict";
import { test } from "node:test";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

interface Wanted {
  readonly cidr: string;
  readonly range?: string;
  readonly gateway?: string;
  readonly auxiliaries?: readonly string[];
}

/** `docker network create` as an engine puts it to the center: every pool, then its gateway, then its auxiliaries. */
async function createNetwork(
  center: TestCenter,
  wanted: readonly Wanted[],
): Promise<{ readonly id: string; readonly uuid: string; readonly pools: readonly string[] }> {
  const { service } = center;
  await service.hosts.register("h1", { systemId: "s1" }, root);
  const pools: string[] = [];
  const subnets = [];
  for (const { cidr, range, gateway, auxiliaries = [] } of wanted) {
    const space = engineId();
    const family = cidr.includes(":") ? 6 : 4;
    const asked = { space, family, cidr, ...(range !== undefined && { range }) } as const;
    const { pool, cidr: given } = await service.pools.request("h1", asked, root);
    const { address } = await service.poolAddresses.request(
      "h1",
      pool,
      { purpose: "gateway", ...(gateway !== undefined && { ip: gateway }) },
      root,
    );
    for (const ip of auxiliaries) await service.poolAddresses.request("h1", pool, { ip }, root);
    pools.push(pool);
    subnets.push({ space, cidr: given, gateway: address.split("/")[0] ?? "", auxiliaries: [...auxiliaries] });
  }
  const id = engineId();
  const { uuid } = await service.dockerNetworks.create("h1", id, { subnets }, root);
  return { id, uuid, pools };
}

/** Everything that a pool gives, in the order of giving. */
async function drain(center: TestCenter, pool: string): Promise<string[]> {
  const given: string[] = [];
  for (;;) {
    try {
      given.push((await center.service.poolAddresses.request("h1", pool, {}, root)).address);
    } catch (error) {
      assert.ok(refused("exhausted", /no free address/)(error), String(error));
      return given;
    }
  }
}

for (const [cidr, gateway, containers] of [
  ["10.1.0.0/30", "10.1.0.1", ["10.1.0.2/30"]],
  ["10.1.0.0/31", "10.1.0.0", ["10.1.0.1/31"]],
  ["10.1.0.7/32", "10.1.0.7", []],
  ["10.1.0.0/29", "10.1.0.6", ["1", "2", "3", "4", "5"].map((host) => `10.1.0.${host}/29`)],
  ["fd00::/126", "fd00::1", ["fd00::2/126", "fd00::3/126"]],
  ["fd00::/127", "fd00::", ["fd00::1/127"]],
  ["fd00::7/128", "fd00::7", []],
] as const) {
  test(`I07 ${cidr} with gateway ${gateway} gives containers all that is left, and nothing else`, async () => {
    await using center = await TestCenter.start();
    const { pools } = await createNetwork(center, [{ cidr, gateway }]);
    assert.deepEqual(await drain(center, pools[0] ?? ""), containers);
  });
}

test("I07 a /64 begins behind its anycast address, and its last address can be asked for", async () => {
  await using center = await TestCenter.start();
  const { pools } = await createNetwork(center, [{ cidr: "fd00:1::/64" }]);
  const [pool = ""] = pools;
  const ask = async (ip?: string) =>
    (await center.service.poolAddresses.request("h1", pool, ip === undefined ? {} : { ip }, root)).address;
  assert.equal(await ask(), "fd00:1::2/64");
  assert.equal(await ask("fd00:1::ffff:ffff:ffff:ffff"), "fd00:1::ffff:ffff:ffff:ffff/64");
  await assert.rejects(ask("fd00:1::"), refused("invalid", /fd00:1:: is not one that a host can have/));
  await assert.rejects(ask("fd00:1::1"), refused("conflict", /in use by the gateway/));
});

test("I02 host bits in a subnet are nobody's: Docker 20.10 sends them", async () => {
  await using center = await TestCenter.start();
  const { pools, uuid } = await createNetwork(center, [{ cidr: "10.1.0.77/29" }]);
  assert.equal(center.service.networks.show(uuid, root).subnets[0]?.cidr, "10.1.0.72/29");
  assert.equal((await drain(center, pools[0] ?? "")).length, 5);
});

test("I02 containers are inside the range; gateway and auxiliaries may be outside", async () => {
  await using center = await TestCenter.start();
  const { pools } = await createNetwork(center, [
    {
      cidr: "10.1.0.0/24",
      range: "10.1.0.128/29",
      gateway: "10.1.0.254",
      auxiliaries: ["10.1.0.130", "10.1.0.9"],
    },
  ]);
  const hosts = [128, 129, 131, 132, 133, 134, 135].map((host) => `10.1.0.${host}/24`);
  assert.deepEqual(await drain(center, pools[0] ?? ""), hosts);
});

test("I02 auxiliaries are never handed out, in whatever order they came, also after a restart of the center", async () => {
  await using center = await TestCenter.start();
  const auxiliaries = ["10.1.0.5", "10.1.0.2", "10.1.0.4"];
  const { pools } = await createNetwork(center, [{ cidr: "10.1.0.0/29", auxiliaries }]);
  await center.stop();
  const second = TestCenter.on(center.server, { name: "second" });
  try {
    await second.leads();
    assert.deepEqual(await drain(second, pools[0] ?? ""), ["10.1.0.3/29", "10.1.0.6/29"]);
    const taken = second.service.poolAddresses.request("h1", pools[0] ?? "", { ip: "10.1.0.5" }, root);
    await assert.rejects(taken, refused("conflict", /10\.1\.0\.5 is already in use by an auxiliary address/));
  } finally {
    await second.stop();
  }
});

test("I02 an auxiliary may be asked for twice, but only before there is a network", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const request = { space: "x", family: 4, cidr: "10.1.0.0/24" } as const;
  const { pool } = await center.service.pools.request("h1", request, root);
  const ask = () => center.service.poolAddresses.request("h1", pool, { ip: "10.1.0.9" }, root);
  assert.deepEqual(await ask(), await ask());
  const subnets = [{ space: "x", cidr: "10.1.0.0/24", auxiliaries: ["10.1.0.9"] }];
  await center.service.dockerNetworks.create("h1", engineId(), { subnets }, root);
  await assert.rejects(ask(), refused("conflict", /10\.1\.0\.9 is already in use by an auxiliary address/));
});

test("I02 where one subnet of a network is full, the next of its family serves; each address goes back to its own", async () => {
  await using center = await TestCenter.start();
  const { pools, uuid } = await createNetwork(center, [
    { cidr: "10.1.0.0/30" },
    { cidr: "fd00::/126" },
    { cidr: "10.2.0.0/30" },
  ]);
  const [first = ""] = pools;
  assert.deepEqual(await drain(center, first), ["10.1.0.2/30", "10.2.0.2/30"]);
  await assert.rejects(
    center.service.poolAddresses.request("h1", first, {}, root),
    refused(
      "exhausted",
      /subnets 10\.1\.0\.0\/30, 10\.2\.0\.0\/30 of network .* no free address: 4 are in use/,
    ),
  );
  await center.service.poolAddresses.release("h1", first, "10.2.0.2", root);
  const used = center.service.networks.show(uuid, root).subnets.map(({ cidr, used: count }) => [cidr, count]);
  assert.deepEqual(used, [
    ["10.1.0.0/30", 2],
    ["10.2.0.0/30", 1],
    ["fd00::/126", 1],
  ]);
});

test("I04 many networks of one CIDR at once in one address space, as Docker 20.10 asks for them, get one pool each", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  await service.hosts.register("h1", { systemId: "s1" }, root);
  const make = async () => {
    const request = { space: "cached", family: 4, cidr: "10.1.0.0/24" } as const;
    const { pool } = await service.pools.request("h1", request, root);
    await service.poolAddresses.request("h1", pool, { purpose: "gateway" }, root);
    const subnets = [{ space: "cached", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
    return (
      (await service.dockerNetworks.create("h1", engineId(), { subnets }, root)).subnets[0]?.uuid === pool
    );
  };
  assert.deepEqual(await Promise.all(Array.from({ length: 6 }, make)), Array(6).fill(true));
});

test("I05 five hosts at once on one network never get an address twice, on ample networks neither", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const blue = await center.network("h1", "10.1.0.0/16");
  await service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const hosts = ["h1", "h2", "h3", "h4", "h5"];
  for (const host of hosts) await service.hosts.register(host, { systemId: `system-${host}` }, root);
  const options = { network: "blue" };
  const given = await Promise.all(
    hosts.map(async (host) => {
      const { pool } = await service.pools.request(host, { space: host, family: 4, options }, root);
      await service.dockerNetworks.create(host, engineId(), { subnets: [], options }, root);
      const asked = Array.from({ length: 400 }, () => service.poolAddresses.request(host, pool, {}, root));
      return (await Promise.all(asked)).map(({ address }) => address);
    }),
  );
  assert.equal(new Set(given.flat()).size, 2000);
});

test("D16 with Docker's own IPAM a double assignment on two hosts is an error that names the holder", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const ids = { h1: engineId(), h2: engineId() };
  for (const host of ["h1", "h2"]) await service.hosts.register(host, { systemId: host }, root);
  const subnets = [{ space: "LocalDefault", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
  await service.dockerNetworks.create("h1", ids.h1, { managed: false, subnets }, root);
  await service.dockerNetworks.describe("h1", ids.h1, { name: "blue" }, root);
  const options = { network: "blue" };
  await service.dockerNetworks.create("h2", ids.h2, { managed: false, subnets, options }, root);
  const start = (host: "h1" | "h2", ip: string) => {
    const key = { host, networkId: ids[host], endpointId: engineId() };
    return service.dockerEndpoints.create(key, { addresses: [ip] }, root).then(() => key);
  };
  const web = await start("h1", "10.1.0.2");
  await service.dockerEndpoints.describe(web, { containerName: "web" }, root);
  await assert.rejects(
    start("h2", "10.1.0.2"),
    refused("conflict", /10\.1\.0\.2 is already in use by container web on host h1/),
  );
  await assert.rejects(start("h2", "10.1.0.1"), refused("conflict", /in use by the gateway/));
  await start("h2", "10.1.0.3");
  await service.dockerEndpoints.delete(web, root);
  await start("h2", "10.1.0.2");
});

test("D16 on a network with Docker's own IPAM ours takes from the far end", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const id = engineId();
  await service.hosts.register("h1", { systemId: "s1" }, root);
  const subnets = [{ space: "LocalDefault", cidr: "10.1.0.0/29", gateway: "10.1.0.1" }];
  await service.dockerNetworks.create("h1", id, { managed: false, subnets }, root);
  const key = { host: "h1", networkId: id, endpointId: engineId() };
  await service.dockerEndpoints.create(key, { addresses: ["10.1.0.5"] }, root);
  const options = { network: service.networks.list({}, root)[0]?.uuid ?? "" };
  const { pool } = await service.pools.request("h1", { space: "y", family: 4, options }, root);
  assert.deepEqual(await drain(center, pool), ["10.1.0.6/29", "10.1.0.4/29", "10.1.0.3/29", "10.1.0.2/29"]);
});

test("D16 a network whose IPAM driver is `null` has no subnet, and its endpoints no address", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  await service.hosts.register("h1", { systemId: "s1" }, root);
  const blue = { id: engineId() } satisfies Partial<MadeNetwork>;
  await service.dockerNetworks.create("h1", blue.id, { managed: false, subnets: [] }, root);
  const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
  const made = await service.dockerEndpoints.create(key, { addresses: [] }, root);
  assert.deepEqual(made.addresses, []);
  assert.equal(made.gateway, undefined);
});
