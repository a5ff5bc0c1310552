import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const plain = { rules: {}, joinableByLabel: false, labels: {}, options: {} };

describe("security groups", () => {
  let center: TestCenter;
  let blue: MadeNetwork;
  before(async () => {
    center = await TestCenter.start();
    blue = await center.network("node-1", "10.1.0.0/24");
    for (const name of ["web", "db"]) await groups().create({ ...plain, name }, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());
  const groups = () => center.service.securityGroups;
  const endpointOf = (uuid: string) => center.service.endpoints.show(uuid, root);

  /** What CreateEndpoint asks for. */
  async function start(options: Record<string, string>): Promise<string> {
    const asked = { purpose: "unspecified" } as const;
    const { address } = await center.service.poolAddresses.request("node-1", blue.pool, asked, root);
    const key = { host: "node-1", networkId: blue.id, endpointId: engineId() };
    const wish = { addresses: [address.split("/")[0] ?? ""], options };
    return (await center.service.dockerEndpoints.create(key, wish, root)).endpoint;
  }

  /** The rows of an endpoint's port in Northbound. */
  async function portsIn(uuid: string): Promise<readonly unknown[]> {
    await center.settled();
    const select = {
      op: "select",
      table: "Logical_Switch_Port",
      where: [["name", "==", uuid]],
      columns: ["name"],
    } as const;
    const [found] = await center.client.transact("OVN_Northbound", [select]);
    return found?.rows ?? [];
  }

  test("S01 a rule is added, read however it is written, and taken; what is no rule is refused, and nothing is left of it", async () => {
    const { revision } = groups().show("web", root);
    await groups().update("web", { rules: { "ingress  tcp 443,80": "allow" } }, {}, root);
    await groups().update("web", { rules: { "ingress any from 10.1.0.7": "reject" } }, {}, root);
    const rules = { "ingress tcp 80,443 from any": "allow", "ingress any from 10.1.0.7/32": "reject" };
    assert.deepEqual(groups().show("web", root).rules, rules);
    assert.notEqual(groups().show("web", root).revision, revision);
    for (const rule of ["ingress tcp 70000", "ingress tcp 80 to any", "egress any to hosts"])
      await assert.rejects(
        groups().update("web", { rules: { [rule]: "allow" } }, {}, root),
        refused("invalid", /^rules takes DIRECTION PROTOCOL PORTS from\|to PEER, .*; one is /),
        rule,
      );
    await assert.rejects(
      groups().update("web", { rules: { "ingress any from group bd": "allow" } }, {}, root),
      refused("not_found", /^no group "bd"; did you mean "db"\?$/),
    );
    const { rules: would } = await groups().update("web", { rules: null }, { isDry: true }, root);
    assert.deepEqual([would, groups().show("web", root).rules], [{}, rules]);
    await groups().update("web", { rules: null }, {}, root);
    assert.deepEqual(groups().show("web", root).rules, {});
  });

  test("S01 a new group may name others that come after it; until then its status says that a rule does nothing", async () => {
    const rules = { "ingress tcp 80 from group later": "allow" as const };
    await groups().put({ ...plain, name: "early", rules }, {}, root);
    assert.deepEqual(groups().show("early", root).status, {
      "rule ingress tcp 80 from group later": "there is no group later",
    });
    await groups().create({ ...plain, name: "later" }, {}, root);
    assert.deepEqual(groups().show("early", root).status, {});
    await groups().put({ ...plain, name: "early", rules }, {}, root);
    await assert.rejects(
      groups().put({ ...plain, name: "early" }, {}, root),
      refused("conflict", /^a group early is there/),
    );
    await assert.rejects(
      groups().create({ ...plain, name: "early" }, {}, root),
      refused("conflict", /^a group early/),
    );
    await assert.rejects(
      groups().update("early", { labels: {} }, { revisions: ["0123456789abcdef"] }, root),
      refused("precondition_failed", /^group early/),
    );
    for (const name of ["early", "later"]) await groups().remove(name, {}, root);
  });

  test("S01 an endpoint is in the groups that its option names; one that is not there is refused with the nearest, and nothing is made", async () => {
    const endpoint = await start({ "fairway.groups": "web, db,web" });
    assert.deepEqual(endpointOf(endpoint).groups, ["db", "web"]);
    assert.equal(groups().show("web", root).members, 1);
    const before = center.service.endpoints.list({}, root).length;
    await assert.rejects(
      start({ "fairway.groups": "wbe" }),
      refused("not_found", /^no group "wbe" for endpoints of network .*; did you mean "web"\?$/),
    );
    await assert.rejects(
      start({ "fairway.groups": "" }),
      refused("invalid", /^option fairway\.groups= is not valid; it takes up to 32 names/),
    );
    assert.equal(center.service.endpoints.list({}, root).length, before);
    await assert.rejects(
      groups().remove("web", {}, root),
      refused("in_use", /^group web has the member .*; remove it first$/),
    );
  });

  test("S01 a container joins a group and leaves it while it goes on; a list tells who is in one", async () => {
    const endpoint = await start({});
    assert.deepEqual(endpointOf(endpoint).groups, []);
    await groups().join({ group: "db", member: endpoint }, { isDry: true }, root);
    assert.deepEqual(endpointOf(endpoint).groups, []);
    for (let twice = 0; twice < 2; twice++) await groups().join({ group: "db", member: endpoint }, {}, root);
    assert.deepEqual(endpointOf(endpoint).groups, ["db"]);
    const listed = center.service.endpoints.list({ group: "db" }, root).map(({ uuid }) => uuid);
    assert.ok(listed.includes(endpoint));
    for (const [wish, said] of [
      [{ group: "bd", member: endpoint }, /^no group "bd"; did you mean "db"\?$/],
      [{ group: "db", member: "nobody" }, /^no endpoint "nobody"/],
      [{ group: "db", member: endpoint, network: "red" }, /^no network "red"/],
    ] as const)
      await assert.rejects(groups().join(wish, {}, root), refused("not_found", said));
    for (let twice = 0; twice < 2; twice++) await groups().leave({ group: "db", member: endpoint }, {}, root);
    assert.deepEqual(endpointOf(endpoint).groups, []);
  });

  test("S06 a label puts a container into groups that let labels in, also those that let it in later", async () => {
    const { key, uuid } = await center.endpoint("node-1", blue);
    const describe = (facts: object) => center.service.dockerEndpoints.describe(key, facts, root);
    await describe({ labels: { "fairway.groups": "db" }, groups: [] });
    assert.match(endpointOf(uuid).status["groups by label"] ?? "", /^its image has label fairway\.groups/);
    await describe({ labels: { "fairway.groups": "db,soon" }, groups: ["db", "soon"] });
    assert.deepEqual(endpointOf(uuid).groups, []);
    assert.match(endpointOf(uuid).status["groups by label"] ?? "", /db, soon$/);
    await groups().update("db", { joinableByLabel: true }, {}, root);
    await groups().create({ ...plain, name: "soon", joinableByLabel: true }, {}, root);
    assert.deepEqual([endpointOf(uuid).groups, endpointOf(uuid).status], [["db", "soon"], {}]);
    await assert.rejects(
      groups().leave({ group: "soon", member: uuid }, {}, root),
      refused("conflict", /^its label keeps it in group soon/),
    );
    // A host that does not know says nothing.
    await describe({ names: ["web"] });
    assert.deepEqual(endpointOf(uuid).groups, ["db", "soon"]);
    await groups().update("db", { joinableByLabel: null }, {}, root);
    assert.deepEqual(endpointOf(uuid).groups, ["soon"]);
  });

  test("S01 what a host claims whose group the center has lost has no port until the group is there again", async () => {
    const options = { "fairway.groups": "lost" };
    const claimed = { endpointId: engineId(), addresses: ["10.1.0.200"], mac: "02:42:0a:01:00:c8", options };
    await center.service.claims.claim("node-1", blue.id, { endpoints: [claimed] }, root);
    const [{ uuid, status } = assert.fail()] = center.service.endpoints
      .list({}, root)
      .filter(({ mac }) => mac === claimed.mac);
    assert.match(status["groups"] ?? "", /^it has no port: there is no group lost$/);
    assert.deepEqual(await portsIn(uuid), []);
    await groups().create({ ...plain, name: "lost" }, {}, root);
    assert.deepEqual([endpointOf(uuid).groups, endpointOf(uuid).status], [["lost"], {}]);
    assert.equal((await portsIn(uuid)).length, 1);
  });
});
