import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registry } from "../../../src/api/registry.ts";
import type { Context } from "../../../src/center/context.ts";
import type { OrganizationPatch, Quotas } from "../../../src/center/schemas/tenancy.ts";
import { ask, ofOrganization } from "../../api/owned.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { makeLevels, makeNetwork } from "./levels.ts";

const plain = { labels: {}, options: {} };
const transact = registry.find(({ operation }) => operation === "transact") ?? assert.fail("transact");

/** That one more is beyond a quota. */
const beyond = (quota: keyof Quotas, has: number, bound = has, more = "") =>
  refused(
    "exhausted",
    new RegExp(
      `^(?:changes.\\d+. \\(\\w+\\): )?organization red has ${has} of ${bound} ${quota}${more}: quota ${quota}; an administrator can raise it$`,
    ),
  );

describe("what an organization may have", () => {
  let center: TestCenter;
  let zone: string;
  before(async () => {
    center = await TestCenter.start();
    zone = await makeLevels(center, "red", "shop", "front");
    await makeLevels(center, "red", "shop", "back");
    await makeNetwork(center, `${zone}/net`, "10.1.0.0/24");
    await makeNetwork(center, `${await makeLevels(center, "blue", "shop", "front")}/net`, "10.1.0.0/24");
  });
  after(() => center[Symbol.asyncDispose]());

  const service = () => center.service;
  const red = () => service().organizations.show("red", root);
  const bound = (quotas: OrganizationPatch["quotas"]) =>
    service().organizations.update("red", { quotas }, {}, root);
  const network = (name: string, cidr: string, isDry = false) =>
    service().networks.create({ name, subnets: [{ cidr }] }, { isDry }, root);
  const port = (name: string, of = `${zone}/net`, addresses: string[] = []) =>
    service().ports.create({ name, network: of, addresses, ...plain }, {}, root);
  const reserve = (of = `${zone}/net`) =>
    service().reservations.reserve({ network: of, note: "", labels: {}, expires: null }, {}, root);
  const together = (changes: readonly object[], context: Context = root) =>
    ask(center, transact, { body: { changes } }, context);

  test("R11 quotas are given, changed one by one and taken, and shown with what there is", async () => {
    assert.deepEqual([red().quotas, red().usage], [{}, { networks: 1, addresses: 0, ports: 0, rules: 0 }]);
    const { revision } = red();
    assert.deepEqual((await bound({ networks: 3, ports: 0 })).quotas, { networks: 3, ports: 0 });
    assert.notEqual(red().revision, revision);
    await service().organizations.update("red", { quotas: { ports: null, rules: 1 } }, {}, root);
    assert.deepEqual(red().quotas, { networks: 3, rules: 1 });
    await service().organizations.update("red", { labels: { a: "b" } }, {}, root);
    assert.deepEqual(red().quotas, { networks: 3, rules: 1 });
    const asked = { name: "red", labels: { a: "b" }, options: {} };
    const again = await service().organizations.put(
      { ...asked, quotas: { rules: 1, networks: 3 } },
      {},
      root,
    );
    assert.equal(again.revision, red().revision);
    await assert.rejects(
      service().organizations.put({ ...asked, quotas: {} }, {}, root),
      refused("conflict", /^an organization red is there already, and otherwise/),
    );
    await service().organizations.update("red", { quotas: null, labels: null }, {}, root);
    assert.deepEqual([red().quotas, red().revision], [{}, revision]);
  });

  test("R11 one of an organization sees its quotas, and changes none, whatever its role", async () => {
    await bound({ networks: 7 });
    for (const role of ["viewer", "member", "admin"] as const) {
      const by = ofOrganization("red", role);
      assert.deepEqual(service().organizations.show("red", by), red());
      await assert.rejects(
        service().organizations.update("red", { quotas: { networks: 8 } }, {}, by),
        refused("not_found", /is of organization red, and sees and changes what belongs to that$/),
      );
      await assert.rejects(
        together(
          [{ operation: "updateOrganization", parameters: { organization: "red" }, body: { quotas: null } }],
          by,
        ),
        { code: "not_found" },
      );
    }
    assert.deepEqual(red().quotas, { networks: 7 });
  });

  test("R11 of those who are in all organizations an administrator alone changes quotas, in a transaction, too", async () => {
    await bound({ networks: 7 });
    const change = (quotas: Quotas | null) => [
      { operation: "updateOrganization", parameters: { organization: "red" }, body: { quotas } },
    ];
    const by = (role: "viewer" | "member" | "admin"): Context => ({
      ...root,
      caller: { kind: "principal", name: "p", role, organization: null },
    });
    for (const role of ["viewer", "member"] as const)
      await assert.rejects(together(change(null), by(role)), { code: "forbidden" });
    await together(change({ ports: 3 }), by("admin"));
    assert.deepEqual(red().quotas, { networks: 7, ports: 3 });
    await bound(null);
  });

  test("R11 a network beyond the quota is refused, alone, dry and in a transaction, and others go on", async () => {
    await bound({ networks: 2 });
    const create = (name: string, third: number) => ({
      operation: "createNetwork",
      body: { name: `${zone}/${name}`, subnets: [{ cidr: `10.2.${third}.0/24` }] },
    });
    const both = [create("a", 1), create("b", 2)];
    await assert.rejects(together(both), beyond("networks", 2));
    assert.equal(red().usage.networks, 1, "nothing of a transaction that fails");
    await together(both.slice(0, 1));
    for (const isDry of [true, false])
      await assert.rejects(network(`${zone}/b`, "10.2.2.0/24", isDry), beyond("networks", 2));
    await network("blue/shop/front/b", "10.2.2.0/24");
    await network("plain", "10.3.2.0/24");
    const exchange = [{ operation: "removeNetwork", parameters: { reference: `${zone}/a` } }, create("b", 2)];
    await together(exchange, ofOrganization("red", "member"));
    await bound({ networks: 1 });
    assert.deepEqual(red().usage.networks, 2, "a lower bound keeps what there is");
    await service().networks.update(`${zone}/b`, { labels: { a: "b" } }, {}, root);
    await assert.rejects(network(`${zone}/c`, "10.2.3.0/24"), beyond("networks", 2, 1));
    await service().networks.remove(`${zone}/b`, {}, root);
    await assert.rejects(network(`${zone}/c`, "10.2.3.0/24"), beyond("networks", 1));
    await bound(null);
  });

  test("R11 ports and addresses beyond the quota are refused, of one request and of a transaction", async () => {
    await bound({ ports: 2, addresses: 4 });
    await network(`${zone}/both`, "10.4.0.0/24");
    await service().subnets.create({ network: `${zone}/both`, cidr: "fd04::/64" }, {}, root);
    assert.equal(red().usage.addresses, 0, "gateways do not count");
    const create = (name: string) => ({
      operation: "createPort",
      body: { name, network: `${zone}/both` },
    });
    await assert.rejects(together(["p1", "p2", "p3"].map(create)), beyond("ports", 2));
    await together(["p1"].map(create));
    assert.deepEqual([red().usage.ports, red().usage.addresses], [1, 2]);
    await reserve();
    await assert.rejects(port("p2", `${zone}/both`), beyond("addresses", 4));
    assert.deepEqual([red().usage.ports, red().usage.addresses], [1, 3], "nothing is left of it");
    await port("p2");
    await assert.rejects(port("p3"), beyond("ports", 2));
    await assert.rejects(reserve(), beyond("addresses", 4));
    await assert.rejects(
      together([{ operation: "reserveAddress", body: { network: `${zone}/net` } }]),
      beyond("addresses", 4),
    );
    await service().ports.update("p2", { addresses: ["10.1.0.77"] }, {}, root);
    assert.equal(red().usage.addresses, 4, "one address instead of another is none more");
    await port("b1", "blue/shop/front/net");
    await reserve("blue/shop/front/net");
    for (const name of ["p1", "p2"]) await service().ports.remove(name, {}, root);
    await port("p3", `${zone}/net`, ["10.1.0.88"]);
    await bound(null);
  });

  test("R11 rules beyond the quota are refused, over all domains, and fewer always go", async () => {
    await bound({ rules: 2 });
    const routers = () => service().routers;
    const say = (zoneRules: Record<string, "allow" | null>, name = "red/shop") =>
      routers().update(name, { zoneRules }, {}, root);
    await say({ "front > back/tcp/80": "allow" });
    await assert.rejects(
      say({ "front > back/tcp/81": "allow", "front > back/tcp/82": "allow" }),
      beyond("rules", 1, 2, ", and not 2 more"),
    );
    const more = { name: "red/more", routes: {}, ...plain };
    const two = { "a > b": "allow", "b > a": "allow" } as const;
    await assert.rejects(
      routers().create({ ...more, zoneRules: two }, {}, root),
      beyond("rules", 1, 2, ", and not 2 more"),
    );
    await routers().create({ ...more, zoneRules: { "a > b": "allow" } }, {}, root);
    await assert.rejects(
      together([
        { operation: "updateRouter", parameters: { router: "red/shop" }, body: { zoneRules: null } },
        ...["front > back/tcp/81", "front > back/tcp/82"].map((rule) => ({
          operation: "updateRouter",
          parameters: { router: "red/shop" },
          body: { zoneRules: { [rule]: "allow" } },
        })),
      ]),
      beyond("rules", 2),
    );
    await say({ "front > back/tcp/80": null, "front > back/tcp/81": "allow" });
    assert.equal(red().usage.rules, 2);
    await bound({ rules: 0 });
    await assert.rejects(say({ "back > front": "allow" }), beyond("rules", 2, 0));
    await say({ "front > back/tcp/81": null });
    assert.equal(red().usage.rules, 1);
    await bound(null);
  });
});
