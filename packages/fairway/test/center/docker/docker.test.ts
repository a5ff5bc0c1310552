import assert from "node:assert/strict";
import { test } from "node:test";
import { Expiry } from "../../../src/center/expiry.ts";
import { FairwayError } from "../../../src/errors.ts";
import { routerMac } from "../../../src/identity.ts";
import { silent } from "../../../src/logger.ts";
import { engineId, type MadeEndpoint, RESERVATION_MS, root, TestCenter } from "../../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

test("a network and an endpoint are made, and gone without a trace", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  assert.equal(blue.gateway, "10.1.0.1");
  const web = await center.endpoint("h1", blue);
  assert.equal(web.ip, "10.1.0.2");
  assert.match(web.mac, /^0a(:[0-9a-f]{2}){5}$/);
  const shown = center.service.endpoints.show(web.uuid, root);
  assert.deepEqual(shown.addresses, ["10.1.0.2/24"]);
  await center.service.dockerEndpoints.delete(web.key, root);
  await center.service.poolAddresses.release("h1", blue.pool, web.ip, root);
  await center.service.poolAddresses.release("h1", blue.pool, blue.gateway, root);
  await center.service.pools.release("h1", blue.pool, root);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  const { counts } = center.service.status.show();
  assert.deepEqual(counts, { hosts: 1, networks: 0, endpoints: 0, addresses: 0 });
  assert.equal(center.store.replica.table("Subnet").size, 0);
});

test("every call of Docker's twice gives the same answer and one object", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const again = await center.service.dockerEndpoints.create(web.key, { addresses: [web.ip] }, root);
  assert.equal(again.endpoint, web.uuid);
  assert.equal(again.mac, web.mac);
  const subnets = [{ space: "whatever", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
  const network = await center.service.dockerNetworks.create("h1", blue.id, { subnets }, root);
  assert.equal(network.uuid, blue.uuid);
  for (const _ of [1, 2]) await center.service.dockerEndpoints.delete(web.key, root);
  for (const _ of [1, 2]) await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.equal(center.service.status.show().counts.networks, 0);
});

test("O05 an endpoint that its engine has forgotten goes with its addresses, and twice is no error", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const { addresses } = center.service.status.show().counts;
  for (const _ of [1, 2]) await center.service.dockerEndpoints.purge(web.key, root);
  assert.equal(center.service.status.show().counts.endpoints, 0);
  assert.equal(center.service.status.show().counts.addresses, addresses - 1);
});

test("D07 a chosen address is given exactly, and refused when taken, foreign or nobody's", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue, "10.1.0.77");
  assert.equal(web.ip, "10.1.0.77");
  await center.service.dockerEndpoints.describe(web.key, { containerName: "web" }, root);
  const ask = (ip: string) =>
    center.service.poolAddresses.request("h1", blue.pool, { ip, purpose: "unspecified" }, root);
  await assert.rejects(
    ask("10.1.0.77"),
    refused("conflict", /10\.1\.0\.77 is already in use by container web/),
  );
  await assert.rejects(ask("10.1.0.1"), refused("conflict", /in use by the gateway/));
  await assert.rejects(ask("10.2.0.1"), refused("invalid", /10\.2\.0\.1 .* subnet 10\.1\.0\.0\/24/));
  await assert.rejects(ask("10.1.0.255"), refused("invalid", /10\.1\.0\.255/));
});

test("D04 a chosen MAC is kept, a made-up one stays with its address, and two of one network differ", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const one = await center.endpoint("h1", blue, "10.1.0.5");
  const two = await center.endpoint("h1", blue);
  assert.notEqual(one.mac, two.mac);
  await center.service.dockerEndpoints.delete(one.key, root);
  await center.service.poolAddresses.release("h1", blue.pool, one.ip, root);
  const again = await center.endpoint("h1", blue, "10.1.0.5");
  assert.equal(again.mac, one.mac);
  const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
  const make = (mac: string) => center.service.dockerEndpoints.create(key, { addresses: [], mac }, root);
  await assert.rejects(make(two.mac.toUpperCase()), refused("conflict", /MAC address .* already in use/));
  assert.equal((await make("02:42:AC:11:00:09")).mac, "02:42:ac:11:00:09");
});

test("O02 an endpoint is shown with its container, its names and the engine's ids", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const { key, uuid } = await center.endpoint("h1", blue);
  const containerId = engineId();
  const facts = { containerId, containerName: "web", names: ["web", "www"] };
  await center.service.dockerEndpoints.describe(key, facts, root);
  for (const reference of [uuid, "web", key.endpointId]) {
    const { engine, names, host } = center.service.endpoints.show(reference, root);
    assert.deepEqual(engine, {
      networkId: blue.id,
      endpointId: key.endpointId,
      containerId,
      containerName: "web",
    });
    assert.deepEqual([names, host], [["web", "www"], "h1"]);
  }
});

test("D20 the name that an interface shall have is told with the endpoint, also after a restart; one that the kernel refuses is refused", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const option = "com.docker.network.endpoint.ifname";
  const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
  const make = (name: string) =>
    center.service.dockerEndpoints.create(key, { addresses: [], options: { [option]: name } }, root);
  for (const name of ["", ".", "..", "lan/0", "lan:0", "lan 0", "lan\t0", "a234567890123456", "ääääääää"])
    await assert.rejects(
      make(name),
      refused(
        "invalid",
        /^option com\.docker\.network\.endpoint\.ifname=.* it takes the name of an interface, e\.g\. lan0/,
      ),
      name,
    );
  assert.equal(center.service.status.show().counts.endpoints, 0, "nothing half made stays");
  assert.equal((await make("a23456789012345")).interfaceName, "a23456789012345");
  assert.equal(center.service.dockerEndpoints.show(key, root).interfaceName, "a23456789012345");
  const plain = await center.endpoint("h1", blue);
  assert.ok(!("interfaceName" in center.service.dockerEndpoints.show(plain.key, root)));
});

test("D06 the gateway is the first usable address, or the one that was asked for, also outside the range", async () => {
  await using center = await TestCenter.start();
  assert.equal((await center.network("h1", "10.1.0.0/24")).gateway, "10.1.0.1");
  assert.equal((await center.network("h1", "10.2.0.0/24", { gateway: "10.2.0.254" })).gateway, "10.2.0.254");
  const request = {
    space: "ranged",
    family: 4,
    cidr: "10.3.0.0/24",
    range: "10.3.0.128/28",
    options: {},
  } as const;
  const { pool } = await center.service.pools.request("h1", request, root);
  const gateway = await center.service.poolAddresses.request("h1", pool, { purpose: "gateway" }, root);
  assert.equal(gateway.address, "10.3.0.1/24");
  const first = await center.service.poolAddresses.request("h1", pool, { purpose: "unspecified" }, root);
  assert.equal(first.address, "10.3.0.128/24");
});

test("I01 automatic subnets come from the pools and overlap nothing", async () => {
  await using center = await TestCenter.start();
  await center.network("h1", "10.128.1.0/25");
  const pools = await Promise.all(
    ["a", "b", "c"].map((space) =>
      center.service.pools.request("h1", { space, family: 4, options: {} }, root),
    ),
  );
  assert.deepEqual(pools.map(({ cidr }) => cidr).sort(), ["10.128.0.0/24", "10.128.2.0/24", "10.128.3.0/24"]);
});

test("I04 the same CIDR in two networks, and the same address in both", async () => {
  await using center = await TestCenter.start();
  const [red, blue] = [await center.network("h1", "10.1.0.0/24"), await center.network("h1", "10.1.0.0/24")];
  assert.notEqual(red.uuid, blue.uuid);
  assert.equal((await center.endpoint("h1", red)).ip, (await center.endpoint("h1", blue)).ip);
});

test("two unbound pools of one space and CIDR wait for each other", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const request = { space: "cached", family: 4, cidr: "10.1.0.0/24", options: {} } as const;
  const first = await center.service.pools.request("h1", request, root);
  const second = center.service.pools.request("h1", request, root);
  await center.service.pools.release("h1", first.pool, root);
  assert.notEqual((await second).pool, first.pool);
});

test("I05 parallel requests fill a /24 with distinct addresses; the next is refused naming the subnet", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const ask = () => center.service.poolAddresses.request("h1", blue.pool, { purpose: "unspecified" }, root);
  const given = await Promise.all(Array.from({ length: 253 }, ask));
  assert.equal(new Set(given.map(({ address }) => address)).size, 253);
  await assert.rejects(ask(), refused("exhausted", /subnet 10\.1\.0\.0\/24 of network .* 254 are in use/));
});

test("I06 an address that no endpoint took is free again after its time", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/30");
  await center.service.poolAddresses.request("h1", blue.pool, { purpose: "unspecified" }, root);
  assert.equal(await new Expiry(center.store, silent).expire(center.now + RESERVATION_MS - 1), 0);
  assert.equal(await new Expiry(center.store, silent).expire(center.now + RESERVATION_MS), 1);
  center.now += RESERVATION_MS;
  assert.equal((await center.endpoint("h1", blue)).ip, "10.1.0.2");
});

test("a name is claimed; a second network of that name goes by name@host", async () => {
  await using center = await TestCenter.start();
  const [one, two] = [await center.network("h1", "10.1.0.0/24"), await center.network("h2", "10.1.0.0/24")];
  await center.service.dockerNetworks.describe("h1", one.id, { name: "blue", labels: { team: "web" } }, root);
  await center.service.dockerNetworks.describe("h2", two.id, { name: "blue" }, root);
  assert.equal(center.service.networks.show("blue", root).uuid, one.uuid);
  assert.deepEqual(center.service.networks.show("blue", root).labels, { team: "web" });
  const other = center.service.networks.show("blue@h2", root);
  assert.equal(other.uuid, two.uuid);
  assert.equal(other.claimed, false);
  assert.throws(
    () => center.service.networks.show("bleu", root),
    refused("not_found", /no network "bleu"; did you mean "blue"\?/),
  );
});

test("a network joins one that exists by its name, with its pool and its gateway", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const options = { network: "blue" };
  const joined = await center.service.pools.request("h2", { space: "y", family: 4, options }, root);
  assert.equal(joined.pool, blue.pool);
  const gateway = await center.service.poolAddresses.request("h2", joined.pool, { purpose: "gateway" }, root);
  assert.equal(gateway.address, "10.1.0.1/24");
  const id = engineId();
  const subnets = [{ space: "y", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
  await center.service.dockerNetworks.create("h2", id, { subnets, options }, root);
  const handle = { ...blue, id };
  const hasPeers = ({ key }: MadeEndpoint) => center.service.dockerEndpoints.show(key, root).hasPeers;
  const one = await center.endpoint("h1", blue);
  assert.equal(hasPeers(await center.endpoint("h1", blue)), false, "its peers are on its own host");
  const two = await center.endpoint("h2", handle);
  assert.deepEqual([hasPeers(one), hasPeers(two)], [true, true]);
  assert.notEqual(one.ip, two.ip);
  await center.service.poolAddresses.release("h2", joined.pool, "10.1.0.1", root);
  await center.service.pools.release("h2", joined.pool, root);
  await center.service.dockerNetworks.delete("h2", id, root);
  assert.equal(center.service.networks.show("blue", root).engines.length, 1);
  const wrong = center.service.pools.request(
    "h2",
    { space: "z", family: 4, cidr: "10.7.0.0/24", options },
    root,
  );
  await assert.rejects(
    wrong,
    refused("invalid", /network blue has no subnet 10\.7\.0\.0\/24; it has 10\.1\.0\.0\/24/),
  );
});

test("D02 an option one slip away from a known one is refused with the right spelling; x- never is", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const make = (options: Record<string, string>) =>
    center.service.dockerNetworks.create("h1", engineId(), { subnets: [], options }, root);
  await assert.rejects(make({ mdoe: "nat" }), refused("invalid", /unknown option mdoe; did you mean mode\?/));
  await assert.rejects(
    make({ mtu: "huge" }),
    refused("invalid", /mtu=huge is not valid; it takes a number of bytes/),
  );
  const made = await make({ "x-mdoe": "nat", team: "web" });
  assert.deepEqual(made.options, { "x-mdoe": "nat", team: "web" });
});

test("D05 an MTU that does not fit is lowered, and both are shown", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const make = async (options: Record<string, string>) =>
    (await center.service.dockerNetworks.create("h1", engineId(), { subnets: [], options }, root)).mtu;
  assert.deepEqual(await make({ mtu: "1400" }), { asked: 1400, effective: 1400 });
  assert.deepEqual(await make({}), { asked: null, effective: 1442 });
  assert.deepEqual(await make({ mtu: "1450" }), { asked: 1450, effective: 1442 });
});

test("a host may not act for another, and reads what the cluster has", async () => {
  await using center = await TestCenter.start();
  const h2 = { ...root, caller: { kind: "host", name: "h2" } } as const;
  const request = { space: "x", family: 4, options: {} } as const;
  await assert.rejects(
    center.service.pools.request("h1", request, h2),
    refused("forbidden", /h2 may not act for host h1/),
  );
  assert.deepEqual(center.service.networks.list({}, h2), []);
});

test("a system-id that another host has is refused", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "same" }, root);
  const twin = center.service.hosts.register("h2", { systemId: "same" }, root);
  await assert.rejects(twin, refused("conflict", /system-id same belongs to host h1/));
});

test("D04 a container may not have its gateway's MAC address", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const [network] = [...center.store.view.rows("Network")];
  const mac = routerMac(network?._uuid ?? assert.fail());
  const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
  for (const asked of [mac, mac.toUpperCase()])
    await assert.rejects(
      center.service.dockerEndpoints.create(key, { addresses: [], mac: asked }, root),
      refused("conflict", /^MAC address .* is the gateway's on this network; choose another one$/),
    );
});
