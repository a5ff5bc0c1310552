import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { ClaimedEndpoint, ClaimedNetwork } from "../../../src/center/schemas/claim.ts";
import { makeOwned, type Owned, ofOrganization } from "../../api/owned.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { dockerJoins, lostDefinition } from "./levels.ts";

const notShared = refused(
  "forbidden",
  /^network red\/shop\/front\/net is not shared with organization blue: fairway organization share/,
);

describe("engines on a network that an organization shares", () => {
  let center: TestCenter;
  let red: Owned;
  before(async () => {
    center = await TestCenter.start();
    red = await makeOwned(center, "red", 5);
    await makeOwned(center, "blue", 6);
    await share("blue");
  });
  after(() => center[Symbol.asyncDispose]());

  const service = () => center.service;
  const byBlue = ofOrganization("blue", "member");
  const share = (...sharedWith: string[]) => service().networks.update(red.network, { sharedWith }, {}, root);
  const usage = (name: string) => service().organizations.show(name, root).usage;
  const endpoint = (networkId: string, addresses: string[]) =>
    service().dockerEndpoints.create(
      { host: "host-blue", networkId, endpointId: engineId() },
      { addresses },
      root,
    );

  test("R11 containers of an engine's network are of the organization for which that is, with their addresses", async () => {
    const [before, own] = [usage("red"), usage("blue")];
    const joined = await dockerJoins(center, "host-blue", red.network, "blue");
    assert.equal(joined.uuid, red.networkId);
    assert.notEqual(joined.pool, red.subnetId, "its addresses are asked for by another pool");
    const asked = await service().poolAddresses.request("host-blue", joined.pool, {}, root);
    assert.equal(usage("blue").addresses, own.addresses + 1, "before its endpoint is there");
    const { endpoint: uuid } = await endpoint(joined.id, [asked.address.split("/")[0] ?? ""]);
    assert.deepEqual([usage("blue").ports, usage("red")], [own.ports + 1, before]);
    const shown = service().endpoints.show(uuid, byBlue);
    assert.deepEqual(
      [shown.organization, shown.network.name, shown.host],
      ["blue", red.network, "host-blue"],
    );
    const { engines, endpoints } = service().networks.show(red.network, byBlue);
    assert.deepEqual([engines.map(({ engineId }) => engineId), endpoints], [[joined.id], 1]);
    assert.equal(service().networks.show(red.network, ofOrganization("red")).engines.length, 2);
    await service().dockerNetworks.delete("host-blue", joined.id, root);
  });

  test("R11 without a word an engine's network is for the owner, and both go on one host", async () => {
    const theirs = await dockerJoins(center, "host-blue", red.network, "blue");
    const plain = await dockerJoins(center, "host-blue", red.network);
    const named = await dockerJoins(center, "host-blue", red.network, "red");
    assert.deepEqual([plain.pool, named.pool], [red.subnetId, red.subnetId]);
    const organizations = await Promise.all(
      [theirs, plain, named].map(async (each) => {
        const { uuid } = await center.endpoint("host-blue", each);
        return service().endpoints.show(uuid, root).organization;
      }),
    );
    assert.deepEqual(organizations, ["blue", null, null]);
    const { address } = await service().poolAddresses.request("host-blue", plain.pool, {}, root);
    const ip = address.split("/")[0] ?? "";
    await assert.rejects(
      endpoint(theirs.id, [ip]),
      refused("invalid", /^the engine's network says another organization than its pools/),
    );
    await service().poolAddresses.release("host-blue", plain.pool, ip, root);
    for (const { id } of [theirs, plain, named]) await service().dockerNetworks.delete("host-blue", id, root);
    const left = Array.from(center.store.view.rows("Address")).filter(
      ({ endpoint: holder, purpose }) => holder === null && purpose === "endpoint",
    );
    for (const { ip: each } of left)
      for (const { pool } of [theirs, plain])
        await service().poolAddresses.release("host-blue", pool, each, root);
  });

  test("R11 sharing ends once the other's containers and addresses are gone, and its engines hear why then", async () => {
    const joined = await dockerJoins(center, "host-blue", red.network, "blue");
    const { key, ip } = await center.endpoint("host-blue", joined);
    const facts = { containerId: engineId(), containerName: "web", names: ["web"] };
    await service().dockerEndpoints.describe(key, facts, root);
    await assert.rejects(
      share(),
      refused(
        "in_use",
        /^organization blue on network red\/shop\/front\/net has the port web on host-blue; remove it first$/,
      ),
    );
    await service().dockerEndpoints.delete(key, root);
    await assert.rejects(
      share(),
      refused("in_use", new RegExp(`^organization blue on network .* has the IP ${ip}; release it first$`)),
    );
    await service().poolAddresses.release("host-blue", joined.pool, ip, root);
    await share();
    await assert.rejects(service().poolAddresses.request("host-blue", joined.pool, {}, root), notShared);
    await assert.rejects(endpoint(joined.id, []), notShared);
    await assert.rejects(dockerJoins(center, "host-blue", red.network, "blue"), notShared);
    await assert.rejects(
      dockerJoins(center, "host-blue", red.network, "blu"),
      refused("not_found", /^no organization "blu"; did you mean "blue"\?$/),
    );
    await assert.rejects(service().organizations.remove("blue", {}, root), { code: "in_use" });
    await service().dockerNetworks.delete("host-blue", joined.id, root);
    await service().poolAddresses.release("host-blue", joined.pool, ip, root);
    await service().pools.release("host-blue", joined.pool, root);
    await share("blue");
  });

  test("R11 an organization that an engine's network is for stays", async () => {
    await service().organizations.create({ name: "green", quotas: {}, labels: {}, options: {} }, {}, root);
    await share("blue", "green");
    const { id } = await dockerJoins(center, "host-blue", red.network, "green");
    await assert.rejects(
      service().organizations.remove("green", {}, root),
      refused("in_use", /^organization green has the engine's network Theirs of host-blue; remove it first$/),
    );
    await service().dockerNetworks.delete("host-blue", id, root);
    await service().organizations.remove("green", {}, root);
    assert.deepEqual(service().networks.show(red.network, root).sharedWith, ["blue"]);
  });

  test("R11 for whom a network is an engine says of one that is there alone", async () => {
    const create = (options: Readonly<Record<string, string>>) =>
      service().dockerNetworks.create("host-blue", engineId(), { subnets: [], options }, root);
    await assert.rejects(
      create({ organization: "blue" }),
      refused(
        "invalid",
        /^option organization says for whom a shared network is used: give the network, too/,
      ),
    );
    const pool = (options: Readonly<Record<string, string>>) =>
      service().pools.request("host-blue", { space: "any", family: 4, options }, root);
    await assert.rejects(
      pool({ network: red.network, organization: "blue", zone: "front" }),
      refused("invalid", /^IPAM option domain is missing/),
    );
  });

  test("R11 what comes back after sharing has ended is no one's to see with whom it was shared", async () => {
    const joined = await dockerJoins(center, "host-blue", red.network, "blue");
    const claimed: ClaimedEndpoint = {
      endpointId: engineId(),
      addresses: ["10.5.0.99"],
      mac: "02:42:0a:05:00:63",
    };
    const handle = center.store.view.find("Docker_Network", "byEngineId", `${hostId()}|${joined.id}`)[0];
    assert.notEqual(handle?.organization, null);
    await share();
    await service().claims.claim("host-blue", joined.id, { endpoints: [claimed] }, root);
    const seen = (organization: string) =>
      service()
        .endpoints.list({}, ofOrganization(organization))
        .filter(({ mac }) => mac === claimed.mac).length;
    assert.deepEqual([seen("red"), seen("blue")], [1, 0]);
    assert.ok(!JSON.stringify(service().addresses.list({}, byBlue)).includes("10.5.0.99"));
    await service().dockerNetworks.delete("host-blue", joined.id, root);
    await share("blue");
  });

  function hostId(): string {
    return center.store.view.find("Host", "byName", "host-blue")[0]?._uuid ?? "";
  }

  test("R11 what the center has lost comes back as it was shared, and for whom it was", async () => {
    const organization = "violet";
    const options = { network: "red/lost/zone/net", organization };
    const network: ClaimedNetwork = {
      uuid: randomUUID(),
      name: options.network,
      engineName: "Theirs",
      handle: "joined",
      definition: {
        ...lostDefinition(["10.40.0.0/24", "10.40.0.1"], { options, ipamOptions: options }),
        sharedWith: [organization],
      },
    };
    const endpoints: ClaimedEndpoint[] = [
      { endpointId: engineId(), addresses: ["10.40.0.9"], mac: "02:42:0a:28:00:09" },
    ];
    const id = engineId();
    const { troubles } = await service().claims.claim("host-blue", id, { network, endpoints }, root);
    assert.deepEqual(troubles, []);
    assert.deepEqual(service().networks.show(options.network, root).sharedWith, [organization]);
    const { ports, addresses } = usage(organization);
    assert.deepEqual([ports, addresses], [1, 1]);
    const { pool } = await service().pools.request("host-blue", { space: "any", family: 4, options }, root);
    await service().poolAddresses.request("host-blue", pool, {}, root);
  });
});
