import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import { isStream } from "../../src/api/routes/route.ts";
import { dockerCreates, makeNetwork } from "../center/tenancy/levels.ts";
import { root, TestCenter } from "../center.ts";
import { foreignReferences } from "./foreign-references.ts";
import { ask, ofOrganization as by, makeOwned, type Owned } from "./owned.ts";

const open = registry.filter(
  (route) => route.isForOrganizations === true && route.method === "GET" && !isStream(route),
);

describe("what a principal of an organization sees", () => {
  let center: TestCenter;
  let red: Owned;
  let blue: Owned;
  before(async () => {
    center = await TestCenter.start();
    [red, blue] = [await makeOwned(center, "red", 5), await makeOwned(center, "blue", 6)];
    await center.network("h1", "10.77.0.0/24");
  });
  after(() => center[Symbol.asyncDispose]());

  for (const route of open.filter(({ operation }) => operation.startsWith("list")))
    test(`R05 ${route.operation} shows what is of the organization, and nothing else`, async () => {
      const items = JSON.stringify(await ask(center, route, {}, by("red")));
      assert.ok(items.length > 2, "it has some");
      for (const foreign of [blue.organization, blue.ip, blue.endpoint, "10.77."])
        assert.ok(!items.includes(foreign), `${foreign} in ${items}`);
      assert.ok(items.includes("red") || items.includes(red.ip), items);
    });

  for (const route of open.filter(({ operation }) => operation.startsWith("show")))
    test(`R05 ${route.operation} finds what is of the organization by each of its references`, async () => {
      const named = foreignReferences[route.operation]?.(blue, red) ?? [];
      const own = named.filter((asked) => !Object.values(asked.params ?? {}).includes("plain"));
      assert.ok(own.length > 0);
      for (const asked of own) await ask(center, route, asked, by("red"));
    });

  test("R05 lists that name what is another's find nothing there", () => {
    const { subnets, endpoints, addresses, ports, vips } = center.service;
    const foreign = { network: blue.network };
    for (const list of [subnets, endpoints, addresses, ports, vips])
      assert.throws(() => list.list(foreign, by("red")), { code: "not_found" });
    assert.deepEqual(addresses.history({ network: blue.network }, by("red")), []);
    assert.equal(addresses.history({ network: red.network }, by("red")).length, 5);
  });

  test("R05 what an address rested from, and who had it in a network that is gone, is the organization's", async () => {
    const gone = `${red.zone}/gone`;
    await makeNetwork(center, gone, "10.9.0.0/24");
    const joined = await dockerCreates(center, red.host, gone, {});
    const { key, ip } = await center.endpoint(red.host, joined);
    await center.service.dockerEndpoints.delete(key, root);
    await center.service.poolAddresses.release(red.host, joined.pool, ip, root);
    const resting = { purpose: "resting" } as const;
    const rested = ({ addresses }: TestCenter["service"], who: string) =>
      addresses.list(resting, by(who)).map(({ ip }) => ip);
    assert.deepEqual([rested(center.service, "red"), rested(center.service, "blue")], [[ip], []]);
    await center.service.dockerNetworks.delete(red.host, joined.id, root);
    await center.service.networks.remove(gone, {}, root);
    const { addresses } = center.service;
    assert.equal(addresses.history({ ip }, by("red")).length, 1);
    assert.equal(addresses.history({ ip }, by("blue")).length, 0);
  });

  test("R05 one of an organization that is not there sees nothing, whatever its role", () => {
    for (const role of ["viewer", "admin"] as const)
      assert.throws(() => center.service.networks.list({}, by("green", role)), {
        code: "not_found",
        message: /^principal of green is of organization green, which is not there; make it by/,
      });
  });
});
