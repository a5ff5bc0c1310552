import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isForNobodyOf } from "../../src/api/authorisation.ts";
import { registry } from "../../src/api/registry.ts";
import type { PrincipalCaller } from "../../src/center/context.ts";
import { FairwayError } from "../../src/errors.ts";
import { root, TestCenter } from "../center.ts";
import { foreignReferences, takesNone } from "./foreign-references.ts";
import { ask, makeOwned, type Owned, ofOrganization } from "./owned.ts";

const open = registry.filter(({ isForOrganizations }) => isForOrganizations === true);

describe("foreign references of a principal of an organization", () => {
  let center: TestCenter;
  let red: Owned;
  let blue: Owned;
  before(async () => {
    center = await TestCenter.start();
    [red, blue] = [await makeOwned(center, "red", 5), await makeOwned(center, "blue", 6)];
    const plain = { name: "plain", labels: {}, options: {} };
    await center.service.networks.create({ name: "plain", subnets: [{ cidr: "10.77.0.0/24" }] }, {}, root);
    await center.service.routers.create({ ...plain, routes: {} }, {}, root);
    const wire = {
      type: "vlan",
      ranges: ["5"],
      peers: [],
      tunnelPort: null,
      mtu: null,
      options: {},
    } satisfies Parameters<TestCenter["service"]["physicalNetworks"]["create"]>[1];
    await center.service.physicalNetworks.create("wire", wire, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());

  const member = ofOrganization("red", "member");
  const administrator = ofOrganization("red", "admin");
  const everything = () => {
    const { networks, subnets, ports, addresses, routers, zones, organizations, policies } = center.service;
    return JSON.stringify(
      [networks, subnets, ports, addresses, routers, zones, organizations, policies].map((noun) =>
        noun.list({}, root),
      ),
    );
  };

  test("R05 every route is for nobody of an organization, takes no reference, or is tried below", () => {
    const { caller } = member;
    for (const route of registry) {
      const isClosed = isForNobodyOf(caller, route) || route.role === "anyone";
      const isTried = foreignReferences[route.operation] !== undefined;
      assert.equal([isClosed, takesNone(route), isTried].filter(Boolean).length, 1, route.operation);
    }
    assert.ok(open.length >= 40);
  });

  for (const route of open.filter((each) => !takesNone(each)))
    test(`R05 ${route.operation}: what is not of the organization is not there, and stays as it is`, async () => {
      const before = everything();
      const tried = foreignReferences[route.operation]?.(red, blue) ?? [];
      assert.ok(tried.length > 0);
      for (const asked of tried)
        await assert.rejects(
          ask(center, route, asked, route.role === "admin" ? administrator : member),
          (error) => {
            assert.ok(error instanceof FairwayError, String(error));
            assert.equal(error.code, "not_found", error.message);
            assert.doesNotMatch(error.message, /did you mean|blue\/.*blue\//);
            return true;
          },
          JSON.stringify(asked),
        );
      assert.equal(everything(), before);
    });

  test("R05 a name that another's port has is taken, and nothing more is told of it", async () => {
    const wish = { name: blue.port, network: red.network, addresses: [], labels: {}, options: {} };
    const { ports } = center.service;
    const taken = { code: "conflict", message: `a port ${blue.port} is there already; choose another name` };
    await assert.rejects(ports.create(wish, {}, member), taken);
    await assert.rejects(ports.put(wish, {}, member), taken);
    await assert.rejects(ports.update(red.port, { name: blue.port }, {}, member), taken);
  });

  test("R05 which wire carries a network, and by which number, is not an organization's to say", async () => {
    const { networks } = center.service;
    const cases: readonly [object, string][] = [
      [{ physicalNetwork: "wire" }, "physicalNetwork"],
      [{ options: { physicalnetwork: "wire" } }, "physicalNetwork"],
      [{ options: { physicalnetwork: "none" } }, "physicalNetwork"],
      [{ vni: 77 }, "vni"],
      [{ options: { vlanid: "5" } }, "vlan"],
    ];
    for (const [said, field] of cases)
      await assert.rejects(networks.create({ name: `${red.zone}/new`, ...said }, {}, member), {
        code: "forbidden",
        message: `${field} is for an administrator of all organizations to say`,
      });
    const removal = { operation: "removePhysicalNetwork", parameters: { physicalNetwork: "wire" } };
    const transact = registry.find(({ operation }) => operation === "transact") ?? assert.fail();
    await assert.rejects(ask(center, transact, { body: { changes: [removal] } }, member), {
      code: "forbidden",
    });
  });

  test("R05 its viewers change nothing, and nobody of it changes the organization itself", async () => {
    const viewer = ofOrganization("red");
    const { networks, organizations } = center.service;
    await assert.rejects(networks.remove(red.network, {}, viewer), { code: "forbidden" });
    for (const role of ["member", "admin"] satisfies PrincipalCaller["role"][]) {
      const change = organizations.update("red", { labels: {} }, {}, ofOrganization("red", role));
      await assert.rejects(change, { code: "not_found" });
    }
  });
});
