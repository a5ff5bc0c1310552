import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { makeLevels, makeNetwork } from "./levels.ts";

const plain = { labels: {}, options: {} };

describe("organizations, domains and zones", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start();
  });
  after(() => center[Symbol.asyncDispose]());
  const nouns = () => center.service;

  test("R05 names are unique in their level only, and one says in which it is", async () => {
    for (const organization of ["red", "blue"]) await makeLevels(center, organization, "shop", "front");
    await makeLevels(center, "red", "office", "front");
    const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);
    assert.deepEqual(names(nouns().organizations.list({}, root)), ["blue", "red"]);
    assert.deepEqual(names(nouns().zones.list({ name: "red/*" }, root)), [
      "red/office/front",
      "red/shop/front",
    ]);
    assert.deepEqual(nouns().organizations.show("red", root).domains, ["red/office", "red/shop"]);
    const domain = nouns().routers.show("red/shop", root);
    assert.deepEqual([domain.organization, domain.zones], ["red", ["red/shop/front"]]);
    await assert.rejects(
      nouns().zones.create({ name: "red/shop/front", ...plain }, {}, root),
      refused("conflict", /^a zone red\/shop\/front is there already; choose another name$/),
    );
    await assert.rejects(
      nouns().zones.create({ name: "red/shpo/front", ...plain }, {}, root),
      refused("not_found", /^no router "red\/shpo"; did you mean "red\/shop"\?$/),
    );
    await assert.rejects(
      nouns().routers.create({ name: "rad/shop", routes: {}, ...plain }, {}, root),
      refused("not_found", /^no organization "rad"; did you mean "red"\?$/),
    );
  });

  test("R05 a network in a zone is on its domain's router, and stays there; no engine gets it unasked", async () => {
    const zone = await makeLevels(center, "red", "shop", "front");
    const { name, router, zone: of } = await makeNetwork(center, `${zone}/Subnet 2`, "10.1.2.0/24");
    assert.deepEqual([name, router, of], ["red/shop/front/Subnet 2", "red/shop", zone]);
    assert.deepEqual(nouns().zones.show(zone, root).networks, [name]);
    await nouns().routers.create({ name: "r1", routes: {}, ...plain }, {}, root);
    await nouns().networks.create({ name: "plain", subnets: [{ cidr: "10.7.0.0/24" }] }, {}, root);
    const spec = { addresses: [], options: {} };
    await assert.rejects(
      nouns().routers.attach("r1", name, spec, {}, root),
      refused(
        "conflict",
        /is in zone red\/shop\/front, and on its domain's router for as long as it is there$/,
      ),
    );
    await assert.rejects(
      nouns().routers.detach("red/shop", name, {}, root),
      refused("conflict", /is in zone red\/shop\/front/),
    );
    await assert.rejects(
      nouns().routers.attach("red/shop", "plain", spec, {}, root),
      refused("conflict", /^router red\/shop is a domain, .* e\.g\. red\/shop\/ZONE\/plain$/),
    );
    const claim = { id: "c1", address: undefined, options: {} };
    await assert.rejects(
      nouns().routers.claim("r1", { ...claim, subnet: `10.1.2.0/24@${name}` }, {}, root),
      refused("conflict", /is in zone red\/shop\/front/),
    );
    await center.service.hosts.register("h1", { systemId: "s1" }, root);
    assert.deepEqual(nouns().networks.show(name, root).engines, []);
    await nouns().networks.remove(name, {}, root);
    assert.deepEqual(nouns().routers.show("red/shop", root).interfaces, []);
  });

  test("R05 subnets of one domain lie apart; those of two domains may be equal, and no route target leads between them", async () => {
    const [one, two] = [await makeLevels(center, "red", "a", "z"), await makeLevels(center, "red", "b", "z")];
    await makeNetwork(center, `${one}/net`, "10.5.0.0/24");
    await makeNetwork(center, `${two}/net`, "10.5.0.0/24");
    await assert.rejects(
      makeNetwork(center, `${one}/other`, "10.5.0.0/16"),
      refused("conflict", /cannot be on router red\/a: its subnet 10\.5\.0\.0\/16 overlaps 10\.5\.0\.0\/24/),
    );
    assert.equal(center.store.view.find("Network", "byName", `${one}/other`).length, 0);
    const targets = /takes no route targets$/;
    await assert.rejects(
      nouns().networks.create({ name: `${one}/rt`, options: { rt: "64512:1" } }, {}, root),
      refused("invalid", targets),
    );
    await assert.rejects(
      nouns().networks.update(`${one}/net`, { labels: { rt: "64512:1" } }, {}, root),
      refused("invalid", targets),
    );
    await assert.rejects(
      nouns().networks.create(
        { name: `${one}/shut`, internal: true, subnets: [{ cidr: "10.6.0.0/24" }] },
        {},
        root,
      ),
      refused("invalid", /is internal: nothing leads out of it/),
    );
    await assert.rejects(
      nouns().networks.create({ name: "red/a/y/net" }, {}, root),
      refused("not_found", /^no zone "red\/a\/y"; did you mean "red\/a\/z"\?$/),
    );
  });

  test("R05 what is not empty stays, and says what it has; a change is by revision, and may be dry", async () => {
    const zone = await makeLevels(center, "green", "shop", "front");
    await makeNetwork(center, `${zone}/net`, "10.8.0.0/24");
    const { organizations, routers, zones, networks } = nouns();
    await assert.rejects(
      zones.remove(zone, {}, root),
      refused("in_use", /^zone green\/shop\/front has the network green\/shop\/front\/net; remove it first$/),
    );
    await networks.remove(`${zone}/net`, {}, root);
    await assert.rejects(
      routers.remove("green/shop", {}, root),
      refused("in_use", /^router green\/shop has the zone green\/shop\/front; remove it first$/),
    );
    await assert.rejects(
      organizations.remove("green", {}, root),
      refused("in_use", /^organization green has the domain green\/shop; remove it first$/),
    );
    const { revision } = zones.show(zone, root);
    await assert.rejects(
      zones.update(zone, { labels: { a: "b" } }, { revisions: ["0000000000000000"] }, root),
      refused("precondition_failed", new RegExp(`^zone green/shop/front has revision ${revision} by now`)),
    );
    await zones.update(zone, { labels: { a: "b" } }, { isDry: true }, root);
    assert.deepEqual(zones.show(zone, root).labels, {});
    const changed = await zones.update(
      zone,
      { labels: { a: "b" }, options: null },
      { revisions: [revision] },
      root,
    );
    assert.deepEqual([changed.labels, changed.revision === revision], [{ a: "b" }, false]);
    assert.deepEqual(
      zones.list({ label: "a=b" }, root).map(({ name }) => name),
      [zone],
    );
    assert.equal((await zones.remove(zone, { isDry: true }, root)).name, zone);
    await zones.remove(zone, {}, root);
    await routers.remove("green/shop", {}, root);
    await organizations.remove("green", {}, root);
    assert.throws(() => organizations.show("green", root), refused("not_found", /no organization "green"/));
  });
});
