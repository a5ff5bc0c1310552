import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { engineId, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { dockerCreates, levelOptions, lostDefinition, makeLevels, makeNetwork } from "./levels.ts";

const name = "Enterprise/Domain/Zone/Subnet 2";

describe("subnets that were made beforehand", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start();
    for (const host of ["h1", "h2"]) await center.service.hosts.register(host, { systemId: host }, root);
    await makeLevels(center, "Enterprise", "Domain", "Zone");
    await makeNetwork(center, name, "10.21.59.0/24", "10.21.59.9");
  });
  after(() => center[Symbol.asyncDispose]());

  const create = (asked: Parameters<typeof dockerCreates>[3] = {}, host = "h1") =>
    dockerCreates(center, host, name, asked);
  const unbound = () => [...center.store.view.rows("Subnet")].filter(({ network }) => network === null);
  const request = (options: Record<string, string>, cidr?: string) =>
    center.service.pools.request("h1", { space: "x", family: 4, options, ...(cidr && { cidr }) }, root);

  test("R05 two engines join the subnet that was made beforehand, and its user is kept", async () => {
    const { uuid } = center.service.networks.show(name, root);
    const [one, two] = [
      await create({ cidr: "10.21.59.0/24", gateway: "10.21.59.9" }),
      await create({}, "h2"),
    ];
    assert.deepEqual(
      [one.uuid, two.uuid, two.cidr, two.gateway],
      [uuid, uuid, "10.21.59.0/24", "10.21.59.9"],
    );
    assert.deepEqual(unbound(), [], "nothing waits any more");
    const { engines } = center.service.networks.show(name, root);
    assert.deepEqual(
      engines.map(({ host, handle, name }) => [host, handle, name]),
      [
        ["h1", "joined", "MyNet"],
        ["h2", "joined", "MyNet"],
      ],
    );
    const [handle] = center.store.view.find("Docker_Network", "byNetwork", uuid);
    assert.equal(handle?.ipam_options["user"], "admin");
    const ends = [await center.endpoint("h1", one), await center.endpoint("h2", two)];
    assert.deepEqual(
      ends.map(({ ip }) => ip),
      ["10.21.59.1", "10.21.59.2"],
    );
    for (const [at, { key }] of ends.entries()) {
      await center.service.dockerEndpoints.delete(key, root);
      const { id, pool } = at === 0 ? one : two;
      await center.service.dockerNetworks.delete(key.host, id, root);
      await center.service.pools.release(key.host, pool, root);
    }
    assert.equal(center.service.networks.show(name, root).uuid, uuid, "it outlives its engines");
  });

  test("R05 a CIDR or gateway that differs is refused naming both, and the next try is not held up", async () => {
    await assert.rejects(
      create({ cidr: "10.21.60.0/24" }),
      refused(
        "invalid",
        /^network Enterprise\/Domain\/Zone\/Subnet 2 has 10\.21\.59\.0\/24, not 10\.21\.60\.0\/24;/,
      ),
    );
    const before = Date.now();
    for (const _ of [1, 2])
      await assert.rejects(
        create({ cidr: "10.21.59.0/24", gateway: "10.21.59.1" }),
        refused("conflict", /^the gateway of subnet 10\.21\.59\.0\/24 is 10\.21\.59\.9, not 10\.21\.59\.1$/),
      );
    assert.ok(Date.now() - before < 15_000, "what the first try asked for was forgotten");
    assert.deepEqual(unbound(), []);
  });

  test("R05 an unknown level is refused with the nearest name, and levels without one of them", async () => {
    const options = levelOptions(name);
    const cases: readonly [Record<string, string>, RegExp][] = [
      [{ organization: "Enterprize" }, /^no organization "Enterprize"; did you mean "Enterprise"\?$/],
      [{ domain: "Domian" }, /^no domain "Domian" in Enterprise; did you mean "Domain"\?$/],
      [{ zone: "Zome" }, /^no zone "Zome" in Enterprise\/Domain; did you mean "Zone"\?$/],
      [
        { subnet: "Subnet 3" },
        /^no subnet "Subnet 3" in Enterprise\/Domain\/Zone; did you mean "Subnet 2"\?$/,
      ],
      [{ subnet: "x/y" }, /^no subnet "x" in Enterprise\/Domain\/Zone; `fairway network ls` lists/],
    ];
    for (const [wrong, said] of cases)
      await assert.rejects(request({ ...options, ...wrong }), refused("not_found", said));
    const { zone: _, ...without } = options;
    await assert.rejects(
      request(without),
      refused("invalid", /^IPAM option zone is missing: organization, domain/),
    );
    await assert.rejects(
      request({ ...options, network: "blue" }),
      refused("invalid", /name two networks; give one/),
    );
    await assert.rejects(request({ ...options, doman: "x" }), refused("invalid", /did you mean domain\?/));
  });

  test("R05 an engine that silently forgets what it asked for leaves the zone's subnet alone", async () => {
    await request(levelOptions(name), "10.21.59.0/24");
    assert.equal(unbound().length, 1);
    center.now += 200_000;
    await center.service.foreignPools.report("h1", { networks: [] }, root);
    assert.deepEqual(unbound(), []);
    assert.equal(center.service.networks.show(name, root).subnets.length, 1);
  });
});

test("R05 pools of both families join the two subnets that were made beforehand, each its own", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "h1" }, root);
  const both = `${await makeLevels(center, "Enterprise", "Domain", "Zone")}/Both`;
  const [v4, v6] = ["10.21.60.0/24", "fd21:60::/64"];
  await center.service.networks.create({ name: both, subnets: [{ cidr: v4 }, { cidr: v6 }] }, {}, root);
  const { pools, poolAddresses, dockerNetworks, networks } = center.service;
  const options = levelOptions(both);
  const ask = async (family: 4 | 6, cidr: string) => {
    const { pool } = await pools.request("h1", { space: "x", family, options, cidr }, root);
    const { address } = await poolAddresses.request("h1", pool, { purpose: "gateway" }, root);
    return { space: "x", cidr, gateway: address.split("/")[0] };
  };
  const subnets = [await ask(4, v4), await ask(6, v6)];
  assert.deepEqual(
    subnets.map(({ gateway }) => gateway),
    ["10.21.60.1", "fd21:60::1"],
  );
  const { uuid } = await dockerNetworks.create("h1", engineId(), { subnets }, root);
  assert.equal(uuid, networks.show(both, root).uuid);
  assert.deepEqual(
    [...center.store.view.rows("Subnet")].filter(({ network }) => network === null),
    [],
    "nothing waits any more",
  );
  await assert.rejects(
    ask(6, "fd21:61::/64"),
    refused("invalid", /^network Enterprise\/Domain\/Zone\/Both has fd21:60::\/64, not fd21:61::\/64;/),
  );
});

test("R05 with tenancy.create missing levels are made on the way, with the engine's subnet, and stay", async () => {
  await using center = await TestCenter.start({ makesLevels: true });
  for (const host of ["h1", "h2"]) await center.service.hosts.register(host, { systemId: host }, root);
  const asked = { cidr: "10.30.0.0/24", gateway: "10.30.0.254" };
  const [one, two] = [
    await dockerCreates(center, "h1", name, asked),
    await dockerCreates(center, "h2", name, {}),
  ];
  assert.deepEqual([one.uuid, one.name], [two.uuid, name]);
  assert.deepEqual([two.cidr, two.gateway], ["10.30.0.0/24", "10.30.0.254"]);
  const { router, zone, origin } = center.service.networks.show(name, root);
  assert.deepEqual([router, zone, origin], ["Enterprise/Domain", "Enterprise/Domain/Zone", "api"]);
  await center.service.dockerNetworks.delete("h1", one.id, root);
  await center.service.dockerNetworks.delete("h2", two.id, root);
  assert.equal(center.service.networks.show(name, root).uuid, one.uuid);
  await assert.rejects(
    dockerCreates(center, "h1", "Enterprise/Domain/Zone/ä", asked),
    refused("not_found", /^no subnet "ä" in Enterprise\/Domain\/Zone/),
  );
});

test("R05 a network in a zone that the intent has lost comes back in its zone, with the levels above it", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "h1" }, root);
  const network = { uuid: randomUUID(), name, engineName: "MyNet", handle: "joined" } as const;
  const definition = lostDefinition(["10.21.59.0/24", "10.21.59.9"], { ipamOptions: levelOptions(name) });
  await center.service.claims.claim(
    "h1",
    engineId(),
    { network: { ...network, definition }, endpoints: [] },
    root,
  );
  const { uuid, zone, router, engines } = center.service.networks.show(name, root);
  assert.deepEqual([uuid, zone, router], [network.uuid, "Enterprise/Domain/Zone", "Enterprise/Domain"]);
  assert.deepEqual(
    engines.map(({ handle }) => handle),
    ["joined"],
  );
  const odd = {
    ...network,
    uuid: randomUUID(),
    name: "odd/name",
    engineName: "odd",
    definition: { ...definition, subnets: [] },
  };
  await center.service.claims.claim("h1", engineId(), { network: odd, endpoints: [] }, root);
  assert.equal(
    center.service.networks.show("odd/name", root).zone,
    null,
    "a name of other levels is in no zone",
  );
  assert.equal(center.service.organizations.list({}, root).length, 1);
});
