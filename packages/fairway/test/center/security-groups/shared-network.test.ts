import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOwned, ofOrganization } from "../../api/owned.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { dockerJoins } from "../tenancy/levels.ts";

test("S01 R11 on a shared network its owner alone puts what is another's into groups, which no label enters", async () => {
  await using center = await TestCenter.start();
  const red = await makeOwned(center, "red", 5);
  await makeOwned(center, "blue", 6);
  const { dockerEndpoints, endpoints, networks, poolAddresses, ports, securityGroups } = center.service;
  await networks.update(red.network, { sharedWith: ["blue"] }, {}, root);
  await securityGroups.update(red.group, { joinableByLabel: true }, {}, root);
  const isOwners = refused(
    "forbidden",
    /^network red\/shop\/front\/net is shared: only the organization that it belongs to puts something into its groups$/,
  );

  const port = { name: "guest", network: red.network, addresses: [], labels: {} };
  const inGroup = { "fairway.groups": "web" };
  const byBlue = ofOrganization("blue", "member");
  await assert.rejects(ports.create({ ...port, options: inGroup }, {}, byBlue), isOwners);
  const { uuid } = await ports.create({ ...port, options: {} }, {}, byBlue);
  await assert.rejects(ports.update(uuid, { options: inGroup }, {}, byBlue), isOwners);

  const joined = await dockerJoins(center, "host-blue", red.network, "blue");
  const { address } = await poolAddresses.request("host-blue", joined.pool, {}, root);
  const key = { host: "host-blue", networkId: joined.id, endpointId: engineId() };
  const addresses = [address.split("/")[0] ?? ""];
  await assert.rejects(dockerEndpoints.create(key, { addresses, options: inGroup }, root), isOwners);
  const { endpoint } = await dockerEndpoints.create(key, { addresses }, root);
  await dockerEndpoints.describe(key, { names: ["web"], groups: ["web"] }, root);
  const shown = endpoints.show(endpoint, root);
  assert.deepEqual(shown.groups, []);
  assert.equal(shown.status["groups by label"], "no group lets labels in that is called red/web");

  const join = { group: red.group, member: endpoint };
  await assert.rejects(securityGroups.join(join, {}, byBlue), refused("not_found", /no group/));
  await securityGroups.join(join, {}, ofOrganization("red", "member"));
  assert.deepEqual(endpoints.show(endpoint, root).groups, [red.group]);
});
