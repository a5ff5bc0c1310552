import assert from "node:assert/strict";
import { test } from "node:test";
import { unowned } from "../../../src/center/owners.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";
import { mirror, mirrorsOf, refused, removalOf, statusOf, withBlue } from "./mirrored-networks.ts";

test("M03 a mirror's removal is its engine's alone, and the engine is told to have it still", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const [two] = [await mirror(center, "h2", blue), await mirror(center, "h3", blue)];
  for (const _ of [1, 2]) await center.service.dockerNetworks.delete("h2", two.id, root);
  assert.deepEqual(
    center.service.networks
      .show("blue", root)
      .engines.map(({ host }) => host)
      .sort(),
    ["h1", "h3"],
  );
  assert.deepEqual(await mirrorsOf(center, "h2"), ["blue"]);
  assert.deepEqual(await removalOf(center, "h3"), []);
});

test("M03 what its own engine removed goes on while a container is on it, running or stopped, and then goes everywhere", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const [two, three] = [await mirror(center, "h2", blue), await mirror(center, "h3", blue)];
  const web = await center.endpoint("h2", two);
  await center.service.dockerEndpoints.describe(web.key, { containerName: "web" }, root);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.deepEqual(await mirrorsOf(center, "h1"), [], "nobody gets it any more");
  assert.deepEqual([await removalOf(center, "h2"), await removalOf(center, "h3")], [["asked"], ["asked"]]);
  const use = (host: string, { id }: MadeNetwork, ...containers: string[]) =>
    center.service.mirrors.report(host, { troubles: [], uses: [{ engineId: id, containers }] }, root);
  await use("h2", two, "web", "old");
  await use("h3", three);
  assert.match(
    statusOf(center, blue)["removal"] ?? "",
    /^being removed; still used by old on h2, web on h2$/,
  );
  await center.service.dockerEndpoints.purge(web.key, root);
  assert.deepEqual(await removalOf(center, "h3"), ["asked"], "a stopped container still needs it");
  await use("h2", two);
  assert.deepEqual([await removalOf(center, "h2"), await removalOf(center, "h3")], [["now"], ["now"]]);
  await use("h3", three, "late");
  assert.deepEqual([await removalOf(center, "h2"), await removalOf(center, "h3")], [["asked"], ["asked"]]);
  await use("h3", three);
  await center.service.dockerNetworks.delete("h2", two.id, root);
  assert.equal(center.service.status.show().counts.networks, 1);
  await center.service.dockerNetworks.delete("h3", three.id, root);
  assert.deepEqual(center.service.status.show().counts, {
    hosts: 3,
    networks: 0,
    endpoints: 0,
    addresses: 0,
  });
});

test("M03 what was removed and joined again meanwhile stays, and is the joiner's", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const two = await mirror(center, "h2", blue);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  const options = { network: "blue" };
  const id = engineId();
  await center.service.dockerNetworks.create("h1", id, { subnets: [], options }, root);
  await center.service.dockerNetworks.describe("h1", id, { name: "blue", options }, root);
  assert.deepEqual(statusOf(center, blue), {});
  assert.deepEqual(await removalOf(center, "h2"), []);
  assert.deepEqual(await mirrorsOf(center, "h2"), ["blue"]);
  assert.equal(center.service.networks.show("blue", root).originHost, "h1");
  await center.service.dockerNetworks.delete("h1", id, root);
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  assert.equal(two.uuid, blue.uuid);
});

test("M03 a removal that waits is cancelled by hand: the network stays everywhere, and goes when it is removed again", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const { networks } = center.service;
  assert.deepEqual((await networks.keep("blue", root)).status, {}, "there is nothing to cancel");
  const two = await mirror(center, "h2", blue);
  await center.endpoint("h2", two);
  await networks.remove("blue", {}, root);
  assert.deepEqual(await removalOf(center, "h1"), ["asked"]);
  assert.deepEqual((await networks.keep("blue", root)).status, {});
  assert.deepEqual([await removalOf(center, "h1"), await removalOf(center, "h2")], [[], []]);
  assert.deepEqual(await mirrorsOf(center, "h2"), ["blue"]);
  await networks.remove("blue", {}, root);
  assert.deepEqual(await removalOf(center, "h2"), ["asked"], "what engines said before is asked again");
  await assert.rejects(networks.keep("green", root), refused("not_found", /no network "green"/));
});

test("M03 a network that its own engine let go of is kept on the engines that have it, and is one of theirs", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const two = await mirror(center, "h2", blue);
  await center.endpoint("h2", two);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  const { originHost, engines } = await center.service.networks.keep("blue", root);
  assert.equal(originHost, "h2");
  assert.deepEqual(
    engines.map(({ host, handle }) => [host, handle]),
    [["h2", "made"]],
  );
  assert.deepEqual(await mirrorsOf(center, "h1"), ["blue"], "its first engine gets it back");
  assert.deepEqual(unowned(center.store.view), []);
});

/** What an engine does that makes a network without naming its subnet, until its event. */
async function makeAutomatic(
  center: TestCenter,
  host: string,
  facts: { readonly name: string; readonly labels?: Record<string, string> },
  options: Record<string, string> = {},
): Promise<MadeNetwork> {
  const { service } = center;
  const space = engineId();
  const { pool, cidr } = await service.pools.request(host, { space, family: 4 }, root);
  const { address } = await service.poolAddresses.request(host, pool, { purpose: "gateway" }, root);
  const [gateway = ""] = address.split("/");
  const id = engineId();
  await service.dockerNetworks.create(host, id, { options, subnets: [{ space, cidr, gateway }] }, root);
  const { uuid } = await service.dockerNetworks.describe(host, id, facts, root);
  return { id, pool, uuid, gateway };
}

test("M03 what is made again in the same words while it is being removed is the same network", async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"])
    await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
  const blue = await makeAutomatic(center, "h1", { name: "blue" });
  const two = await mirror(center, "h2", blue);
  const web = await center.endpoint("h2", two);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  const again = await makeAutomatic(center, "h1", { name: "blue" });
  assert.equal(again.uuid, blue.uuid);
  assert.notEqual(again.pool, blue.pool);
  assert.deepEqual(statusOf(center, blue), {});
  assert.deepEqual(await removalOf(center, "h2"), []);
  const db = await center.endpoint("h1", again);
  assert.notEqual(db.ip, web.ip);
  assert.equal(center.service.status.show().counts.networks, 1);
  // And it ends as any other: with the pool that the engine knows, too.
  for (const { key, ip } of [db, web]) {
    await center.service.dockerEndpoints.delete(key, root);
    await center.service.poolAddresses.release(key.host, again.pool, ip, root);
  }
  await center.service.poolAddresses.release("h1", again.pool, again.gateway, root);
  await center.service.pools.release("h1", again.pool, root);
  await center.service.dockerNetworks.delete("h1", again.id, root);
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  await center.service.dockerNetworks.delete("h2", two.id, root);
  assert.equal(center.store.replica.table("Subnet").size, 0);
  assert.deepEqual(center.service.status.show().counts, {
    hosts: 2,
    networks: 0,
    endpoints: 0,
    addresses: 0,
  });
});

test("M03 what an engine makes again before its word of the removal has come stays when that comes", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const two = await mirror(center, "h2", blue);
  await center.service.networks.remove("blue", {}, root);
  const again = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", again.id, { name: "blue" }, root);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.deepEqual(statusOf(center, blue), {});
  assert.deepEqual([await removalOf(center, "h1"), await removalOf(center, "h2")], [[], []]);
  assert.deepEqual(
    center.service.networks
      .show("blue", root)
      .engines.map(({ host, handle }) => `${host} ${handle}`)
      .sort((one, other) => one.localeCompare(other)),
    ["h1 made", "h2 mirrored"],
  );
  await center.service.dockerNetworks.delete("h1", again.id, root);
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  await center.service.dockerNetworks.delete("h2", two.id, root);
  assert.equal(center.service.status.show().counts.networks, 0);
});

test("M03 a network that is made again and again leaves no pool behind, though its engine's releases are lost", async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"])
    await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
  let blue = await makeAutomatic(center, "h1", { name: "blue" });
  const two = await mirror(center, "h2", blue);
  await center.endpoint("h2", two);
  for (let round = 0; round < 3; round++) {
    await center.service.dockerNetworks.delete("h1", blue.id, root);
    assert.deepEqual(unowned(center.store.view), []);
    assert.equal(center.store.replica.table("Subnet").size, 1);
    blue = await makeAutomatic(center, "h1", { name: "blue" });
    assert.deepEqual(unowned(center.store.view), []);
  }
});

test("M03 what is made again in other words, or is in use at once, is another network that waits for the name", async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"])
    await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
  const blue = await makeAutomatic(center, "h1", { name: "blue" });
  const two = await mirror(center, "h2", blue);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  const labelled = await makeAutomatic(center, "h1", { name: "blue", labels: { team: "web" } });
  const optioned = await makeAutomatic(center, "h1", { name: "blue" }, { mtu: "1300" });
  const explicit = await center.network("h1", "10.9.0.0/24");
  await center.service.dockerNetworks.describe("h1", explicit.id, { name: "blue" }, root);
  for (const other of [labelled, optioned, explicit]) {
    assert.notEqual(other.uuid, blue.uuid);
    assert.deepEqual(statusOf(center, other), {
      cluster: "name taken by h1, whose network is being removed",
    });
  }
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  for (const { id } of [optioned, explicit]) await center.service.dockerNetworks.delete("h1", id, root);
  await center.service.dockerNetworks.delete("h2", two.id, root);
  assert.equal(center.service.networks.show("blue", root).uuid, labelled.uuid);
});

test("M03 a network whose removal was asked of the cluster goes from the engine that made it, too", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const two = await mirror(center, "h2", blue);
  const answer = await center.service.networks.remove("blue", {}, root);
  assert.match(answer.status["removal"] ?? "", /^being removed/);
  assert.deepEqual([await removalOf(center, "h1"), await removalOf(center, "h2")], [["asked"], ["asked"]]);
  for (const [host, { id }] of [
    ["h1", blue],
    ["h2", two],
  ] as const)
    await center.service.mirrors.report(
      host,
      { troubles: [], uses: [{ engineId: id, containers: [] }] },
      root,
    );
  assert.deepEqual([await removalOf(center, "h1"), await removalOf(center, "h2")], [["now"], ["now"]]);
  await assert.rejects(
    center.service.networks.remove("blue", {}, { ...root, caller: { kind: "host", name: "h2" } }),
    refused("forbidden", /h2/),
  );
});
