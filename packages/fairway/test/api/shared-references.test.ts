import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import { FairwayError } from "../../src/errors.ts";
import { root, TestCenter } from "../center.ts";
import { foreignReferences } from "./foreign-references.ts";
import { ask, makeOwned, type Owned, ofOrganization } from "./owned.ts";

const open = registry.filter(({ operation }) => foreignReferences[operation] !== undefined);

/** What a member of an organization may that it could not before another shared this network with it. */
function mayNow({ network, networkId, subnetId, cidr }: Owned): ReadonlySet<string> {
  const references = [network, networkId, networkId.slice(0, 13)];
  const lists = ["listSubnets", "listEndpoints", "listAddresses", "listPorts", "listVips"];
  return new Set(
    [
      ...references.map((reference) => ["showNetwork", { params: { reference } }]),
      ...lists.flatMap((list) => references.map((each) => [list, { query: { network: each } }])),
      ["listAddresses", { query: { subnet: subnetId } }],
      ...[`${cidr}@${network}`, subnetId].map((reference) => ["showSubnet", { params: { reference } }]),
      ["createPort", { body: { name: "new", network } }],
      ["putPort", { params: { reference: "new" }, body: { network } }],
    ].map((each) => JSON.stringify(each)),
  );
}

describe("what others share with a principal's organization", () => {
  let center: TestCenter;
  let red: Owned;
  let blue: Owned;
  before(async () => {
    center = await TestCenter.start();
    [red, blue] = [await makeOwned(center, "red", 5), await makeOwned(center, "blue", 6)];
    const plain = { name: "plain", labels: {}, options: {} };
    await center.service.networks.create({ name: "plain", subnets: [{ cidr: "10.77.0.0/24" }] }, {}, root);
    await center.service.routers.create({ ...plain, routes: {} }, {}, root);
    await center.service.networks.update(blue.network, { sharedWith: ["red"] }, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());

  const member = ofOrganization("red", "member");
  const everything = () => {
    const { networks, subnets, ports, addresses, routers, zones, organizations, vips } = center.service;
    return JSON.stringify(
      [networks, subnets, ports, addresses, routers, zones, organizations, vips].map((noun) =>
        noun.list({}, root),
      ),
    );
  };

  for (const route of open)
    test(`R11 ${route.operation}: a shared network is seen and gets ports, and all else of its owner's stays closed`, async () => {
      const allowed = mayNow(blue);
      for (const asked of foreignReferences[route.operation]?.(red, blue) ?? []) {
        const before = everything();
        const text = JSON.stringify([route.operation, asked]);
        if (allowed.has(text)) {
          const answer = JSON.stringify(await ask(center, route, asked, member));
          for (const foreign of [blue.ip, blue.endpoint, blue.port, blue.reserved, blue.vip, blue.domainId])
            assert.ok(!answer.includes(foreign), `${foreign} in ${answer}`);
          if (route.method === "GET") assert.equal(everything(), before);
          else await center.service.ports.remove("new", {}, member);
          continue;
        }
        await assert.rejects(
          ask(center, route, asked, member),
          (error) => {
            assert.ok(error instanceof FairwayError, String(error));
            assert.ok(["not_found", "forbidden", "invalid"].includes(error.code), error.message);
            assert.doesNotMatch(error.message, /did you mean/);
            return true;
          },
          text,
        );
        assert.equal(everything(), before);
      }
    });

  test("R11 who would change what another shares hears that it is that one's", async () => {
    const shared = { code: "forbidden", message: /^the network is another organization's, which shares it/ };
    const { networks, subnets, reservations, routers, vips } = center.service;
    const tries = [
      () => networks.update(blue.network, { labels: { a: "b" } }, {}, member),
      () => networks.update(blue.network, { sharedWith: [] }, {}, member),
      () => networks.remove(blue.network, {}, member),
      () => networks.keep(blue.network, member),
      () => subnets.create({ network: blue.network, cidr: "10.99.0.0/24" }, {}, member),
      () => subnets.update(blue.subnetId, { ranges: [] }, {}, member),
      () => subnets.remove(blue.subnetId, {}, member),
      () => reservations.reserve({ network: blue.network, note: "", labels: {}, expires: null }, {}, member),
      () =>
        vips.create(
          { network: blue.network, ip: "10.6.0.99", members: [], labels: {}, options: {} },
          {},
          member,
        ),
      () => routers.attach(red.domain, blue.network, { addresses: [], options: {} }, {}, member),
    ];
    for (const attempt of tries) await assert.rejects(attempt(), shared, String(attempt));
  });

  test("R11 a viewer of it sees the network, and makes nothing there", async () => {
    const viewer = ofOrganization("red");
    assert.deepEqual(center.service.networks.show(blue.network, viewer).sharedWith, ["red"]);
    const wish = { name: "new", network: blue.network, addresses: [], labels: {}, options: {} };
    await assert.rejects(center.service.ports.create(wish, {}, viewer), { code: "forbidden" });
  });

  test("R11 what its ports there meet is not for it to trace", async () => {
    const wish = { name: "guest", network: blue.network, addresses: [], labels: {}, options: {} };
    await center.service.ports.create(wish, {}, member);
    for (const to of [blue.ip, "203.0.113.9"])
      await assert.rejects(center.service.traces.trace({ from: "guest", to, protocol: "icmp" }, member), {
        code: "forbidden",
        message: /^network blue\/shop\/front\/net is another organization's, which shares it/,
      });
    await center.service.ports.remove("guest", {}, member);
  });
});
