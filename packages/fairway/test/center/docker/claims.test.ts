import assert from "node:assert/strict";
import { test } from "node:test";
import { OvsdbClient } from "@fairway/ovsdb";
import type { TestServer } from "../../../../ovsdb/test/server.ts";
import type { Claim } from "../../../src/center/schemas/claim.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { FairwayError } from "../../../src/errors.ts";
import { routerMac } from "../../../src/identity.ts";
import { engineId, type MadeEndpoint, type MadeNetwork, root, TestCenter } from "../../center.ts";

const cidr = "10.1.0.0/24";

async function itemsOf(center: TestCenter, host: string): Promise<readonly HostItem[]> {
  const end = new AbortController();
  for await (const message of center.hostStates.follow(host, undefined, end.signal)) {
    end.abort();
    if (message.type === "snapshot") return message.items;
  }
  throw new Error("the center told nothing");
}

/** What a host claims that keeps what a center once told it. */
async function claimOf(center: TestCenter, host: string, network: MadeNetwork): Promise<Claim> {
  const items = await itemsOf(center, host);
  const kept = items.find((item) => item.kind === "network" && item.engineId === network.id);
  assert.ok(kept?.kind === "network" && kept.definition !== undefined);
  const { network: uuid, name, engineName, handle, definition } = kept;
  const endpoints = items.flatMap((item) =>
    item.kind === "endpoint" && item.engine?.networkId === network.id
      ? {
          endpointId: item.engine.endpointId,
          addresses: item.addresses.map((address) => address.split("/")[0] ?? ""),
          mac: item.mac,
        }
      : [],
  );
  return { network: { uuid, name, engineName, handle, definition }, endpoints };
}

/** A center that has forgotten everything but its hosts. */
async function forgetful(...hosts: readonly string[]): Promise<TestCenter> {
  const center = await TestCenter.start();
  for (const host of hosts) await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
  return center;
}

const statusOf = (center: TestCenter, { uuid }: MadeEndpoint) =>
  center.service.endpoints.show(uuid, root).status;

test("X04 a forgotten endpoint is known again by its host's claim: the same UUID, address and MAC, and nobody gets the address", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h1", cidr);
  await before.service.dockerNetworks.describe(
    "h1",
    network.id,
    { name: "blue", labels: { team: "a" } },
    root,
  );
  const web = await before.endpoint("h1", network);
  const claim = await claimOf(before, "h1", network);
  await using after = await forgetful("h1");
  assert.deepEqual(await after.service.claims.claim("h1", network.id, claim, root), { troubles: [] });
  const known = after.service.endpoints.show(web.uuid, root);
  assert.deepEqual([known.addresses, known.mac, known.status], [[`${web.ip}/24`], web.mac, {}]);
  const [one, other] = [before, after].map((center) => center.service.networks.show("blue", root));
  assert.deepEqual(other, one);
  // The engine goes on with the pool's id that it knows.
  const next = await after.endpoint("h1", network);
  assert.notEqual(next.ip, web.ip);
  await assert.rejects(after.endpoint("h1", network, network.gateway), /gateway/);
  // A second claim changes nothing.
  await after.service.claims.claim("h1", network.id, claim, root);
  assert.deepEqual(after.service.endpoints.show(web.uuid, root), known);
});

test("X04 what makes a network outlives the center's memory: ranges, routes, auxiliary addresses, names, options", async () => {
  await using before = await TestCenter.start();
  await before.service.hosts.register("h1", { systemId: "system-h1" }, root);
  const id = engineId();
  const pool = { space: "s", family: 4, cidr, range: "10.1.0.128/25", options: {} } as const;
  const { pool: uuid } = await before.service.pools.request("h1", pool, root);
  const subnets = [{ space: "s", cidr, gateway: "10.1.0.1", auxiliaries: ["10.1.0.9"] }];
  const options = { mtu: "1300", "subnet:host_routes": '[["10.9.0.0/16","10.1.0.7"]]', colour: "blue" };
  await before.service.dockerNetworks.create("h1", id, { subnets, options, internal: true }, root);
  await before.service.dockerNetworks.describe("h1", id, { name: "blue", options, attachable: true }, root);
  const claim = await claimOf(before, "h1", { id, pool: uuid, uuid: "", gateway: "" });
  await using after = await forgetful("h1");
  await after.service.claims.claim("h1", id, claim, root);
  const again = await claimOf(after, "h1", { id, pool: uuid, uuid: "", gateway: "" });
  assert.deepEqual(again, claim);
  assert.deepEqual(claim.network?.definition.subnets[0]?.auxiliaries, ["10.1.0.9"]);
  assert.deepEqual(after.service.networks.show("blue", root), before.service.networks.show("blue", root));
});

test("X04 where another has the address meanwhile, both endpoints say so, and the first gets it back when the other goes", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h1", cidr);
  const web = await before.endpoint("h1", network);
  const claim = await claimOf(before, "h1", network);
  await using after = await forgetful("h1");
  await after.service.claims.claim("h1", network.id, { ...claim, endpoints: [] }, root);
  const taker = await after.endpoint("h1", network);
  assert.equal(taker.ip, web.ip);
  assert.equal(taker.mac, web.mac);
  const { troubles } = await after.service.claims.claim("h1", network.id, claim, root);
  assert.equal(troubles[0]?.endpointId, web.key.endpointId);
  for (const [endpoint, name] of [
    [web, "web"],
    [taker, "taker"],
  ] as const)
    await after.service.dockerEndpoints.describe(endpoint.key, { containerName: name }, root);
  assert.match(statusOf(after, web)["port"] ?? "", /^down: address 10\.1\.0\.2 was given to /);
  assert.match(
    statusOf(after, taker)["address"] ?? "",
    /^10\.1\.0\.2 was also given to container web on host h1/,
  );
  const down = (await itemsOf(after, "h1")).find(
    (item) => item.kind === "endpoint" && item.down !== undefined,
  );
  assert.equal(down?.kind === "endpoint" && down.endpoint, web.uuid);
  await after.service.dockerEndpoints.purge(taker.key, root);
  after.liveness.hear("h1");
  await after.hostWatch.look();
  const known = after.service.endpoints.show(web.uuid, root);
  assert.deepEqual([known.addresses, known.mac, known.status], [[`${web.ip}/24`], web.mac, {}]);
});

test("X04 two hosts claim one network: it is one, each has its handle, and it belongs to the host that made it", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h1", cidr);
  await before.service.dockerNetworks.describe("h1", network.id, { name: "blue" }, root);
  await before.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const mirror = { ...network, id: engineId() };
  const request = { options: { mirror: network.uuid }, subnets: [{ space: "x", cidr }] };
  await before.service.dockerNetworks.create("h2", mirror.id, request, root);
  await before.service.dockerNetworks.describe("h2", mirror.id, { name: "blue" }, root);
  const claims = { h1: await claimOf(before, "h1", network), h2: await claimOf(before, "h2", mirror) };
  await using after = await forgetful("h1", "h2");
  await after.service.claims.claim("h2", mirror.id, claims.h2, root);
  await after.service.claims.claim("h1", network.id, claims.h1, root);
  const [one, other] = [before, after].map((center) => center.service.networks.show("blue", root));
  const byHost = (engines: readonly { readonly host: string }[] = []) =>
    engines.toSorted((a, b) => a.host.localeCompare(b.host));
  assert.deepEqual({ ...other, engines: byHost(other?.engines) }, { ...one, engines: byHost(one?.engines) });
});

test("X04 a claimed network whose name another has by now goes by its host's", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h1", cidr);
  await before.service.dockerNetworks.describe("h1", network.id, { name: "blue" }, root);
  const claim = await claimOf(before, "h1", network);
  await using after = await forgetful("h1", "h2");
  const other = await after.network("h2", "10.2.0.0/24");
  await after.service.dockerNetworks.describe("h2", other.id, { name: "blue" }, root);
  await after.service.claims.claim("h1", network.id, claim, root);
  assert.equal(after.service.networks.show(network.uuid, root).name, "blue@h1");
});

test("M05 a host claims nothing in another's name, and nothing on a network that nobody defines", async () => {
  await using center = await forgetful("h1", "h2");
  const claim = { endpoints: [] };
  const foreign = { ...root, caller: { kind: "host", name: "h2" } } as const;
  await assert.rejects(
    async () => center.service.claims.claim("h1", engineId(), claim, foreign),
    (error) => error instanceof FairwayError && error.code === "forbidden",
  );
  await assert.rejects(
    center.service.claims.claim("h1", engineId(), claim, root),
    (error) => error instanceof FairwayError && error.code === "not_found",
  );
});

/** Takes rows out of the intent behind the center's back. */
async function forget(server: TestServer, { uuid }: MadeEndpoint): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const client = new OvsdbClient({ remotes: [server.remote] });
  stack.defer(() => client.close());
  const where = (column: string) => [[column, "==", ["uuid", uuid]]] as const;
  await client.transact("Fairway", [
    { op: "delete", table: "Address", where: where("endpoint") },
    { op: "delete", table: "Docker_Endpoint", where: where("endpoint") },
    { op: "delete", table: "Endpoint", where: where("_uuid") },
  ]);
}

test("X04 what the intent has lost keeps its port in OVN and its address until its host has had time to claim it, and no longer", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h1", cidr);
  const web = await before.endpoint("h1", network);
  const db = await before.endpoint("h1", network);
  const claim = await claimOf(before, "h1", network);
  await before.settled();
  await before.stop();
  for (const endpoint of [web, db]) await forget(before.server, endpoint);
  await using stack = new AsyncDisposableStack();
  const northbound = new OvsdbClient({ remotes: [before.server.remote] });
  stack.defer(() => northbound.close());
  const ports = async () => {
    const [found] = await northbound.transact("OVN_Northbound", [
      { op: "select", table: "Logical_Switch_Port", where: [], columns: ["name", "addresses"] },
    ]);
    return JSON.stringify(found);
  };
  const after = TestCenter.on(before.server, { claimsMs: 3_000 });
  stack.defer(() => after.stop());
  await after.leads();
  await after.settled();
  const next = await after.endpoint("h1", network);
  assert.ok(![web.ip, db.ip].includes(next.ip), next.ip);
  await after.settled();
  assert.ok((await ports()).includes(web.uuid));
  const [known] = claim.endpoints.filter(({ endpointId }) => endpointId === web.key.endpointId);
  assert.ok(known);
  await after.service.claims.claim("h1", network.id, { endpoints: [known] }, root);
  let left = await ports();
  for (const end = Date.now() + 20_000; left.includes(db.uuid) && Date.now() < end; left = await ports());
  assert.ok(left.includes(web.uuid) && left.includes(`${web.mac} ${web.ip}`), left);
  assert.ok(!left.includes(db.uuid), left);
});

test("a claim takes no pool that another host's engine has asked for", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h2", cidr);
  const claim = await claimOf(before, "h2", network);
  assert.ok(claim.network !== undefined);
  await using after = await forgetful("h1", "h2");
  const pool = { space: "s", family: 4, cidr: "10.2.0.0/24", options: {} } as const;
  const { pool: uuid } = await after.service.pools.request("h1", pool, root);
  const { definition } = claim.network;
  const subnets = definition.subnets.map((subnet) => ({ ...subnet, uuid }));
  const greedy = { ...claim, network: { ...claim.network, definition: { ...definition, subnets } } };
  await assert.rejects(after.service.claims.claim("h2", network.id, greedy, root), {
    code: "forbidden",
  });
  const { network: bound, cidr: kept } = after.store.view.get("Subnet", uuid) ?? {};
  assert.deepEqual([bound, kept], [null, "10.2.0.0/24"]);
});

test("S03 a claim does not make the gateway's MAC address a container's", async () => {
  await using center = await TestCenter.start();
  const network = await center.network("h1", cidr);
  const mac = routerMac(network.uuid);
  const endpoints = [{ endpointId: engineId(), addresses: ["10.1.0.9"], mac }];
  await center.service.claims.claim("h1", network.id, { endpoints }, root);
  const [claimed] = center.service.endpoints.list({}, root);
  assert.deepEqual(claimed?.addresses, ["10.1.0.9/24"]);
  assert.notEqual(claimed?.mac, mac);
});

test("X04 a claim that defines one subnet twice under two ids is refused, and leaves nothing", async () => {
  await using before = await TestCenter.start();
  const network = await before.network("h1", cidr);
  const { network: defined } = await claimOf(before, "h1", network);
  assert.ok(defined !== undefined);
  const [subnet] = defined.definition.subnets;
  assert.ok(subnet !== undefined);
  await using after = await forgetful("h1");
  const twice = { ...subnet, uuid: "0f0f0f0f-0000-4000-8000-000000000001" };
  const definition = { ...defined.definition, subnets: [subnet, twice] };
  const claim = { network: { ...defined, definition }, endpoints: [] };
  await assert.rejects(after.service.claims.claim("h1", network.id, claim, root), {
    code: "invalid",
    message: /the network has subnet 10\.1\.0\.0\/24 already/,
  });
  assert.equal(after.service.status.show().counts.networks, 0);
});

test("B01 X04 a forgotten network is known again under the driver's name that it was made with", async () => {
  await using before = await TestCenter.start();
  await before.service.hosts.register("h1", { systemId: "system-h1" }, root);
  const id = engineId();
  await before.service.pools.request("h1", { space: "s", family: 4, cidr, options: {} }, root);
  const request = { driver: "ovs" as const, subnets: [{ space: "s", cidr, gateway: "10.1.0.1" }] };
  const { uuid } = await before.service.dockerNetworks.create("h1", id, request, root);
  await before.service.dockerNetworks.describe("h1", id, { name: "blue" }, root);
  const claim = await claimOf(before, "h1", { ...(await before.network("h1", "10.2.0.0/24")), id, uuid });
  await using after = await forgetful("h1");
  await after.service.claims.claim("h1", id, claim, root);
  assert.equal(after.service.networks.show("blue", root).engines[0]?.driver, "ovs");
});
