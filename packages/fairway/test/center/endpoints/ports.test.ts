import assert from "node:assert/strict";
import { test } from "node:test";
import { FairwayError } from "../../../src/errors.ts";
import { GRACE_MS, root, TestCenter, until } from "../../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

const wish = { addresses: [], labels: {}, options: {} };

/** A network of the cluster named blue, and a host h2 beside its own. */
async function startWithBlue() {
  const center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  return { center, blue };
}

const portRow = ({ store }: TestCenter, name: string) => store.view.find("Endpoint", "byPortName", name)[0];

test("A05 a port has the next free address, a MAC address and its name, and tells what is needed to plug it", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const web = await center.endpoint("h1", blue);
  const made = await center.service.ports.create(
    { ...wish, name: "vm1", network: "blue", labels: { a: "b" } },
    {},
    root,
  );
  assert.equal(made.ifaceId, made.uuid);
  assert.deepEqual(made.addresses, ["10.1.0.3/24"]);
  assert.match(made.mac, /^0a:/);
  assert.deepEqual([made.gateways, made.dns, made.routes], [["10.1.0.1"], ["169.254.53.53"], []]);
  assert.deepEqual([made.host, made.pinned, made.plugged], [null, false, false]);
  assert.deepEqual([made.labels, made.hasPeers, made.isGuarded], [{ a: "b" }, true, true]);
  const asker = { host: "h1", network: blue.uuid, address: web.ip };
  const answer = center.service.names.resolve(asker, "vm1", root);
  assert.deepEqual(answer.addresses, ["10.1.0.3"]);
  await assert.rejects(
    center.endpoint("h1", blue, "10.1.0.3"),
    refused("conflict", /^address 10\.1\.0\.3 is already in use by port vm1$/),
  );
  assert.deepEqual(
    center.service.ports.list({ network: "blue" }, root).map(({ name }) => name),
    ["vm1"],
  );
  assert.deepEqual(center.service.ports.list({ host: "h1" }, root), []);
  await center.service.ports.remove("vm1", {}, root);
  assert.deepEqual(center.service.ports.list({}, root), []);
  assert.equal(center.store.view.find("Address", "byEndpoint", made.uuid).length, 0);
});

test("A05 a port keeps its address and its MAC address while its host is away, and is there when that host is gone for good", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const pinned = { ...wish, name: "vm1", network: "blue", host: "h2", addresses: ["10.1.0.50"] };
  const made = await center.service.ports.create(pinned, {}, root);
  assert.deepEqual([made.host, made.pinned], ["h2", true]);
  await assert.rejects(
    center.service.hosts.remove("h2", { dead: false }, root),
    refused("in_use", /^host h2 still has endpoints: port vm1\. .* and unplug or remove the ports/),
  );
  center.hostWatch.begin();
  const hear = () => center.service.hosts.recordHeartbeat("h1", root);
  for (const ms of [0, 20_000, GRACE_MS]) {
    center.now += ms;
    hear();
    await center.hostWatch.look();
  }
  assert.equal(center.service.hosts.show("h2", root).state, "down");
  assert.deepEqual(center.service.ports.show("vm1", root).addresses, ["10.1.0.50/24"]);
  await center.service.hosts.remove("h2", { dead: true }, root);
  const { host, pinned: isPinned, addresses, mac } = center.service.ports.show("vm1", root);
  assert.deepEqual([host, isPinned, addresses, mac], [null, false, ["10.1.0.50/24"], made.mac]);
  assert.deepEqual(center.service.status.show().unowned, []);
  assert.ok(blue);
});

test("A05 what a port is wished to be and cannot be is refused in words, and nothing is left of it", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports } = center.service;
  const cases = [
    [
      { network: "blue", addresses: ["10.9.0.1"] },
      "invalid",
      /^address 10\.9\.0\.1 is not one that .* network blue$/,
    ],
    [
      { network: "blue", addresses: ["10.1.0.1"] },
      "conflict",
      /^address 10\.1\.0\.1 is already in use by the gateway$/,
    ],
    [{ network: "bleu" }, "not_found", /did you mean "blue"\?$/],
    [{ network: "blue", host: "h9" }, "not_found", /^no host "h9"/],
  ] as const;
  for (const [wanted, code, pattern] of cases)
    await assert.rejects(
      ports.create(
        { ...wish, name: "vm1", ...wanted, addresses: [...("addresses" in wanted ? wanted.addresses : [])] },
        {},
        root,
      ),
      refused(code, pattern),
    );
  assert.equal(portRow(center, "vm1"), undefined);
  assert.equal(center.store.view.count("Endpoint", "byHost", ""), 0);
  const host = { caller: { kind: "host", name: "h1" }, request: "", signal: root.signal } as const;
  await assert.rejects(
    ports.create({ ...wish, name: "vm1", network: "blue" }, {}, host),
    refused("forbidden", /h1/),
  );
  assert.deepEqual(ports.list({}, host), []);
});

test("A05 a full network has no address for one more port, and says so", async () => {
  await using center = await TestCenter.start();
  const small = await center.network("h1", "10.5.0.0/30");
  await center.endpoint("h1", small);
  await assert.rejects(
    center.service.ports.create({ ...wish, name: "vm1", network: small.uuid }, {}, root),
    refused("exhausted", /^network .* has no free address left in 10\.5\.0\.0\/30$/),
  );
});

test("A05 a network goes when the last port has left it", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  await center.service.ports.create({ ...wish, name: "vm1", network: "blue" }, {}, root);
  const { status } = await center.service.networks.remove("blue", { isDry: false }, root);
  assert.match(status["removal"] ?? "", /^being removed; still used by port vm1/);
  await assert.rejects(
    center.service.ports.create({ ...wish, name: "vm2", network: "blue" }, {}, root),
    refused("conflict", /^network blue is being removed; it gets no more ports$/),
  );
  // Docker does not let itself be told that a network is in use by others than its containers.
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.equal(center.service.networks.list({}, root).length, 1);
  assert.deepEqual(center.service.status.show().unowned, []);
  await center.service.ports.remove("vm1", {}, root);
  assert.equal(center.store.replica.table("Network").size, 0);
});

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
  const beside = ({ addresses: _ips, revision: _revision, ...rest }: typeof made) => rest;
  assert.deepEqual(beside(changed), beside(would));
  assert.deepEqual(changed, ports.show("vm2", root));
  assert.deepEqual([changed.uuid, changed.mac, changed.network], [made.uuid, made.mac, made.network]);
  assert.deepEqual([changed.labels, changed.options], [{ b: "2", c: "3" }, { x: "y" }]);
  assert.deepEqual(
    changed.addresses,
    ["10.1.0.60/24", "fd00:1::3/64"],
    "of a family without one the next free",
  );
  assert.notEqual(changed.revision, made.revision);
  const asker = { host: "h1", network: blue.uuid, address: (await center.endpoint("h1", blue)).ip };
  assert.deepEqual(names.resolve(asker, "vm2", root).addresses, ["10.1.0.60", "fd00:1::3"]);
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
      ["fd00:1::3", false],
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

test("A05 a port's address is of the subnet that is said", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports, subnets } = center.service;
  const { uuid } = await subnets.create({ network: "blue", cidr: "10.2.0.0/24" }, {}, root);
  const made = await ports.create(
    { ...wish, name: "vm1", network: "blue", subnet: "10.2.0.0/24@blue" },
    {},
    root,
  );
  assert.deepEqual(made.addresses, ["10.2.0.2/24"]);
  assert.equal(
    (await ports.put({ ...wish, name: "vm1", network: "blue", subnet: uuid }, {}, root)).uuid,
    made.uuid,
  );
  await assert.rejects(
    ports.put({ ...wish, name: "vm1", network: "blue", subnet: "10.1.0.0/24@blue" }, {}, root),
    refused("conflict", /with addresses 10\.2\.0\.2/),
  );
  await assert.rejects(
    ports.create({ ...wish, name: "vm2", network: "blue", subnet: uuid, addresses: ["10.1.0.9"] }, {}, root),
    refused("invalid", /address 10\.1\.0\.9 is not one of subnet 10\.2\.0\.0\/24/),
  );
  const red = await center.network("h2", "10.3.0.0/24");
  await assert.rejects(
    ports.create({ ...wish, name: "vm2", network: red.uuid, subnet: uuid }, {}, root),
    refused("invalid", /is not of network/),
  );
  assert.equal(portRow(center, "vm2"), undefined);
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

test("A03 ports are listed page by page, by name and by label", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports } = center.service;
  for (const name of ["vm3", "vm1", "db1", "vm2"])
    await ports.create({ ...wish, name, network: "blue", labels: { kind: name.slice(0, 2) } }, {}, root);
  const names = (filter: Parameters<typeof ports.list>[0]) =>
    ports.list(filter, root).map(({ name }) => name);
  assert.deepEqual(names({ limit: 2 }), ["db1", "vm1"]);
  assert.deepEqual(names({ limit: 2, after: "vm1" }), ["vm2", "vm3"]);
  assert.deepEqual(names({ name: "vm*", limit: 2 }), ["vm1", "vm2"]);
  assert.deepEqual(names({ label: "kind=db" }), ["db1"]);
});
