import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetUses, hasForgettableUses, remembered } from "../../../src/center/addresses/address-uses.ts";
import { type MadeEndpoint, type MadeNetwork, root, TestCenter } from "../../center.ts";

async function startWithBlue() {
  const center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  return { center, blue };
}

const run = async (center: TestCenter, network: MadeNetwork, containerName: string, ip?: string) => {
  const made = await center.endpoint("h1", network, ip);
  await center.service.dockerEndpoints.describe(made.key, { containerName }, root);
  return made;
};

/** What an engine does when a container ends. */
const end = async ({ service }: TestCenter, network: MadeNetwork, { key, ip }: MadeEndpoint) => {
  await service.dockerEndpoints.delete(key, root);
  await service.poolAddresses.release("h1", network.pool, ip, root);
};

const time = (ms: number) => new Date(ms).toISOString();

test("I11 who had an address is told with its container, host and times, also after the network is gone and another center leads", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const begin = center.now;
  const web = await run(center, blue, "web", "10.1.0.9");
  center.now += 60_000;
  await end(center, blue, web);
  center.now += 60_000;
  await run(center, blue, "db", "10.1.0.9");
  const history = (filter: object) => center.service.addresses.history({ ip: "10.1.0.9", ...filter }, root);
  const [first, second] = history({});
  assert.deepEqual(first?.holder, { kind: "container", name: "web", host: "h1" });
  assert.deepEqual([first?.since, first?.until], [time(begin), time(begin + 60_000)]);
  assert.deepEqual([first?.network, first?.subnet], [{ uuid: blue.uuid, name: "blue" }, "10.1.0.0/24"]);
  assert.deepEqual([first?.endpoint, second?.holder.name], [web.uuid, "db"]);
  assert.deepEqual([second?.since, second?.until], [time(begin + 120_000), null]);
  const at = (ms: number) => history({ at: time(begin + ms) }).map(({ holder }) => holder.name);
  assert.deepEqual([at(0), at(59_999), at(60_000), at(120_000)], [["web"], ["web"], [], ["db"]]);
  assert.deepEqual(history({ network: "red" }), []);
  assert.deepEqual(
    center.service.addresses.history({ holder: "w*" }, root).map(({ ip }) => ip),
    ["10.1.0.9"],
  );
  const [db] = center.service.endpoints.list({ network: "blue" }, root);
  await center.service.dockerEndpoints.delete(
    { host: "h1", networkId: blue.id, endpointId: db?.engine?.endpointId ?? "" },
    root,
  );
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.deepEqual(center.service.networks.list({}, root), []);
  const after = history({});
  assert.deepEqual(
    after.map(({ holder, until }) => [holder.name, until !== null]),
    [
      ["web", true],
      ["db", true],
    ],
  );
  await center.stop();
  const next = TestCenter.on(center.server, { name: "next" });
  try {
    await next.leads();
    assert.deepEqual(next.service.addresses.history({ ip: "10.1.0.9" }, root), after);
  } finally {
    await next.stop();
  }
});

test("I11 an address that goes from one container to another in one change ends one's use, and begins the other's", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const [web, db] = [await run(center, blue, "web", "10.1.0.9"), await run(center, blue, "db")];
  center.now += 60_000;
  await center.store.change((draft) => {
    for (const { _uuid } of draft.find("Address", "byEndpoint", web.uuid))
      draft.update("Address", _uuid, { endpoint: db.uuid });
  });
  assert.deepEqual(
    center.service.addresses
      .history({ ip: "10.1.0.9" }, root)
      .map(({ holder, since, until }) => [holder.name, since, until]),
    [
      ["web", time(center.now - 60_000), time(center.now)],
      ["db", time(center.now), null],
    ],
  );
});

test("I11 gateways, auxiliaries, ports and reservations are in the history, and what nobody took is not", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { service } = center;
  await service.subnets.update("10.1.0.0/24", { auxiliaries: ["10.1.0.5"] }, {}, root);
  const wish = { network: "blue", note: "printer", labels: {}, expires: null, ip: "10.1.0.6" };
  await service.reservations.reserve(wish, {}, root);
  await service.ports.create(
    { name: "vm1", network: "blue", addresses: ["10.1.0.7"], labels: {}, options: {} },
    {},
    root,
  );
  await service.poolAddresses.request("h1", blue.pool, { ip: "10.1.0.8" }, root);
  const shown = () =>
    service.addresses
      .history({ network: "blue" }, root)
      .map(({ ip, holder, since, until }) => [ip, holder.kind, holder.name, since !== null, until !== null]);
  assert.deepEqual(shown(), [
    ["10.1.0.1", "gateway", "", true, false],
    ["10.1.0.5", "auxiliary", "", true, false],
    ["10.1.0.6", "reservation", "printer", true, false],
    ["10.1.0.7", "port", "vm1", true, false],
  ]);
  await service.ports.remove("vm1", {}, root);
  await service.reservations.update("10.1.0.6", { note: "scanner" }, {}, root);
  await service.reservations.release("10.1.0.6", {}, root);
  await service.poolAddresses.release("h1", blue.pool, "10.1.0.8", root);
  assert.deepEqual(shown().slice(2), [
    ["10.1.0.6", "reservation", "scanner", true, true],
    ["10.1.0.7", "port", "vm1", true, true],
  ]);
});

test("I11 the history of an address and of all addresses is bounded, in size and in time: the oldest goes first", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { view } = center.store;
  for (let at = 0; at < remembered.ofAddress + 2; at++) {
    center.now += 1_000;
    await end(center, blue, await run(center, blue, `web-${at}`, "10.1.0.9"));
  }
  const names = () =>
    center.service.addresses.history({ ip: "10.1.0.9" }, root).map(({ holder }) => holder.name);
  assert.deepEqual([names().length, names()[0], names().at(-1)], [remembered.ofAddress, "web-2", "web-33"]);
  const now = center.now + remembered.ms;
  assert.equal(hasForgettableUses(view, now), true);
  await center.store.change((draft) => forgetUses(draft, now));
  assert.deepEqual(names(), ["web-33"]);
  assert.equal(hasForgettableUses(view, now), false);
  const [row] = view.rows("Address_Use");
  assert.ok(row);
  const { _uuid: _, ...use } = row;
  const uuid = (at: number) => `00000000-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;
  await center.store.change((draft) => {
    for (let at = 0; at < remembered.ofAll; at++)
      draft.insert("Address_Use", uuid(at), { ...use, ip: "10.1.0.10", until: use.until + 1 + at });
  });
  assert.equal(hasForgettableUses(view, center.now), true);
  await center.store.change((draft) => forgetUses(draft, center.now));
  assert.deepEqual(
    [names(), view.count("Address_Use", "byNetworkIp", `${blue.uuid}|10.1.0.10`)],
    [[], remembered.ofAll],
  );
});

test("I11 an address that was given back is listed as one that rests, until it does not any more", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  await end(center, blue, await run(center, blue, "web", "10.1.0.9"));
  const resting = () => center.service.addresses.list({ network: "blue", purpose: "resting" }, root);
  assert.deepEqual(
    resting().map(({ ip, expires, holder }) => [ip, expires, holder]),
    [["10.1.0.9", time(center.now + 60_000), null]],
  );
  center.now += 60_000;
  assert.deepEqual(resting(), []);
});

test("I11 the list is filtered by subnet and by container, and shows a container's published ports", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { addresses, dockerEndpoints, subnets } = center.service;
  const web = await run(center, blue, "web");
  const ports = [{ protocol: "tcp" as const, port: 80, hostAddress: null, hostPort: 8080 }];
  await dockerEndpoints.publish(web.key, { ports }, root);
  await subnets.create({ network: "blue", cidr: "10.2.0.0/24" }, {}, root);
  const ips = (filter: object) => addresses.list(filter, root).map(({ ip }) => ip);
  assert.deepEqual(ips({ endpoint: "web" }), [web.ip]);
  assert.deepEqual(ips({ endpoint: web.uuid }), [web.ip]);
  assert.deepEqual(ips({ subnet: "10.2.0.0/24@blue" }), ["10.2.0.1"]);
  assert.deepEqual(ips({ network: "blue", subnet: "10.2.0.0/24" }), ["10.2.0.1"]);
  assert.deepEqual(addresses.show(web.ip, root).published, ports);
});
