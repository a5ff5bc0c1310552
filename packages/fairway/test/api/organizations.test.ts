import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Operation, registry } from "../../src/api/registry.ts";
import { isStream } from "../../src/api/routes/route.ts";
import type { Context, PrincipalCaller } from "../../src/center/context.ts";
import { FairwayError } from "../../src/errors.ts";
import { dockerCreates, makeLevels, makeNetwork } from "../center/tenancy/levels.ts";
import { root, TestCenter } from "../center.ts";

/** What the parts of paths are called by which a foreign object is named. */
const partOf: Readonly<Record<string, (own: Owned) => readonly string[]>> = {
  listOrganizations: () => [],
  showOrganization: ({ organization }) => [organization],
  showZone: ({ zone }) => [zone],
  showRouter: ({ domain }) => [domain],
  showNetwork: ({ network, networkId }) => [network, networkId],
  showSubnet: ({ network, cidr }) => [`${cidr}@${network}`],
  showEndpoint: ({ endpoint, ip }) => [endpoint, ip],
  showAddress: ({ ip, network }) => [`${ip}@${network}`],
  showPort: ({ port }) => [port],
};

interface Owned {
  readonly organization: string;
  readonly domain: string;
  readonly zone: string;
  readonly network: string;
  readonly networkId: string;
  readonly cidr: string;
  readonly endpoint: string;
  readonly ip: string;
  readonly port: string;
}

async function make(center: TestCenter, organization: string, third: number): Promise<Owned> {
  const zone = await makeLevels(center, organization, "shop", "front");
  const [network, cidr] = [`${zone}/net`, `10.${third}.0.0/24`];
  const { uuid: networkId } = await makeNetwork(center, network, cidr);
  const joined = await dockerCreates(center, "h1", network, {});
  const { uuid: endpoint, ip } = await center.endpoint("h1", joined);
  const port = `vm-${organization}`;
  const wish = { name: port, network, addresses: [], labels: {}, options: {} };
  await center.service.ports.create(wish, {}, root);
  return { organization, domain: `${organization}/shop`, zone, network, networkId, cidr, endpoint, ip, port };
}

const open = registry.filter(({ isForOrganizations }) => isForOrganizations === true);

describe("what a principal of an organization sees", () => {
  let center: TestCenter;
  let red: Owned;
  let blue: Owned;
  before(async () => {
    center = await TestCenter.start();
    await center.service.hosts.register("h1", { systemId: "s1" }, root);
    [red, blue] = [await make(center, "red", 5), await make(center, "blue", 6)];
    await center.network("h1", "10.77.0.0/24");
  });
  after(() => center[Symbol.asyncDispose]());

  const by = (organization: string, role: PrincipalCaller["role"] = "viewer"): Context => ({
    ...root,
    caller: { kind: "principal", name: `of ${organization}`, role, organization },
  });
  const ask = async (route: Operation, part: string | undefined, context: Context) => {
    assert.ok(!isStream(route));
    const params = Object.fromEntries(Object.keys(route.params?.shape ?? {}).map((name) => [name, part]));
    const query = route.query?.parse({}) as never;
    const wish = { params: params as never, query, body: undefined as never, context };
    return route.handle(center.service, { ...wish, revisions: undefined, describe: () => ({}) });
  };

  test("R05 all routes that are for organizations read, and every other one has nothing for them", () => {
    assert.ok(open.length >= 17);
    for (const { operation, method, role } of open)
      assert.deepEqual([method, role], ["GET", "viewer"], operation);
  });

  for (const route of open) {
    const isList = !route.url.includes("/:");
    test(`R05 ${route.operation} shows what is of the organization, and nothing else is there`, async () => {
      if (isList) {
        const items = JSON.stringify(await ask(route, undefined, by("red")));
        assert.ok(items.length > 2, "it has some");
        for (const foreign of [blue.organization, blue.ip, blue.endpoint, "10.77."])
          assert.ok(!items.includes(foreign), `${foreign} in ${items}`);
        assert.ok(items.includes("red") || items.includes(red.ip), items);
        return;
      }
      const named = partOf[route.operation] ?? assert.fail("say how its objects are named");
      for (const part of named(red)) await ask(route, part, by("red"));
      for (const part of named(blue)) {
        await ask(route, part, root);
        await assert.rejects(
          ask(route, part, by("red")),
          (error) =>
            error instanceof FairwayError &&
            error.code === "not_found" &&
            !error.message.includes("did you mean"),
          part,
        );
      }
    });
  }

  test("R05 lists that name what is another's find nothing there", () => {
    const { subnets, endpoints, addresses, ports } = center.service;
    const foreign = { network: blue.network };
    for (const list of [subnets, endpoints, addresses, ports])
      assert.throws(() => list.list(foreign, by("red")), { code: "not_found" });
    assert.deepEqual(addresses.history({ network: blue.network }, by("red")), []);
    assert.equal(addresses.history({ network: red.network }, by("red")).length, 3);
  });

  test("R05 what an address rested from, and who had it in a network that is gone, is the organization's", async () => {
    const gone = `${red.zone}/gone`;
    await makeNetwork(center, gone, "10.9.0.0/24");
    const joined = await dockerCreates(center, "h1", gone, {});
    const { key, ip } = await center.endpoint("h1", joined);
    await center.service.dockerEndpoints.delete(key, root);
    await center.service.poolAddresses.release("h1", joined.pool, ip, root);
    const resting = { purpose: "resting" } as const;
    const rested = ({ addresses }: TestCenter["service"], who: string) =>
      addresses.list(resting, by(who)).map(({ ip }) => ip);
    assert.deepEqual([rested(center.service, "red"), rested(center.service, "blue")], [[ip], []]);
    await center.service.dockerNetworks.delete("h1", joined.id, root);
    await center.service.networks.remove(gone, {}, root);
    const { addresses } = center.service;
    assert.equal(addresses.history({ ip }, by("red")).length, 1);
    assert.equal(addresses.history({ ip }, by("blue")).length, 0);
  });

  test("R05 its administrators change nothing, and one of an organization that is not there sees nothing", async () => {
    const admin = by("red", "admin");
    const missing = { code: "not_found" };
    const { networks, zones, routers, organizations } = center.service;
    await assert.rejects(networks.remove(red.network, {}, admin), missing);
    await assert.rejects(zones.remove(red.zone, {}, admin), missing);
    await assert.rejects(routers.update(red.domain, { labels: {} }, {}, admin), missing);
    await assert.rejects(organizations.update("red", { labels: {} }, {}, admin), missing);
    assert.throws(() => networks.list({}, by("green")), {
      code: "not_found",
      message: /^principal of green is of organization green, which is not there; make it by/,
    });
  });
});
