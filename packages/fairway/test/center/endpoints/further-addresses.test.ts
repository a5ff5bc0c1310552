import assert from "node:assert/strict";
import { test } from "node:test";
import { Addresses } from "../../../src/center/addresses/addresses.ts";
import { loseEndpoints, reviveEndpoint } from "../../../src/center/endpoints/lost-endpoints.ts";
import { unowned } from "../../../src/center/owners.ts";
import { compileUnit } from "../../../src/compile/northbound/units.ts";
import { root } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { startWithBlue, wish } from "./ports.ts";

const option = "fairway.addresses";
const named = (name: string, addresses: string, further: string) => ({
  ...wish,
  name,
  network: "blue",
  addresses: [addresses],
  options: { [option]: further },
});

test("S08 addresses of the subnet are the endpoint's and nobody else's, until it goes or names them no more", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports, addresses, subnets } = center.service;
  await subnets.create({ network: "blue", cidr: "fd00:1::/64" }, {}, root);
  const wanted = named("web", "10.1.0.50", "10.1.0.60, 10.1.0.61,10.9.0.0/24,FD00:1::60");
  await ports.create(wanted, {}, root);
  const further = () =>
    addresses.list({ purpose: "further" }, root).map(({ ip, holder }) => `${ip} ${holder?.name}`);
  assert.deepEqual(further(), ["10.1.0.60 web", "10.1.0.61 web", "fd00:1::60 web"]);
  assert.equal(ports.show("web", root).addresses.length, 2, "its own are as before");
  await ports.put(wanted, {}, root);
  const other = { ...wish, name: "db", network: "blue" };
  await assert.rejects(
    ports.create({ ...other, addresses: ["10.1.0.60"] }, {}, root),
    refused("conflict", /^address 10\.1\.0\.60 is already in use by port web$/),
  );
  await assert.rejects(
    subnets.remove("fd00:1::/64@blue", {}, root),
    refused("in_use", /fd00:1::\S+ by port web and 1 more/),
  );
  await ports.update("web", { options: { [option]: "10.1.0.61,10.1.0.62" } }, {}, root);
  assert.deepEqual(further(), ["10.1.0.61 web", "10.1.0.62 web"]);
  await ports.create({ ...other, addresses: ["10.1.0.60"] }, {}, root);
  await ports.update("web", { options: { [option]: null } }, {}, root);
  assert.deepEqual(further(), []);
  await ports.update("web", { options: { [option]: "10.1.0.70" } }, {}, root);
  assert.deepEqual(unowned(center.store.view), []);
  await ports.remove("web", {}, root);
  assert.deepEqual(further(), []);
  assert.deepEqual(
    addresses.history({ ip: "10.1.0.70" }, root).map(({ holder, until }) => [holder.name, until !== null]),
    [["web", true]],
  );
});

test("S08 what is somebody's, or could speak for others, is refused in words, and nothing is made", async () => {
  const { center } = await startWithBlue();
  await using _center = center;
  const { ports, networks, routers, addresses } = center.service;
  await ports.create(named("db", "10.1.0.50", "10.1.0.60,10.9.0.0/24"), {}, root);
  await networks.create({ name: "green", subnets: [{ cidr: "10.2.0.0/24" }] }, {}, root);
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  for (const network of ["blue", "green"])
    await routers.attach("r", network, { addresses: [], options: {} }, {}, root);
  const before = addresses.list({}, root).length;
  const cases = [
    ["10.1.0.50", "conflict", /names 10\.1\.0\.50, which is already in use by port db$/],
    ["10.1.0.60", "conflict", /names 10\.1\.0\.60, which is already in use by port db$/],
    ["10.1.0.1", "conflict", /which is already in use by the gateway$/],
    ["10.1.0.70", "conflict", /names 10\.1\.0\.70, which is the endpoint's own anyway$/],
    [
      "10.1.0.255",
      "invalid",
      /10\.1\.0\.255, which is not one that a container can have in 10\.1\.0\.0\/24$/,
    ],
    [
      "10.1.0.64/28",
      "invalid",
      /overlaps the network's own subnet 10\.1\.0\.0\/24: name addresses of that one/,
    ],
    ["0.0.0.0/0", "invalid", /overlaps the network's own subnet/],
    ["10.9.0.7", "conflict", /10\.9\.0\.7\/32, which overlaps 10\.9\.0\.0\/24 of db on this network$/],
    ["10.2.0.7", "conflict", /overlaps 10\.2\.0\.0\/24 of network green on router r$/],
    ["fe80::1", "invalid", /fe80::1\/128, which overlaps fe80::\/10, which is link-local/],
    ["169.254.169.254", "invalid", /overlaps 169\.254\.0\.0\/16, which is link-local/],
    ["::/0", "invalid", /overlaps ::\/127/],
    ["10.9.1.7/24", "invalid", /fairway\.addresses/],
    ["nonsense", "invalid", /fairway\.addresses.*up to 32 addresses/],
    ["", "invalid", /fairway\.addresses/],
    [Array.from({ length: 33 }, (_, at) => `10.8.0.${at}`).join(), "invalid", /up to 32 addresses/],
  ] as const;
  for (const [further, code, pattern] of cases)
    await assert.rejects(ports.create(named("web", "10.1.0.70", further), {}, root), refused(code, pattern));
  assert.equal(addresses.list({}, root).length, before);
});

test("S08 a port is let through under what it names: on a strict network that alone, of IPv6 on any", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { ports, networks, subnets } = center.service;
  await subnets.create({ network: "blue", cidr: "fd00:1::/64" }, {}, root);
  const wanted = named("web", "10.1.0.50", "10.1.0.60,fd00:1::60,10.9.0.0/24,fd09::/64");
  const { uuid, mac } = await ports.create({ ...wanted, addresses: ["10.1.0.50", "fd00:1::50"] }, {}, root);
  const columns = () => {
    const [row] = compileUnit(center.store.view, `endpoint/${uuid}`);
    assert.equal(row?.table, "Logical_Switch_Port");
    return row.columns;
  };
  const own = `${mac} 10.1.0.50 fd00:1::50`;
  assert.deepEqual(columns().addresses, [`${own} 10.1.0.60 fd00:1::60`]);
  assert.deepEqual(columns().port_security, [`${mac} 0.0.0.0/0 fd00:1::50 fd00:1::60 fd09::/64`]);
  await networks.update(blue.uuid, { portSecurity: "strict" }, {}, root);
  assert.deepEqual(columns().port_security, [`${own} 10.1.0.60 10.9.0.0/24 fd00:1::60 fd09::/64`]);
});

test("S08 a container's further addresses go with it at once; what else was its own waits for its engine's word", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { addresses, dockerEndpoints, poolAddresses } = center.service;
  const further = () => addresses.list({ purpose: "further" }, root).map(({ ip }) => ip);
  const { address } = await poolAddresses.request("h1", blue.pool, { purpose: "unspecified" }, root);
  const key = { host: "h1", networkId: blue.id, endpointId: "e".repeat(64) };
  const request = { addresses: [address.split("/")[0] ?? ""], options: { [option]: "10.1.0.60" } };
  await dockerEndpoints.create(key, request, root);
  await dockerEndpoints.create(key, request, root);
  assert.deepEqual(further(), ["10.1.0.60"]);
  await dockerEndpoints.delete(key, root);
  assert.deepEqual(further(), []);
  assert.deepEqual(unowned(center.store.view), []);
  assert.equal(addresses.list({ purpose: "endpoint" }, root).length, 1);
});

test("S08 further addresses are lost with their host, and keep its endpoint from coming back while somebody else has one", async () => {
  const { center, blue } = await startWithBlue();
  await using _center = center;
  const { ports, addresses, dockerEndpoints } = center.service;
  const further = () => addresses.list({ purpose: "further" }, root).map(({ ip }) => ip);
  const { endpoint } = await dockerEndpoints.create(
    { host: "h1", networkId: blue.id, endpointId: "e".repeat(64) },
    { addresses: ["10.1.0.50"], options: { [option]: "10.1.0.60,10.9.0.0/24" } },
    root,
  );
  await center.store.change((draft) => {
    for (const host of draft.find("Host", "byName", "h1")) loseEndpoints(draft, host, new Date(0));
  });
  assert.deepEqual(further(), []);
  const allocator = new Addresses(center.store, () => 0, 1);
  const revived = () => center.store.change((draft) => reviveEndpoint(draft, allocator, endpoint));
  await ports.create({ ...wish, name: "db", network: "blue", addresses: ["10.1.0.60"] }, {}, root);
  assert.match(String(await revived()), /names 10\.1\.0\.60, which is already in use by port db$/);
  await ports.remove("db", {}, root);
  assert.equal(await revived(), undefined);
  assert.deepEqual(further(), ["10.1.0.60"]);
  assert.deepEqual(
    addresses.list({ purpose: "endpoint" }, root).map(({ ip }) => ip),
    ["10.1.0.50"],
  );
});
