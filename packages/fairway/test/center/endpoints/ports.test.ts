import assert from "node:assert/strict";
import { test } from "node:test";
import { GRACE_MS, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { startWithBlue, wish } from "./ports.ts";

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
