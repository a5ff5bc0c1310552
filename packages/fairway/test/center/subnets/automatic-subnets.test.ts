import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { AutomaticSubnets, randomUniqueLocal } from "../../../src/center/subnets/automatic-subnets.ts";
import { FairwayError } from "../../../src/errors.ts";
import type { View } from "../../../src/intent/view.ts";
import { containsCidr, overlaps, parseCidr } from "../../../src/ip.ts";
import { root, TestCenter } from "../../center.ts";

/** An intent that has these subnets and nothing else. */
function viewOf(cidrs: readonly string[]): View {
  const rows = cidrs.map((cidr) => ({ cidr }));
  return {
    get: () => undefined,
    find: () => [],
    count: () => 0,
    rows: (table) => (table === "Subnet" ? rows : []) as never,
  };
}

const exhausted = (pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === "exhausted" && pattern.test(error.message);

test("I01 a subnet of the pools is found exactly where there is one, and it overlaps nothing", () => {
  const subnet = (third: fc.Arbitrary<number>, min: number) =>
    fc
      .tuple(third, fc.nat(255), fc.integer({ min, max: 32 }))
      .map(([at, fourth, prefix]) => `10.0.${at}.${fourth}/${prefix}`);
  // Most lie in the pool, and leave some of it free.
  const cidr = fc.oneof(
    { weight: 6, arbitrary: subnet(fc.constant(0), 27) },
    { weight: 1, arbitrary: subnet(fc.nat(255), 16) },
  );
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 12 }), fc.array(cidr, { maxLength: 4 }), (used, routes) => {
      const taken = [...used, ...routes].map(parseCidr);
      const all = Array.from({ length: 16 }, (_, at) => parseCidr(`10.0.0.${at * 16}/28`));
      const free = all.filter((one) => !taken.some((other) => overlaps(one, other)));
      const automatic = new AutomaticSubnets([{ cidr: "10.0.0.0/24", size: 28 }]);
      const known = [...used];
      for (const _ of free) {
        const given = automatic.choose(viewOf(known), 4, routes);
        assert.ok(free.some((one) => one.first === parseCidr(given).first && parseCidr(given).prefix === 28));
        assert.ok(!known.includes(given));
        known.push(given);
      }
      assert.throws(() => automatic.choose(viewOf(known), 4, routes), exhausted(/10\.0\.0\.0\/24/));
    }),
  );
});

test("I01 what was refused or given up is not the next one that is given", () => {
  const automatic = new AutomaticSubnets([{ cidr: "10.0.0.0/22", size: 24 }]);
  const given = Array.from({ length: 6 }, () => automatic.choose(viewOf([]), 4, []));
  assert.deepEqual(given.slice(0, 4), ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"]);
  assert.deepEqual(given.slice(4), ["10.0.0.0/24", "10.0.1.0/24"]);
});

test("I01 pools that the host's own routes cover are refused at once, naming the routes", () => {
  const automatic = new AutomaticSubnets([{ cidr: "10.128.0.0/9", size: 24 }]);
  assert.throws(
    () => automatic.choose(viewOf([]), 4, ["10.0.0.0/8", "192.168.0.0/16"]),
    exhausted(/10\.128\.0\.0\/9\) are used up: this host has a route to 10\.0\.0\.0\/8; give --subnet/),
  );
});

test("I01 a pool whose family nobody configured is refused, naming the key", () => {
  const automatic = new AutomaticSubnets([]);
  assert.throws(
    () => automatic.choose(viewOf([]), 4, []),
    /no pool for automatic IPv4 subnets.*addresses\.pools/,
  );
});

test("I01 a cluster's own IPv6 prefix is a random /48 of fd00::/8", () => {
  const [one, two] = [randomUniqueLocal(), randomUniqueLocal()];
  assert.notEqual(one, two);
  for (const cidr of [one, two]) {
    assert.equal(parseCidr(cidr).prefix, 48);
    assert.ok(containsCidr(parseCidr("fd00::/8"), parseCidr(cidr)));
  }
});

test("I01 IPv6 subnets come from the cluster's own prefix, in /64s", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const ask = async (avoid: string[]) =>
    (await center.service.pools.request("h1", { space: "x", family: 6, avoid }, root)).cidr;
  assert.equal(await ask([]), "fd12:3456:789a::/64");
  assert.equal(await ask(["fd12:3456:789a:1::/64"]), "fd12:3456:789a:2::/64");
});

test("I01 an engine that refuses every subnet ends, with an error that says so", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const ask = () => center.service.pools.request("h1", { space: "x", family: 4 }, root);
  const given = new Set<string>();
  await assert.rejects(
    async () => {
      for (;;) given.add((await ask()).cidr);
    },
    exhausted(/holds 256 subnets that no network uses.*give --subnet/),
  );
  assert.equal(given.size, 256);
});
