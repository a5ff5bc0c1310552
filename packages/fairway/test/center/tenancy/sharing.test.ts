import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registry } from "../../../src/api/registry.ts";
import type { Context } from "../../../src/center/context.ts";
import { ask, makeOwned, type Owned, ofOrganization } from "../../api/owned.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const plain = { labels: {}, options: {} };
const transact = registry.find(({ operation }) => operation === "transact") ?? assert.fail("transact");

const notShared = (name: string) =>
  refused(
    "forbidden",
    new RegExp(`^network red/shop/front/net is not shared with organization ${name}: fairway organization`),
  );

describe("a network that an organization shares", () => {
  let center: TestCenter;
  let red: Owned;
  before(async () => {
    center = await TestCenter.start();
    red = await makeOwned(center, "red", 5);
    await makeOwned(center, "blue", 6);
    await center.service.organizations.create({ name: "green", quotas: {}, ...plain }, {}, root);
    await center.service.networks.create({ name: "plain", subnets: [{ cidr: "10.77.0.0/24" }] }, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());

  const service = () => center.service;
  const [byRed, byBlue, byGreen] = ["red", "blue", "green"].map((name) => ofOrganization(name, "member")) as [
    Context,
    Context,
    Context,
  ];
  const share = (names: string[], by: Context = byRed) =>
    service().networks.update(red.network, { sharedWith: names }, {}, by);
  const port = (name: string, by: Context, organization?: string, network = red.network) =>
    service().ports.create({ name, network, addresses: [], organization, ...plain }, {}, by);
  const usage = (name: string) => service().organizations.show(name, root).usage;

  test("R11 its member shares it, and who shares it sees it and nothing else of its owner's", async () => {
    const before = service().networks.show(red.network, root);
    assert.deepEqual([before.organization, before.sharedWith], ["red", []]);
    const shared = await share(["green", "blue", "blue"]);
    assert.deepEqual(shared, service().networks.show(red.network, byRed));
    assert.deepEqual([shared.organization, shared.sharedWith], ["red", ["blue", "green"]]);
    assert.notEqual(shared.revision, before.revision);
    const seen = service().networks.show(red.network, byBlue);
    assert.deepEqual(
      [seen.organization, seen.sharedWith, seen.zone, seen.router, seen.endpoints, seen.engines],
      ["red", ["blue"], null, null, 0, []],
    );
    assert.equal(seen.subnets[0]?.cidr, red.cidr);
    assert.deepEqual(service().organizations.show("blue", byBlue).sharedNetworks, [red.network]);
    const { organizations, zones, routers, endpoints, addresses, ports, networks, subnets } = service();
    for (const noun of [organizations, zones, routers, endpoints, addresses, ports])
      for (const foreign of [red.ip, red.endpoint, red.port, red.reserved, red.zoneId, red.domainId, "green"])
        assert.ok(!JSON.stringify(noun.list({}, byBlue)).includes(foreign), foreign);
    for (const noun of [networks, subnets])
      assert.ok(JSON.stringify(noun.list({}, byBlue)).includes(red.subnetId));
    assert.deepEqual((await share([])).revision, before.revision);
    assert.throws(() => service().networks.show(red.network, byBlue), { code: "not_found" });
    assert.deepEqual(service().organizations.show("blue", byBlue).sharedNetworks, []);
  });

  test("R11 it is shared with other organizations that are there, and by its own alone", async () => {
    await assert.rejects(
      share(["blu"]),
      refused("not_found", /^sharedWith names the organization "blu", which is not there$/, "sharedWith"),
    );
    await assert.rejects(
      share(["red"]),
      refused("invalid", /must name other organizations: network .* is red's own/),
    );
    await assert.rejects(
      service().networks.update("plain", { sharedWith: ["blue"] }, {}, root),
      refused("invalid", /^sharedWith is for networks of organizations: network plain is in no zone$/),
    );
    await assert.rejects(share(["blue"], byBlue), { code: "not_found" });
    await share(["blue"]);
    await assert.rejects(
      share(["blue", "green"], byBlue),
      refused("forbidden", /^the network is another organization's, which shares it/),
    );
    await assert.rejects(share([], ofOrganization("red", "viewer")), { code: "forbidden" });
    assert.deepEqual(service().networks.show(red.network, root).sharedWith, ["blue"]);
    await service().networks.update(red.network, { labels: { a: "b" } }, {}, byRed);
    assert.deepEqual(service().networks.show(red.network, root).sharedWith, ["blue"]);
    assert.deepEqual(
      (await service().networks.update(red.network, { sharedWith: null }, {}, byRed)).sharedWith,
      [],
    );
  });

  test("R11 sharing is dry, of a new network, and of a transaction, too", async () => {
    const dry = await service().networks.update(
      red.network,
      { sharedWith: ["blue"] },
      { isDry: true },
      byRed,
    );
    assert.deepEqual(dry.sharedWith, ["blue"]);
    assert.deepEqual(service().networks.show(red.network, root).sharedWith, []);
    const name = `${red.zone}/more`;
    const sharedWith = ["blue"];
    const changes = [
      { operation: "createNetwork", body: { name, subnets: [{ cidr: "10.8.0.0/24" }], sharedWith } },
      { operation: "createPort", body: { name: "later", network: name, organization: "blue" } },
    ];
    await ask(center, transact, { body: { changes } }, root);
    assert.equal(service().ports.show("later", byBlue).network.name, name);
    await assert.rejects(
      ask(
        center,
        transact,
        { body: { changes: [{ operation: "removeOrganization", parameters: { organization: "blue" } }] } },
        root,
      ),
      { code: "in_use" },
    );
    await service().ports.remove("later", {}, byBlue);
    await service().networks.remove(name, {}, byRed);
  });

  test("R11 ports there are of who makes them: they see, change and remove their own, and the owner all", async () => {
    await share(["blue", "green"]);
    const [before, own] = [usage("red"), usage("blue")];
    const made = await port("guest", byBlue);
    assert.deepEqual([made.organization, made.network.name], ["blue", red.network]);
    assert.deepEqual(made, service().ports.show("guest", byBlue));
    assert.deepEqual(usage("red"), before);
    assert.deepEqual([usage("blue").ports, usage("blue").addresses], [own.ports + 1, own.addresses + 1]);
    assert.equal(service().networks.show(red.network, byBlue).endpoints, 1);
    const names = (by: Context) =>
      service()
        .ports.list({ network: red.network }, by)
        .map(({ name }) => name);
    assert.deepEqual([names(byRed), names(byBlue), names(byGreen)], [["guest", red.port], ["guest"], []]);
    await assert.rejects(service().ports.remove("guest", {}, byGreen), { code: "not_found" });
    await assert.rejects(service().ports.update(red.port, { labels: { a: "b" } }, {}, byBlue), {
      code: "not_found",
    });
    await assert.rejects(
      service().ports.update("guest", { addresses: [red.ip] }, {}, byBlue),
      refused("conflict", new RegExp(`^address ${red.ip} is already in use$`)),
    );
    const changed = await service().ports.update("guest", { addresses: ["10.5.0.77"] }, {}, byBlue);
    assert.deepEqual([changed.addresses, changed.organization], [["10.5.0.77/24"], "blue"]);
    assert.equal(usage("blue").addresses, own.addresses + 1);
    const again = { name: "guest", network: red.network, addresses: [], ...plain };
    assert.equal((await service().ports.put(again, {}, byBlue)).uuid, made.uuid);
    await assert.rejects(
      service().ports.put({ ...again, organization: "green" }, {}, root),
      refused("conflict", /with organization blue;/),
    );
    await service().ports.remove("guest", {}, byRed);
    assert.deepEqual(usage("blue"), own);
    const resting = (by: Context) => service().addresses.list({ purpose: "resting" }, by).length;
    assert.deepEqual([resting(byRed), resting(byBlue)], [2, 0], "they are the network's");
    await share([]);
  });

  test("R11 an administrator says for whom a port there is; who it is not shared with is refused", async () => {
    await share(["blue"]);
    assert.equal((await port("given", root, "blue")).organization, "blue");
    assert.equal((await port("kept", root, "red")).organization, null);
    await assert.rejects(port("none", root, "green"), notShared("green"));
    await assert.rejects(
      port("none", root, "blue", "plain"),
      refused("forbidden", /^network plain is not shared with organization blue, and is no organization's$/),
    );
    for (const by of [byRed, byGreen]) await assert.rejects(port("none", by, "blue"), { code: "not_found" });
    for (const name of ["given", "kept"]) await service().ports.remove(name, {}, root);
    await share([]);
  });

  test("R11 what is there counts for who made it, whatever the other has", async () => {
    await share(["blue"]);
    const { ports, addresses } = usage("blue");
    const bound = (name: string, quotas: object | null) =>
      service().organizations.update(name, { quotas }, {}, root);
    await bound("red", { ports: 0, addresses: 0 });
    await bound("blue", { ports: ports + 1, addresses: addresses + 1 });
    await port("one", byBlue);
    await assert.rejects(
      port("two", byBlue),
      refused("exhausted", /^organization blue has \d+ of \d+ ports: quota ports;/),
    );
    await bound("blue", { ports: null });
    await assert.rejects(
      port("two", byBlue),
      refused("exhausted", /^organization blue has \d+ of \d+ addresses: quota addresses;/),
    );
    await assert.rejects(
      port("mine", byRed),
      refused("exhausted", /^organization red has \d+ of 0 ports: quota ports;/),
    );
    for (const name of ["red", "blue"]) await bound(name, null);
    await service().ports.remove("one", {}, byBlue);
    await share([]);
  });

  test("R11 sharing does not end while the other has ports there, nor does the other while it has some", async () => {
    await share(["blue", "green"]);
    await port("one", byBlue);
    const used = refused(
      "in_use",
      /^organization blue on network red\/shop\/front\/net has the port one; remove it first$/,
    );
    await assert.rejects(share(["green"]), used);
    await assert.rejects(
      service().networks.put(red.networkId, { name: red.network, subnets: [{ cidr: red.cidr }] }, {}, root),
      used,
    );
    assert.deepEqual((await share(["blue"])).sharedWith, ["blue"]);
    await service().ports.remove("one", {}, byBlue);
    await share([]);
    await assert.rejects(port("two", byBlue), { code: "not_found" });
    await assert.rejects(port("two", root, "blue"), notShared("blue"));
  });

  test("R11 of an organization that goes the shares go, but not its ports", async () => {
    await share(["green"]);
    await port("last", byGreen);
    await assert.rejects(
      service().organizations.remove("green", {}, root),
      refused("in_use", /^organization green has the port last; remove it first$/),
    );
    await service().ports.remove("last", {}, byGreen);
    await service().organizations.remove("green", {}, root);
    assert.deepEqual(service().networks.show(red.network, root).sharedWith, []);
  });
});
