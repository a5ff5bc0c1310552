import assert from "node:assert/strict";
import { test } from "node:test";
import { root, until } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { startWithBlue, wish } from "./ports.ts";

test("A05 a port changes its name, labels, options and addresses by a merge patch, and keeps what the patch does not say", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { ports, subnets, names } = center.service;
  const made = await ports.create(
    { ...wish, name: "vm1", network: "blue", addresses: ["10.1.0.50"], labels: { a: "1", b: "2" } },
    {},
    root,
  );
  await subnets.create({ network: "blue", cidr: "fd00:1::/64" }, {}, root);
  const patch = { name: "vm2", labels: { a: null, c: "3" }, options: { x: "y" }, addresses: ["10.1.0.60"] };
  const would = await ports.update("vm1", patch, { isDry: true }, root);
  assert.deepEqual(ports.show("vm1", root), made, "a dry run changes nothing");
  const changed = await ports.update("vm1", patch, { revisions: [made.revision] }, root);
  const beside = ({ revision: _revision, ...rest }: typeof made) => rest;
  assert.deepEqual(beside(changed), beside(would), "what a dry run told comes true");
  assert.deepEqual(changed, ports.show("vm2", root));
  assert.deepEqual([changed.uuid, changed.mac, changed.network], [made.uuid, made.mac, made.network]);
  assert.deepEqual([changed.labels, changed.options], [{ b: "2", c: "3" }, { x: "y" }]);
  assert.deepEqual(
    changed.addresses,
    ["10.1.0.60/24", "fd00:1::2/64"],
    "of a family without one the next free",
  );
  assert.notEqual(changed.revision, made.revision);
  const asker = { host: "h1", network: blue.uuid, address: (await center.endpoint("h1", blue)).ip };
  assert.deepEqual(names.resolve(asker, "vm2", root).addresses, ["10.1.0.60", "fd00:1::2"]);
  assert.equal(names.resolve(asker, "vm1", root).known, false);
  await assert.rejects(
    ports.update("vm2", {}, { revisions: [made.revision] }, root),
    refused("precondition_failed", /^port vm2 has revision /),
  );
  await assert.rejects(
    ports.remove("vm2", { revisions: [made.revision] }, root),
    refused("precondition_failed", /^port vm2 has revision /),
  );
  const again = await ports.update("vm2", { addresses: ["fd00:1::50"] }, {}, root);
  assert.deepEqual(again.addresses, ["10.1.0.60/24", "fd00:1::50/64"]);
  assert.deepEqual((await ports.update("vm2", { addresses: null }, {}, root)).addresses, again.addresses);
  assert.deepEqual(
    center.service.addresses.history({ holder: "vm*" }, root).map(({ ip, until }) => [ip, until === null]),
    [
      ["10.1.0.50", false],
      ["10.1.0.60", true],
      ["fd00:1::2", false],
      ["fd00:1::50", true],
    ],
  );
});

test("A05 a change of a port that cannot be is refused in words, and the port is as it was", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports } = center.service;
  const made = await ports.create(
    { ...wish, name: "vm1", network: "blue", addresses: ["10.1.0.50"] },
    {},
    root,
  );
  await ports.create({ ...wish, name: "vm2", network: "blue", addresses: ["10.1.0.51"] }, {}, root);
  const cases = [
    [{ name: "vm2" }, "conflict", /^a port vm2 is there already/],
    [{ addresses: ["10.1.0.51"] }, "conflict", /^address 10\.1\.0\.51 is already in use by port vm2$/],
    [{ addresses: ["10.1.0.1"] }, "conflict", /in use by the gateway$/],
    [{ addresses: ["10.9.0.1"] }, "invalid", /^address 10\.9\.0\.1 is not one that/],
    [
      { options: { "com.docker.network.endpoint.ifname": "a name that is too long" } },
      "invalid",
      /com\.docker\.network\.endpoint\.ifname/,
    ],
  ] as const;
  for (const [patch, code, pattern] of cases)
    await assert.rejects(
      ports.update("vm1", "addresses" in patch ? { addresses: [...patch.addresses] } : patch, {}, root),
      refused(code, pattern),
    );
  assert.deepEqual(ports.show("vm1", root), made);
});

test("A05 a port changes in place: its MAC address, its address, its labels", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { ports } = center.service;
  const web = await center.endpoint("h1", blue);
  const made = await ports.create({ ...wish, name: "vm1", network: "blue", labels: { a: "b" } }, {}, root);
  const changed = await ports.update("vm1", { mac: "02:00:00:00:00:0A", addresses: ["10.1.0.50"] }, {}, root);
  assert.deepEqual(
    [changed.uuid, changed.mac, changed.addresses, changed.labels],
    [made.uuid, "02:00:00:00:00:0a", ["10.1.0.50/24"], { a: "b" }],
  );
  assert.equal(
    center.store.view.find("Address", "byEndpoint", made.uuid).length,
    1,
    "the old address is free",
  );
  assert.deepEqual((await ports.update("vm1", { labels: { a: null, c: "d" } }, {}, root)).labels, { c: "d" });
  const before = ports.show("vm1", root);
  const refusals: readonly (readonly [{ readonly mac?: string; readonly addresses?: string[] }, RegExp])[] = [
    [{ mac: web.mac }, /MAC address/],
    [{ addresses: [web.ip] }, /10\.1\.0\.2 is already in use/],
    [{ addresses: ["10.9.0.1"] }, /10\.9\.0\.1 is not one/],
  ];
  for (const [change, pattern] of refusals)
    await assert.rejects(ports.update("vm1", change, {}, root), pattern);
  assert.deepEqual(ports.show("vm1", root), before);
  await assert.rejects(ports.update("vm2", {}, {}, root), refused("not_found", /no port "vm2"/));
});

test("A05 a port that is plugged keeps its MAC address", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports } = center.service;
  const made = await ports.create({ ...wish, name: "vm1", network: "blue" }, {}, root);
  await center.client.transact("OVN_Southbound", [
    { op: "insert", table: "Datapath_Binding", row: { tunnel_key: 7 }, "uuid-name": "dp" },
    {
      op: "insert",
      table: "Port_Binding",
      row: { logical_port: made.uuid, datapath: ["named-uuid", "dp"], tunnel_key: 1, up: true },
    },
  ]);
  await until(() => center.controller.isUp(made.uuid));
  await assert.rejects(
    ports.update("vm1", { mac: "02:00:00:00:00:0a" }, {}, root),
    refused("in_use", /unplug it before/),
  );
  const { mac, addresses } = ports.show("vm1", root);
  const same = await ports.update(
    "vm1",
    { mac, addresses: addresses.map((each) => each.split("/")[0] ?? ""), labels: { a: "b" } },
    {},
    root,
  );
  assert.deepEqual(same.labels, { a: "b" });
});
