import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ofOrganization } from "../../api/owned.ts";
import { type MadeNetwork, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { makeLevels, makeNetwork } from "../tenancy/levels.ts";

const plain = { rules: {}, labels: {}, options: {} };

describe("policies", () => {
  let center: TestCenter;
  let blue: MadeNetwork;
  before(async () => {
    center = await TestCenter.start();
    blue = await center.network("node-1", "10.1.0.0/24");
    for (const third of [5, 6]) {
      const zone = await makeLevels(center, `Org${third}`, "Shop", "Front");
      await makeNetwork(center, `${zone}/net`, `10.${third}.0.0/24`);
    }
  });
  after(() => center[Symbol.asyncDispose]());
  const policies = () => center.service.policies;

  /** The names of the port groups of policies in which a port is, and how many rules each of these has. */
  async function obeyed(port: string): Promise<Record<string, number>> {
    await center.settled();
    const select = {
      op: "select",
      table: "Port_Group",
      where: [["ports", "includes", ["uuid", port]]],
      columns: ["external_ids", "acls", "name"],
    } as const;
    const [found] = await center.client.transact("OVN_Northbound", [select]);
    return Object.fromEntries(
      (found?.rows ?? [])
        .filter(({ name }) => String(name).startsWith("policy_"))
        .map(({ external_ids, acls }) => [
          /fairway-name,(\S+)/.exec(String(external_ids))?.[1] ?? "",
          String(acls).split("uuid,").length - 1,
        ]),
    );
  }
  async function portOn(network: string, name: string): Promise<string> {
    const wish = { name, network, addresses: [], labels: {}, options: {} };
    return (await center.service.ports.create(wish, {}, root)).uuid;
  }

  test("S10 every endpoint obeys the cluster's policies, those of an organization's networks that one's; without rules there is nothing to obey", async () => {
    const { uuid } = await center.endpoint("node-1", blue);
    const ours = await portOn("Org5/Shop/Front/net", "vm5");
    for (const name of ["baseline", "Org5/baseline", "Org6/baseline"])
      await policies().create({ ...plain, name }, {}, root);
    assert.deepEqual([await obeyed(uuid), await obeyed(ours)], [{}, {}]);
    for (const name of ["baseline", "Org5/baseline", "Org6/baseline"])
      await policies().update(name, { rules: { "ingress tcp 22 from any": "reject" } }, {}, root);
    const cluster = { baseline: 2 };
    assert.deepEqual(await obeyed(uuid), cluster);
    assert.deepEqual(await obeyed(ours), { ...cluster, "Org5/baseline": 2 });
    const late = await portOn("Org6/Shop/Front/net", "vm6");
    assert.deepEqual(await obeyed(late), { ...cluster, "Org6/baseline": 2 });
    await policies().update("baseline", { rules: null }, {}, root);
    assert.deepEqual([await obeyed(uuid), await obeyed(late)], [{}, { "Org6/baseline": 2 }]);
    for (const name of ["baseline", "Org5/baseline", "Org6/baseline"])
      await policies().remove(name, {}, root);
    assert.deepEqual(await obeyed(late), {});
  });

  test("S10 a rule is added, read however it is written, and taken; what is no rule, or names nobody, is refused, and nothing is left of it", async () => {
    await policies().put({ ...plain, name: "baseline" }, {}, root);
    const { revision } = policies().show("baseline", root);
    await policies().update("baseline", { rules: { "egress  tcp 443,80": "allow" } }, {}, root);
    const rules = { "egress tcp 80,443 to any": "allow" };
    assert.deepEqual(policies().show("baseline", root).rules, rules);
    assert.notEqual(policies().show("baseline", root).revision, revision);
    await assert.rejects(
      policies().update("baseline", { rules: { "egress any to hosts": "allow" } }, {}, root),
      refused("invalid", /^rules takes DIRECTION PROTOCOL PORTS from\|to PEER, .*; one is /),
    );
    const byName = { "egress tcp 443 to *.debian.org": "allow" } as const;
    for (const refusal of [
      policies().update("baseline", { rules: byName }, {}, root),
      policies().create({ ...plain, name: "named", rules: byName }, {}, root),
    ])
      await assert.rejects(
        refusal,
        refused("invalid", /^a policy's rules name no DNS names: give "egress tcp 443/),
      );
    await assert.rejects(
      policies().update("baseline", { rules: { "ingress any from group nobody": "allow" } }, {}, root),
      refused("not_found", /^no group "nobody"/),
    );
    const { rules: would } = await policies().update("baseline", { rules: null }, { isDry: true }, root);
    assert.deepEqual([would, policies().show("baseline", root).rules], [{}, rules]);
    await assert.rejects(
      policies().update("baseline", { labels: {} }, { revisions: ["0123456789abcdef"] }, root),
      refused("precondition_failed", /^policy baseline/),
    );
    await assert.rejects(
      policies().put({ ...plain, name: "baseline" }, {}, root),
      refused("conflict", /^a policy baseline is there already, and otherwise/),
    );
    await policies().remove("baseline", {}, root);
  });

  test("S10 R11 administrators alone change policies: those of an organization its own, whose rules name what is its own", async () => {
    await policies().create({ ...plain, name: "baseline" }, {}, root);
    const rules = { "ingress tcp 22 from any": "reject" } as const;
    const everywhere = {
      ...root,
      caller: { kind: "principal", name: "ops", role: "member", organization: null },
    } as const;
    for (const context of [ofOrganization("Org5", "member"), everywhere])
      await assert.rejects(
        policies().create({ ...plain, name: "Org5/baseline" }, {}, context),
        refused("forbidden", /is no administrator, and changes no policy$/),
      );
    const own = ofOrganization("Org5", "admin");
    await policies().create({ ...plain, name: "Org5/baseline", rules }, {}, own);
    assert.deepEqual(
      policies()
        .list({}, own)
        .map(({ name }) => name),
      ["Org5/baseline"],
    );
    for (const name of ["baseline", "Org6/baseline"])
      await assert.rejects(
        policies().create({ ...plain, name }, {}, own),
        refused("not_found", /the names of what it makes begin with Org5\/$/),
      );
    await assert.rejects(
      policies().update("baseline", { rules }, {}, own),
      refused("not_found", /^no policy /),
    );
    const foreign = { rules: { "ingress any from network Org6/Shop/Front/net": "allow" } } as const;
    await assert.rejects(
      policies().update("Org5/baseline", foreign, {}, own),
      refused("not_found", / in Org5; /),
    );
    for (const name of ["baseline", "Org5/baseline"]) await policies().remove(name, {}, root);
  });

  test("S10 an organization with policies stays", async () => {
    await center.service.organizations.create(
      { name: "Empty", labels: {}, options: {}, quotas: {} },
      {},
      root,
    );
    for (const name of ["Empty/a", "Empty/b"]) await policies().create({ ...plain, name }, {}, root);
    await assert.rejects(
      center.service.organizations.remove("Empty", {}, root),
      refused("in_use", /^organization Empty has the policies Empty\/a, Empty\/b; remove them first$/),
    );
    for (const name of ["Empty/a", "Empty/b"]) await policies().remove(name, {}, root);
    await center.service.organizations.remove("Empty", {}, root);
  });
});
