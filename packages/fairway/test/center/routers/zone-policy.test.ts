import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ofOrganization } from "../../api/owned.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { makeLevels } from "../tenancy/levels.ts";

const plain = { routes: {}, labels: {}, options: {} };
const domain = "red/shop";

describe("what zones of a domain may send each other", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start();
    for (const zone of ["front", "back"]) await makeLevels(center, "red", "shop", zone);
    await makeLevels(center, "blue", "shop", "front");
  });
  after(() => center[Symbol.asyncDispose]());
  const routers = () => center.service.routers;
  const policyOf = (name = domain) => {
    const { zonePolicy, zoneRules, status } = routers().show(name, root);
    return { zonePolicy, zoneRules, status };
  };

  test("S02 without a word everything is allowed; policy and rules change one by one, and are written in one way", async () => {
    assert.deepEqual(policyOf(), { zonePolicy: "allow", zoneRules: {}, status: {} });
    const { revision } = routers().show(domain, root);
    await routers().update(domain, { zoneRules: { "front>back/tcp/90,80-81,82": "allow" } }, {}, root);
    await routers().update(domain, { zonePolicy: "deny", zoneRules: { "* > back": "drop" } }, {}, root);
    const zoneRules = { "front > back/tcp/80-82,90": "allow", "* > back": "drop" } as const;
    assert.deepEqual(policyOf(), { zonePolicy: "deny", zoneRules, status: {} });
    assert.notEqual(routers().show(domain, root).revision, revision);
    await routers().update(domain, { zoneRules: { "front > back/tcp/80-82,90": null } }, {}, root);
    assert.deepEqual(policyOf().zoneRules, { "* > back": "drop" });
    await routers().update(domain, { zonePolicy: null, zoneRules: null }, {}, root);
    assert.deepEqual(policyOf(), { zonePolicy: "allow", zoneRules: {}, status: {} });
  });

  test("S02 a dry change says what would be, and changes nothing; one by an old revision is refused", async () => {
    const { zonePolicy } = await routers().update(domain, { zonePolicy: "deny" }, { isDry: true }, root);
    assert.deepEqual([zonePolicy, policyOf().zonePolicy], ["deny", "allow"]);
    await assert.rejects(
      routers().update(domain, { zonePolicy: "deny" }, { revisions: ["0123456789abcdef"] }, root),
      refused("precondition_failed", /^router red\/shop/),
    );
  });

  test("S02 what is no rule is refused, and nothing is left of the change", async () => {
    const wrong = [
      "front",
      "front > front",
      "front > back/sctp",
      "front > back/icmp/8",
      "front > back/tcp/0",
      "front > back/tcp/90-80",
      "front > back/tcp/65536",
      "front > back/tcp/80,",
      "red/shop/front > back",
      "> back",
    ];
    for (const rule of wrong)
      await assert.rejects(
        routers().update(domain, { zonePolicy: "deny", zoneRules: { [rule]: "allow" } }, {}, root),
        refused("invalid", /^zoneRules must say what one zone sends to another, FROM > TO, .*; one is /),
        rule,
      );
    await assert.rejects(
      routers().update(domain, { zonePolicy: "deny", zoneRules: { "front > bakc": "allow" } }, {}, root),
      refused("not_found", /^no zone "bakc" in red\/shop; did you mean "back"\?$/),
    );
    assert.deepEqual(policyOf(), { zonePolicy: "allow", zoneRules: {}, status: {} });
  });

  test("S02 a router without zones has no such policy", async () => {
    await assert.rejects(
      routers().create({ ...plain, name: "office", zonePolicy: "deny" }, {}, root),
      refused(
        "invalid",
        /^zonePolicy must be of a domain, ORGANIZATION\/DOMAIN: router office has no zones$/,
      ),
    );
    await assert.rejects(
      routers().create({ ...plain, name: "office", zoneRules: { "a > b": "drop" } }, {}, root),
      refused("invalid", /^zoneRules must be of a domain/),
    );
    await routers().create({ ...plain, name: "office", zonePolicy: "allow" }, {}, root);
  });

  test("S02 a new domain may name zones that come after it; until then its status says that a rule does nothing", async () => {
    const wish = { ...plain, name: "red/later", zoneRules: { "a > b": "reject" } } as const;
    await routers().put(wish, {}, root);
    assert.deepEqual(policyOf("red/later").status, { "rule a > b": "there is no zone a" });
    for (const zone of ["a", "b"])
      await center.service.zones.create({ name: `red/later/${zone}`, labels: {}, options: {} }, {}, root);
    assert.deepEqual(policyOf("red/later").status, {});
    await routers().put(wish, {}, root);
    await assert.rejects(
      routers().put({ ...wish, zonePolicy: "deny" }, {}, root),
      refused("conflict", /^a router red\/later is there already, and otherwise/),
    );
    await center.service.zones.remove("red/later/b", {}, root);
    assert.deepEqual(policyOf("red/later").status, { "rule a > b": "there is no zone b" });
  });

  test("S02 a member of the organization says it of its own domains alone, a viewer of none", async () => {
    const member = ofOrganization("red", "member");
    await routers().update(domain, { zonePolicy: "deny" }, {}, member);
    assert.equal(routers().show(domain, member).zonePolicy, "deny");
    for (const change of [{ zonePolicy: "deny" as const }, { zoneRules: { "front > *": "drop" as const } }])
      await assert.rejects(
        routers().update("blue/shop", change, {}, member),
        refused("not_found", /^no router "blue\/shop"/),
      );
    assert.deepEqual(policyOf("blue/shop").zonePolicy, "allow");
    await routers().update(domain, { zonePolicy: "allow" }, {}, member);
  });
});
