import assert from "node:assert/strict";
import { test } from "node:test";
import { Expiry } from "../../../src/center/expiry.ts";
import { mostEntries } from "../../../src/free-text.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const wish = { network: "blue", note: "", labels: {}, expires: null };

/** Of the center's own network, whose name is blue. */
async function startWithBlue(cidr = "10.1.0.0/24") {
  const center = await TestCenter.start();
  const blue = await center.network("h1", cidr);
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  return { center, blue, reservations: center.service.reservations };
}

test("I11 a reserved address is shown with its note, and no container gets it, by itself or by --ip", async () => {
  const { center, blue, reservations } = await startWithBlue("10.1.0.0/29");
  await using _center = center;
  const made = await reservations.reserve(
    { ...wish, ip: "10.1.0.2", note: "printer", labels: { room: "4" } },
    {},
    root,
  );
  assert.deepEqual(
    [made.ip, made.purpose, made.note, made.labels],
    ["10.1.0.2", "reserved", "printer", { room: "4" }],
  );
  assert.deepEqual(made.holder, { kind: "reservation", name: "printer", host: null });
  assert.equal(made.since, new Date(center.now).toISOString());
  assert.deepEqual(center.service.addresses.show("10.1.0.2@blue", root), made);
  await assert.rejects(
    center.endpoint("h1", blue, "10.1.0.2"),
    refused(
      "conflict",
      /^address 10\.1\.0\.2 is already in use by the reservation "printer" \(`fairway address release 10\.1\.0\.2` ends it\)$/,
    ),
  );
  const key = { host: "h1", networkId: blue.id, endpointId: "e".repeat(64) };
  await assert.rejects(
    center.service.dockerEndpoints.create(key, { addresses: ["10.1.0.2"] }, root),
    refused("conflict", /the reservation "printer"/),
  );
  await assert.rejects(
    center.service.ports.create(
      { name: "vm1", network: "blue", addresses: ["10.1.0.2"], labels: {}, options: {} },
      {},
      root,
    ),
    refused("conflict", /the reservation "printer"/),
  );
  const given = [];
  for (let left = 4; left > 0; left--) given.push((await center.endpoint("h1", blue)).ip);
  assert.deepEqual(given, ["10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6"]);
  await assert.rejects(center.endpoint("h1", blue), refused("exhausted", /10\.1\.0\.0\/29/));
  await reservations.release("10.1.0.2", {}, root);
  assert.equal((await center.endpoint("h1", blue, "10.1.0.2")).ip, "10.1.0.2");
  assert.deepEqual(center.service.status.show().unowned, []);
});

test("I11 without an address the next free one is reserved, of the subnet or family that is asked for", async () => {
  const { center, blue, reservations } = await startWithBlue();
  await using _center = center;
  const { subnets } = center.service;
  await subnets.create({ network: "blue", cidr: "fd00:1::/64" }, {}, root);
  await subnets.create({ network: "blue", cidr: "10.2.0.0/30" }, {}, root);
  const ips = [];
  for (const more of [{}, { subnet: "10.2.0.0/30" }, { family: 6 as const }])
    ips.push((await reservations.reserve({ ...wish, ...more }, {}, root)).ip);
  assert.deepEqual(ips, ["10.1.0.2", "10.2.0.2", "fd00:1::2"]);
  await assert.rejects(
    reservations.reserve({ ...wish, subnet: "10.2.0.0/30" }, {}, root),
    refused("exhausted", /^network blue has no free address left in 10\.2\.0\.0\/30$/),
  );
  await assert.rejects(
    reservations.reserve({ ...wish, subnet: "10.2.0.0/30", ip: "10.1.0.7" }, {}, root),
    refused(
      "invalid",
      /^ip is not an address that a host can have in subnet 10\.2\.0\.0\/30; it is 10\.1\.0\.7$/,
      "ip",
    ),
  );
  assert.equal((await center.endpoint("h1", blue)).ip, "10.1.0.3");
});

test("I11 what cannot be reserved is refused in words, and nothing is left of it", async () => {
  const { center, blue, reservations } = await startWithBlue();
  await using _center = center;
  const web = await center.endpoint("h1", blue);
  const past = new Date(center.now - 1_000).toISOString();
  const cases = [
    [{ ip: "10.1.0.255" }, "invalid", /^ip is not an address .* on network blue; it is 10\.1\.0\.255$/],
    [{ ip: "10.9.0.1" }, "invalid", /^ip is not an address .* on network blue; it is 10\.9\.0\.1$/],
    [{ ip: blue.gateway }, "conflict", /^address 10\.1\.0\.1 is already in use by the gateway$/],
    [{ ip: web.ip }, "conflict", /^address 10\.1\.0\.2 is already in use by endpoint /],
    [
      { family: 6 },
      "invalid",
      /^family must be one that network blue has a subnet of: 10\.1\.0\.0\/24; it is 6$/,
    ],
    [{ expires: past }, "invalid", /^expires must be a time that has not passed; it is /],
    [{ network: "bleu" }, "not_found", /did you mean "blue"\?$/],
  ] as const;
  const before = center.service.addresses.list({}, root);
  for (const [more, code, pattern] of cases)
    await assert.rejects(reservations.reserve({ ...wish, ...more }, {}, root), refused(code, pattern));
  const viewer = {
    ...root,
    caller: { kind: "principal", name: "v", role: "viewer", organization: null } as const,
  };
  await assert.rejects(reservations.reserve(wish, {}, viewer), refused("forbidden", /principal v/));
  await assert.rejects(reservations.release(web.ip, {}, root), refused("invalid", /is no reservation/));
  assert.deepEqual(center.service.addresses.list({}, root), before);
});

test("I11 a dry run reserves nothing, and the address stays free", async () => {
  const { center, blue, reservations } = await startWithBlue();
  await using _center = center;
  const would = await reservations.reserve({ ...wish, note: "printer" }, { isDry: true }, root);
  assert.deepEqual([would.ip, would.note], ["10.1.0.2", "printer"]);
  assert.throws(() => center.service.addresses.show("10.1.0.2", root), { code: "not_found" });
  assert.equal((await center.endpoint("h1", blue, "10.1.0.2")).ip, "10.1.0.2");
});

test("I11 a reservation is changed and released by whoever has seen it as it is, and by nobody else", async () => {
  const { center, reservations } = await startWithBlue();
  await using _center = center;
  const { revision, uuid } = await reservations.reserve(
    { ...wish, ip: "10.1.0.9", note: "printer", labels: { room: "4", floor: "1" } },
    {},
    root,
  );
  const changed = await reservations.update(
    "10.1.0.9",
    { note: "scanner", labels: { room: null, owner: "ann" } },
    { revisions: [revision] },
    root,
  );
  assert.deepEqual([changed.note, changed.labels], ["scanner", { floor: "1", owner: "ann" }]);
  assert.notEqual(changed.revision, revision);
  await assert.rejects(
    reservations.release(uuid, { revisions: [revision] }, root),
    refused("precondition_failed", /^address 10\.1\.0\.9 has revision/),
  );
  await reservations.release(uuid, { revisions: [changed.revision] }, root);
  await assert.rejects(reservations.release(uuid, {}, root), refused("not_found", /^no address/));
});

test("A07 labels do not grow beyond their bound, patch after patch", async () => {
  const { center, reservations } = await startWithBlue();
  await using _center = center;
  await reservations.reserve({ ...wish, ip: "10.1.0.9" }, {}, root);
  const many = (letter: string) =>
    Object.fromEntries(Array.from({ length: mostEntries / 2 + 1 }, (_, at) => [`${letter}${at}`, ""]));
  await reservations.update("10.1.0.9", { labels: many("a") }, {}, root);
  await assert.rejects(
    reservations.update("10.1.0.9", { labels: many("b") }, {}, root),
    refused("invalid", /^labels must have at most \d+ entries; it is an object$/, "labels"),
  );
});

test("I11 a reservation ends when its time has come, and an endless one does not", async () => {
  const { center, reservations } = await startWithBlue();
  await using _center = center;
  const expires = new Date(center.now + 60_000).toISOString();
  await reservations.reserve({ ...wish, ip: "10.1.0.9", expires }, {}, root);
  await reservations.reserve({ ...wish, ip: "10.1.0.10" }, {}, root);
  const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
  const expiry = new Expiry(center.store, silent);
  const reserved = () => center.service.addresses.list({ purpose: "reserved" }, root).map(({ ip }) => ip);
  await expiry.expire(center.now + 59_000);
  assert.deepEqual(reserved(), ["10.1.0.9", "10.1.0.10"]);
  await expiry.expire(center.now + 60_000);
  assert.deepEqual(reserved(), ["10.1.0.10"]);
});

test("I11 a subnet keeps its reservations until it goes, and an engine's auxiliary address is none of them", async () => {
  const { center, reservations } = await startWithBlue();
  await using _center = center;
  const { subnets, addresses } = center.service;
  await subnets.create({ network: "blue", cidr: "10.2.0.0/24" }, {}, root);
  await reservations.reserve({ ...wish, ip: "10.2.0.9", note: "printer" }, {}, root);
  await assert.rejects(
    subnets.update("10.2.0.0/24", { auxiliaries: ["10.2.0.9"] }, {}, root),
    refused("conflict", /must not have 10\.2\.0\.9: it is in use by the reservation "printer"/),
  );
  await subnets.update("10.2.0.0/24", { auxiliaries: ["10.2.0.8"] }, {}, root);
  assert.equal(addresses.show("10.2.0.9", root).note, "printer");
  await subnets.remove("10.2.0.0/24", {}, root);
  assert.throws(() => addresses.show("10.2.0.9", root), { code: "not_found" });
  assert.deepEqual(center.service.status.show().unowned, []);
});
