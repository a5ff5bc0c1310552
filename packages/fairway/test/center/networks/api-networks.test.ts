import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { root, TestCenter } from "../../center.ts";
import { itemsOf, mirrorsOf } from "../docker/mirrored-networks.ts";
import { mirrorOn, refused, withHosts } from "./asked.ts";

test("A03 a network of the API is for every engine, with all that was said of it", async () => {
  await using center = await TestCenter.start();
  await withHosts(center, "h1", "h2");
  const made = await center.service.networks.create(
    {
      name: "blue",
      mode: "routed",
      mtu: 1300,
      internal: false,
      attachable: true,
      labels: { team: "web" },
      options: { "port-security": "strict", note: "a" },
      subnets: [
        { cidr: "10.1.0.7/24", gateway: "10.1.0.254", ranges: ["10.1.0.128/25"], auxiliaries: ["10.1.0.9"] },
        { cidr: "fd00:1::/64" },
      ],
    },
    {},
    root,
  );
  assert.deepEqual([made.origin, made.originHost, made.claimed, made.mtu.asked], ["api", null, true, 1300]);
  assert.deepEqual(
    made.subnets.map(({ cidr, gateway, auxiliaries }) => [cidr, gateway, auxiliaries]),
    [
      ["10.1.0.0/24", "10.1.0.254", ["10.1.0.9"]],
      ["fd00:1::/64", "fd00:1::1", []],
    ],
  );
  for (const host of ["h1", "h2"]) {
    const [item] = (await itemsOf(center, host)).filter(({ kind }) => kind === "mirror");
    assert.deepEqual(item, {
      key: `mirror/${made.uuid}`,
      kind: "mirror",
      network: made.uuid,
      name: "blue",
      internal: false,
      attachable: true,
      labels: { team: "web" },
      options: { mode: "routed", mtu: "1300", note: "a", "port-security": "strict" },
      ipamOptions: {},
      subnets: [
        { cidr: "10.1.0.0/24", gateway: "10.1.0.254", range: "10.1.0.128/25" },
        { cidr: "fd00:1::/64", gateway: "fd00:1::1", range: null },
      ],
    });
  }
});

test("A03 containers start on its mirrors, with different addresses, and a mirror that is removed comes back", async () => {
  await using center = await TestCenter.start();
  await withHosts(center, "h1", "h2");
  const { service } = center;
  const { uuid } = await service.networks.create({ name: "blue" }, {}, root);
  const [one, two] = [await mirrorOn(center, "h1", "blue"), await mirrorOn(center, "h2", "blue")];
  const [web, db] = [await center.endpoint("h1", one), await center.endpoint("h2", two)];
  assert.notEqual(web.ip, db.ip);
  await service.dockerEndpoints.purge(web.key, root);
  await service.dockerNetworks.delete("h1", one.id, root);
  assert.deepEqual(await mirrorsOf(center, "h1"), ["blue"]);
  await service.dockerEndpoints.purge(db.key, root);
  await service.dockerNetworks.delete("h2", two.id, root);
  assert.equal(service.networks.show(uuid, root).name, "blue", "though no engine has it");
  assert.deepEqual(service.status.show().unowned, []);
});

test("A03 it is removed by the API alone, and goes when no engine needs it", async () => {
  await using center = await TestCenter.start();
  await withHosts(center, "h1");
  const { service } = center;
  const { uuid } = await service.networks.create({ name: "blue" }, {}, root);
  const mirror = await mirrorOn(center, "h1", "blue");
  const web = await center.endpoint("h1", mirror);
  const removing = await service.networks.remove("blue", {}, root);
  assert.match(removing.status["removal"] ?? "", /still used by a container on h1/);
  await assert.rejects(
    service.networks.create({ name: "blue", mode: "isolated" }, {}, root),
    refused("invalid", /^mode of a network cannot change: it is "nat"/, "mode"),
  );
  const kept = await service.networks.create({ name: "blue" }, {}, root);
  assert.deepEqual([kept.uuid, kept.status], [uuid, {}], "made again in the meantime it stays");
  await service.networks.remove("blue", {}, root);
  await service.dockerEndpoints.purge(web.key, root);
  await service.dockerNetworks.delete("h1", mirror.id, root);
  assert.deepEqual(service.networks.list({}, root), []);
  await service.networks.create({ name: "red" }, {}, root);
  assert.equal((await service.networks.remove("red", {}, root)).status["removal"], "removed");
  assert.deepEqual(service.networks.list({}, root), []);
});

test("A03 a request with an id of the caller's may be made again; another wish under that id is refused", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const id = randomUUID();
  const asked = { id, name: "blue", labels: { team: "web" } };
  const first = await service.networks.create(asked, {}, root);
  assert.equal(first.uuid, id);
  assert.deepEqual(await service.networks.create(asked, {}, root), first);
  const { id: _id, ...body } = asked;
  assert.deepEqual(await service.networks.put(id, body, {}, root), first);
  await assert.rejects(
    service.networks.create({ ...asked, labels: {} }, {}, root),
    refused("conflict", /is there already, and otherwise/),
  );
  assert.deepEqual(service.networks.show("blue", root), first);
  const changed = await service.networks.put(id, { name: "blue" }, {}, root);
  assert.deepEqual([changed.labels, changed.subnets.length], [{}, 1]);
  assert.notEqual(changed.revision, first.revision);
});

test("A03 a name is one network's", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const made = await center.network("h1", "10.1.0.0/24");
  await service.dockerNetworks.describe("h1", made.id, { name: "blue" }, root);
  await assert.rejects(
    service.networks.create({ name: "blue" }, {}, root),
    refused("conflict", /^name blue is taken by a network that is there, made on host h1/, "name"),
  );
});

test("A03 a change is made of the revision that was seen, or not at all", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const { revision } = await service.networks.create({ name: "blue" }, {}, root);
  const changed = await service.networks.update(
    "blue",
    { labels: { a: "1" } },
    { revisions: [revision] },
    root,
  );
  await assert.rejects(
    service.networks.update("blue", { labels: { a: "2" } }, { revisions: [revision] }, root),
    refused("precondition_failed", new RegExp(`has revision ${changed.revision} by now, not ${revision}`)),
  );
  await assert.rejects(
    service.networks.remove("blue", { revisions: [revision] }, root),
    refused("precondition_failed", /look at it again/),
  );
  await assert.rejects(
    service.networks.put(randomUUID(), { name: "red" }, { revisions: [revision] }, root),
    refused("precondition_failed", /is not there/),
  );
  assert.equal(service.networks.show("blue", root).revision, changed.revision);
});

test("A03 a dry run answers what would be, and changes nothing", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const isDry = { isDry: true };
  const would = await service.networks.create({ name: "blue" }, isDry, root);
  assert.deepEqual(service.networks.list({}, root), []);
  const made = await service.networks.create({ name: "blue" }, {}, root);
  assert.deepEqual(
    made.subnets.map(({ cidr }) => cidr),
    would.subnets.map(({ cidr }) => cidr),
    "the same automatic subnet",
  );
  const changed = await service.networks.update("blue", { mtu: 1300 }, isDry, root);
  assert.deepEqual([changed.mtu.asked, service.networks.show("blue", root).mtu.asked], [1300, null]);
  assert.equal((await service.networks.remove("blue", isDry, root)).status["removal"], "removed");
  assert.deepEqual(service.networks.show("blue", root), made);
  await assert.rejects(
    service.networks.create({ name: "blue" }, isDry, root),
    refused("conflict", /is taken/),
  );
});

const badSubnets = [
  [{ cidr: "127.0.0.0/24" }, /overlaps 127\.0\.0\.0\/8/, undefined],
  [
    { cidr: "10.1.0.0/24", gateway: "10.2.0.1" },
    /gateway 10\.2\.0\.1 must be an address of its subnet/,
    undefined,
  ],
  [
    { cidr: "10.1.0.0/24", gateway: "10.1.0.0" },
    /must be an address that a host can have/,
    "subnets[0].gateway",
  ],
  [
    { cidr: "10.1.0.0/24", ranges: ["10.2.0.0/25"] },
    /must lie inside subnet 10\.1\.0\.0\/24/,
    "subnets[0].ranges",
  ],
  [{ cidr: "10.1.0.0/24", auxiliaries: ["10.1.0.255"] }, /must be an address/, "subnets[0].auxiliaries"],
  [
    { cidr: "10.1.0.0/24", gateway: "10.1.0.9", auxiliaries: ["10.1.0.9"] },
    /gateway's/,
    "subnets[0].auxiliaries",
  ],
  [{ cidr: "10.1.0.0/24", family: 6 as const }, /is no subnet of IPv6/, "subnets[0].cidr"],
  [
    { cidr: "10.1.0.0/24", hostRoutes: ["0.0.0.0/0 10.1.0.9"] },
    /not the default route/,
    "subnets[0].hostRoutes",
  ],
  [
    { cidr: "10.1.0.0/24", hostRoutes: ["10.9.0.0/16 10.8.0.1"] },
    /next hops inside/,
    "subnets[0].hostRoutes",
  ],
] as const;

test("A03 what cannot be is refused with the field's name, and nothing is made", async (t) => {
  await using center = await TestCenter.start();
  const { service } = center;
  for (const [subnet, pattern, field] of badSubnets)
    await t.test(JSON.stringify(subnet), () =>
      assert.rejects(
        service.networks.create({ name: "blue", subnets: [subnet as never] }, {}, root),
        refused("invalid", pattern, field),
      ),
    );
  const subnets = [{ cidr: "10.1.0.0/24" }, { cidr: "10.1.0.0/25" }];
  await assert.rejects(
    service.networks.create({ name: "blue", subnets }, {}, root),
    refused("invalid", /10\.1\.0\.0\/24 and 10\.1\.0\.0\/25 of one network overlap/),
  );
  for (const [options, pattern, field] of [
    [{ mtu: "1400", scope: "host" }, /every engine/, "options.scope"],
    [{ network: "red" }, /must not name another network/, "options"],
    [{ mtuu: "1400" }, /did you mean mtu/, undefined],
    [{ mode: "flat" }, /mode=flat/, undefined],
  ] as const)
    await assert.rejects(
      service.networks.create({ name: "blue", options }, {}, root),
      (error: unknown) => refused("invalid", pattern, field)(error) || refused("unsupported", pattern)(error),
    );
  await assert.rejects(
    service.networks.create({ name: "blue", mtu: 1300, options: { mtu: "1400" } }, {}, root),
    refused("invalid", /mtu is 1300, and the options say 1400; say it once/, "mtu"),
  );
  assert.deepEqual(service.networks.list({}, root), []);
});
