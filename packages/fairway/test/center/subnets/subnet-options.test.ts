import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { FairwayError } from "../../../src/errors.ts";
import { cidrsOf, parseCidr, parseIp } from "../../../src/ip.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { cidr, gateway, make } from "../networks/made-with-options.ts";

type Options = Record<string, string>;

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

test("D14 host routes reach every container, with a next hop or on its own link", async () => {
  await using center = await TestCenter.start();
  const routes = '[["10.9.0.0/16","192.168.1.7"],["10.8.0.1/32","0.0.0.0"]]';
  for (const text of [routes, `\`${routes}\``, routes.replaceAll('"', "'")]) {
    const { start } = await make(center, { "subnet:host_routes": text });
    const endpoint = await start();
    assert.deepEqual(
      [...endpoint.routes].sort((a, b) => a.destination.localeCompare(b.destination)),
      [{ destination: "10.8.0.1/32" }, { destination: "10.9.0.0/16", nextHop: "192.168.1.7" }],
    );
    assert.equal(endpoint.gateway, gateway);
  }
});

test("D14 host routes of IPv6 reach containers that have an address of that family, and no others", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const [id, space] = [engineId(), engineId()];
  const blue = { cidr, gateway, cidr6: "fd00:1::/64", gateway6: "fd00:1::1" };
  for (const [family, each] of [
    [4, blue.cidr],
    [6, blue.cidr6],
  ] as const)
    await center.service.pools.request("h1", { space, family, cidr: each }, root);
  const subnets = [
    { space, cidr, gateway },
    { space, cidr: blue.cidr6, gateway: blue.gateway6 },
  ];
  const options = { "subnet:host_routes": '[["fd00:9::/48","fd00:1::7"],["10.9.0.0/16","192.168.1.7"]]' };
  await center.service.dockerNetworks.create("h1", id, { subnets, options }, root);
  const routesOf = async (...addresses: string[]) => {
    const key = { host: "h1", networkId: id, endpointId: engineId() };
    const { routes } = await center.service.dockerEndpoints.create(key, { addresses }, root);
    return routes.map(({ destination, nextHop }) => `${destination} ${nextHop}`).sort();
  };
  const [four, six] = ["10.9.0.0/16 192.168.1.7", "fd00:9::/48 fd00:1::7"];
  assert.deepEqual(await routesOf("192.168.1.20", "fd00:1::20"), [four, six]);
  assert.deepEqual(await routesOf("192.168.1.21"), [four]);
  assert.deepEqual(await routesOf("fd00:1::22"), [six]);
});

test("D14 host routes that no container could have are refused when the network is made", async () => {
  await using center = await TestCenter.start();
  const cases: readonly (readonly [string, RegExp])[] = [
    ["10.9.0.0/16", /it takes a list of routes/],
    ['[["10.9.0.0","192.168.1.7"]]', /it takes a list of routes/],
    ['[["10.9.0.0/16"]]', /it takes a list of routes/],
    [
      '[["10.9.0.0/16","10.9.0.1"]]',
      /next hops inside the network's subnet \(192\.168\.1\.0\/24\), not 10\.9/,
    ],
    ['[["0.0.0.0/0","192.168.1.7"]]', /not the default route; that one is --gateway/],
    ['[["192.168.1.0/24","0.0.0.0"]]', /not the network's own subnet/],
    ['[["10.9.0.0/16","0.0.0.0"],["10.9.3.0/16","0.0.0.0"]]', /each destination once/],
    ['[["fd00::/64","::"]]', /it has no IPv6/],
  ];
  for (const [text, message] of cases)
    await assert.rejects(make(center, { "subnet:host_routes": text }), refused("invalid", message), text);
});

test("I03 automatic addresses lie between allocated_start and allocated_end, and inside --ip-range", async () => {
  await using center = await TestCenter.start();
  const given = async (options: Options, range?: string) => {
    const { start } = await make(center, options, range === undefined ? {} : { range });
    const addresses: string[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const endpoint = await start().catch((error: unknown) => {
        assert.match(String(error), /has no free address/);
      });
      if (endpoint === undefined) return addresses;
      addresses.push(...endpoint.addresses);
    }
    return addresses;
  };
  const [start, end] = ["subnet:allocated_start", "subnet:allocated_end"];
  assert.deepEqual(
    await given({ [start]: "192.168.1.99", [end]: "192.168.1.102" }),
    [99, 100, 101, 102].map((last) => `192.168.1.${last}/24`),
  );
  assert.deepEqual(
    await given({ [start]: "`192.168.1.253`" }),
    [253, 254].map((last) => `192.168.1.${last}/24`),
  );
  assert.deepEqual(await given({ [end]: "192.168.1.2" }), ["192.168.1.2/24"]);
  assert.deepEqual(
    await given({ [start]: "192.168.1.18" }, "192.168.1.16/30"),
    [18, 19].map((last) => `192.168.1.${last}/24`),
  );
  const wrong: readonly (readonly [Options, RegExp])[] = [
    [{ [start]: "10.0.0.1" }, /subnet:allocated_start=10\.0\.0\.1 .* subnet \(192\.168\.1\.0\/24\)/],
    [{ [end]: "last" }, /subnet:allocated_end=last is not valid; it takes an address/],
    [{ [start]: "192.168.1.9", [end]: "192.168.1.8" }, /no address lies between/],
  ];
  for (const [options, message] of wrong)
    await assert.rejects(make(center, options), refused("invalid", message));
});

test("a span is covered exactly by the fewest subnets", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(byte, byte, (one, other) => {
      const base = parseIp("10.1.0.0").value;
      const span = { first: base + BigInt(Math.min(one, other)), last: base + BigInt(Math.max(one, other)) };
      const cidrs = cidrsOf(4, span);
      assert.equal(cidrs[0]?.first, span.first);
      assert.equal(cidrs.at(-1)?.last, span.last);
      for (const [at, cidr] of cidrs.entries())
        if (at > 0) assert.equal(cidr.first, (cidrs[at - 1]?.last ?? 0n) + 1n);
      assert.ok(cidrs.length <= 16);
    }),
  );
  assert.deepEqual(cidrsOf(4, { first: 0n, last: 0xffff_ffffn }), [parseCidr("0.0.0.0/0")]);
});
