import assert from "node:assert/strict";
import { test } from "node:test";
import { root, TestCenter } from "../../center.ts";
import { itemsOf } from "../docker/mirrored-networks.ts";
import { mirrorOn, refused, withHosts } from "./asked.ts";

const subnets = [{ cidr: "10.1.0.0/24" }];

async function withBlue() {
  const center = await TestCenter.start();
  await withHosts(center, "h1", "h2");
  const { uuid } = await center.service.networks.create({ name: "blue", subnets }, {}, root);
  return { center, uuid, mirror: await mirrorOn(center, "h1", "blue") };
}

test("D19 a network gets another subnet: containers that run are named until they start again, new ones have the route", async () => {
  const { center, mirror } = await withBlue();
  await using _ = center;
  const { service } = center;
  const old = await center.endpoint("h1", mirror);
  await service.dockerEndpoints.describe(old.key, { containerName: "old" }, root);
  const changed = await service.networks.update(
    "blue",
    { subnets: [...subnets, { cidr: "10.2.0.0/24" }] },
    {},
    root,
  );
  assert.deepEqual(
    changed.subnets.map(({ cidr, gateway }) => [cidr, gateway]),
    [
      ["10.1.0.0/24", "10.1.0.1"],
      ["10.2.0.0/24", "10.2.0.1"],
    ],
  );
  assert.deepEqual(changed.outdated, { count: 1, containers: ["old on h1"] });
  const fresh = await center.endpoint("h1", mirror);
  assert.deepEqual(service.dockerEndpoints.show(fresh.key, root).routes, [{ destination: "10.2.0.0/24" }]);
  assert.equal(service.networks.show("blue", root).outdated.count, 1);
  await service.dockerEndpoints.purge(old.key, root);
  assert.equal(service.networks.show("blue", root).outdated.count, 0);
  const [item] = (await itemsOf(center, "h2")).filter(({ kind }) => kind === "mirror");
  assert.deepEqual(
    item?.kind === "mirror" && item.subnets.map(({ cidr }) => cidr),
    ["10.1.0.0/24", "10.2.0.0/24"],
    "mirrors that are made from now on have it",
  );
});

test("D19 a subnet goes when no container has an address of it, and engines that know its pool get addresses of another", async () => {
  const { center } = await withBlue();
  await using _ = center;
  const { service } = center;
  const both = [...subnets, { cidr: "10.2.0.0/24" }];
  await service.networks.update("blue", { subnets: both }, {}, root);
  const mirror = await mirrorOn(center, "h2", "blue");
  const web = await center.endpoint("h2", mirror);
  const without = { subnets: [{ cidr: "10.2.0.0/24" }] };
  await assert.rejects(
    service.networks.update("blue", without, {}, root),
    refused("in_use", /subnet 10\.1\.0\.0\/24 is still in use: 10\.1\.0\.\d+ by endpoint .* on host h2/),
  );
  await service.dockerEndpoints.purge(web.key, root);
  const left = await service.networks.update("blue", without, {}, root);
  assert.deepEqual(
    left.subnets.map(({ cidr }) => cidr),
    ["10.2.0.0/24"],
  );
  const db = await center.endpoint("h2", mirror);
  assert.match(db.ip, /^10\.2\.0\./);
  await assert.rejects(
    service.networks.update("blue", { subnets: [] }, {}, root),
    refused("conflict", /needs a subnet/),
  );
  assert.deepEqual(service.status.show().unowned, []);
  // A subnet that comes again is another one.
  await service.networks.update("blue", { subnets: both }, {}, root);
  assert.equal(
    (await center.endpoint("h2", mirror)).ip.startsWith("10.2.0."),
    true,
    "its pool stays redirected",
  );
  await center.settled();
});

test("D19 labels, options, MTU, ranges and name servers change in place", async () => {
  const { center, mirror } = await withBlue();
  await using _ = center;
  const { service } = center;
  const running = await center.endpoint("h1", mirror);
  const changed = await service.networks.update(
    "blue",
    {
      labels: { team: "ops" },
      options: { "port-security": "strict", note: "b", mtu: "1300" },
      subnets: [
        { cidr: "10.1.0.0/24", ranges: ["10.1.0.128/25"], dns: ["10.1.0.53"], auxiliaries: ["10.1.0.200"] },
      ],
    },
    {},
    root,
  );
  assert.deepEqual(
    [changed.labels, changed.options, changed.mtu],
    [{ team: "ops" }, { note: "b", "port-security": "strict" }, { asked: 1300, effective: 1300 }],
  );
  const [subnet] = changed.subnets;
  assert.deepEqual(
    [subnet?.ranges, subnet?.dns, subnet?.auxiliaries],
    [["10.1.0.128/25"], ["10.1.0.53"], ["10.1.0.200"]],
  );
  assert.equal(
    changed.outdated.count,
    0,
    "all of that reaches containers that run, or is for new ones alone",
  );
  assert.match((await center.endpoint("h1", mirror)).ip, /^10\.1\.0\.1(2[89]|3\d)$/);
  const items = await itemsOf(center, "h1");
  const port = items.find((item) => item.kind === "endpoint" && item.endpoint === running.uuid);
  assert.equal(port?.kind === "endpoint" && port.mtu, 1300);
  const back = await service.networks.update(
    "blue",
    { labels: { team: null }, options: { note: null, "port-security": null }, mtu: null },
    {},
    root,
  );
  assert.deepEqual([back.labels, back.options, back.mtu.asked], [{}, {}, null]);
  assert.equal(back.mtu.effective, 1300, "what grows waits until no container is on it");
  assert.deepEqual(
    back.subnets,
    changed.subnets.map((each) => ({ ...each, used: each.used + 1 })),
  );
});

test("D19 what cannot change is refused by name", async () => {
  const { center } = await withBlue();
  await using _ = center;
  const { service } = center;
  for (const [patch, field] of [
    [{ name: "red" }, "name"],
    [{ mode: "isolated" }, "mode"],
    [{ options: { mode: "routed" } }, "mode"],
    [{ internal: true }, "internal"],
    [{ attachable: true }, "attachable"],
    [{ disableGateway: true }, "disableGateway"],
  ] as const)
    await assert.rejects(
      service.networks.update("blue", patch, {}, root),
      refused("invalid", new RegExp(`^${field} of a network cannot change: it is`), field),
    );
  await assert.rejects(
    service.networks.update("blue", { subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.9" }] }, {}, root),
    refused("invalid", /cannot change: it is 10\.1\.0\.1/, "subnets[0].gateway"),
  );
  const before = service.networks.show("blue", root);
  assert.deepEqual(await service.networks.update("blue", { mode: "nat", subnets }, {}, root), before);
});

test("D19 a network that an engine made is changed, too, and its engine's word does not take that back", async () => {
  await using center = await TestCenter.start();
  await withHosts(center, "h1", "h2");
  const { service } = center;
  const blue = await center.network("h1", "10.1.0.0/24");
  const facts = { name: "blue", labels: { team: "web" }, options: { mtu: "1300" } };
  await service.dockerNetworks.describe("h1", blue.id, facts, root);
  const changed = await service.networks.update(
    "blue",
    { labels: { team: "ops" }, subnets: [...subnets, { cidr: "10.2.0.0/24" }] },
    {},
    root,
  );
  assert.deepEqual(
    changed.engines.map(({ host, handle, outdated }) => [host, handle, outdated]),
    [["h1", "made", true]],
  );
  await service.dockerNetworks.describe("h1", blue.id, facts, root);
  assert.deepEqual(service.networks.show("blue", root).labels, { team: "ops" });
  const [item] = (await itemsOf(center, "h2")).filter(({ kind }) => kind === "mirror");
  assert.deepEqual(item?.kind === "mirror" && [item.labels, item.subnets.length], [{ team: "ops" }, 2]);
});

test("D19 an engine tells which mirrors are as they were before the change", async () => {
  const { center, mirror } = await withBlue();
  await using _ = center;
  const { service } = center;
  const shown = () => service.networks.show("blue", root).engines.map(({ outdated }) => outdated);
  await service.mirrors.report("h1", { troubles: [], uses: [], outdated: [mirror.id] }, root);
  assert.deepEqual(shown(), [true]);
  await service.mirrors.report("h1", { troubles: [], uses: [] }, root);
  assert.deepEqual(shown(), [false]);
});

test("A03 subnets are objects of their own: made, changed, listed, removed", async () => {
  const { center } = await withBlue();
  await using _ = center;
  const { service } = center;
  const made = await service.subnets.create({ network: "blue", cidr: "10.2.0.0/24" }, {}, root);
  assert.deepEqual([made.network.name, made.gateway], ["blue", "10.2.0.1"]);
  await assert.rejects(
    service.subnets.create({ network: "blue", cidr: "10.2.0.0/24" }, {}, root),
    refused("conflict", /has subnet 10\.2\.0\.0\/24 already/),
  );
  assert.equal(
    (await service.subnets.create({ id: made.uuid, network: "blue", cidr: "10.2.0.0/24" }, {}, root)).uuid,
    made.uuid,
  );
  const free = await service.subnets.create({ network: "blue", family: 6 }, {}, root);
  assert.match(free.cidr, /^fd12:3456:789a:.*\/64$/);
  assert.deepEqual(
    service.subnets.list({ network: "blue" }, root).map(({ cidr }) => cidr),
    ["10.1.0.0/24", "10.2.0.0/24", free.cidr],
  );
  const changed = await service.subnets.update("10.2.0.0/24@blue", { ranges: ["10.2.0.64/26"] }, {}, root);
  assert.notEqual(changed.revision, made.revision);
  await assert.rejects(
    service.subnets.update(made.uuid, { ranges: [] }, { revisions: [made.revision] }, root),
    refused("precondition_failed", /subnet 10\.2\.0\.0\/24 has revision/),
  );
  await assert.rejects(
    service.subnets.update(made.uuid, { cidr: "10.3.0.0/24" }, {}, root),
    refused("invalid", /^cidr of a subnet cannot change: it is 10\.2\.0\.0\/24/, "cidr"),
  );
  await assert.rejects(
    service.subnets.update(made.uuid, { ranges: ["10.9.0.0/24"] }, {}, root),
    refused("invalid", /^ranges must lie inside/, "ranges"),
  );
  assert.equal((await service.subnets.remove(made.uuid, { isDry: true }, root)).cidr, "10.2.0.0/24");
  await service.subnets.remove("10.2.0.0/24", {}, root);
  assert.throws(
    () => service.subnets.show("10.2.0.0/24", root),
    refused("not_found", /no subnet "10\.2\.0\.0\/24"/),
  );
  const red = await service.networks.create({ name: "red", subnets }, {}, root);
  assert.throws(() => service.subnets.show("10.1.0.0/24", root), refused("invalid", /2 subnets match/));
  assert.equal(service.subnets.show("10.1.0.0/24@red", root).network.uuid, red.uuid);
});

test("A03 options that are too many together are refused, and the last subnet may go where no engine made the network", async () => {
  const { center } = await withBlue();
  await using _ = center;
  const { service } = center;
  const many = (from: number) =>
    Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${from + at}`, ""]));
  const [subnet] = service.subnets.list({ network: "blue" }, root);
  await service.subnets.update(subnet?.uuid ?? "", { options: many(0) }, {}, root);
  await assert.rejects(
    service.subnets.update(subnet?.uuid ?? "", { options: many(200) }, {}, root),
    refused("invalid", /options must have at most 256 entries/, "options"),
  );
  await service.subnets.remove(subnet?.uuid ?? "", {}, root);
  assert.deepEqual(service.networks.show("blue", root).subnets, []);
  assert.deepEqual(service.status.show().unowned, []);
  await center.settled();
  const red = await center.network("h1", "10.5.0.0/24");
  const [kept] = service.subnets.list({ network: red.uuid }, root);
  await assert.rejects(
    service.subnets.remove(kept?.uuid ?? "", {}, root),
    refused("conflict", /needs a subnet/),
  );
});

test("M02 the engines that have a network are shown by the names of their hosts, whichever had it first", async () => {
  await using center = await TestCenter.start();
  const names = ["h1", "h2", "h3", "h4"];
  await withHosts(center, ...names);
  await center.service.networks.create({ name: "blue", subnets }, {}, root);
  for (const host of ["h3", "h1", "h4", "h2"]) await mirrorOn(center, host, "blue");
  const { engines } = center.service.networks.show("blue", root);
  assert.deepEqual(
    engines.map(({ host }) => host),
    names,
  );
});
