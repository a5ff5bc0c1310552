import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../test/fast-check.ts";
import { latecomers } from "../../src/intent/first-comers.ts";
import { type Cidr, formatCidr, overlaps, parseCidr, subnetOf } from "../../src/ip.ts";

const named = (...cidrs: readonly string[]) => cidrs.map((cidr) => ({ cidr: parseCidr(cidr) }));

test("R07 of subnets that overlap the one that comes first is in, and one that is out keeps nobody out", () => {
  const [wide, inside, apart, other, six] = named(
    "10.1.0.0/16",
    "10.1.2.0/24",
    "10.2.0.0/24",
    "10.1.2.128/25",
    "fd01::/64",
  );
  assert.ok(wide && inside && apart && other && six);
  assert.deepEqual(
    [...latecomers([wide, inside, apart, other, six])],
    [
      [inside, wide],
      [other, wide],
    ],
  );
  assert.deepEqual(
    [...latecomers([apart, other, wide, inside, six])],
    [
      [wide, other],
      [inside, other],
    ],
  );
  assert.deepEqual([...latecomers([])], []);
});

test("R07 that is what a comparison of each with all before it says", () => {
  const cidr: fc.Arbitrary<Cidr> = fc.oneof(
    fc
      .tuple(fc.nat(63), fc.integer({ min: 26, max: 32 }))
      .map(([at, prefix]) => subnetOf(4, BigInt(at), prefix)),
    fc
      .tuple(fc.nat(15), fc.integer({ min: 124, max: 128 }))
      .map(([at, prefix]) => subnetOf(6, BigInt(at), prefix)),
  );
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 12 }), (cidrs) => {
      const items = cidrs.map((each) => ({ cidr: each }));
      const inside: typeof items = [];
      const expected = new Map<object, object>();
      for (const item of items) {
        const before = inside.find((each) => overlaps(each.cidr, item.cidr));
        if (before === undefined) inside.push(item);
        else expected.set(item, before);
      }
      const text = (map: ReadonlyMap<object, object>) =>
        items.map((item) => {
          const before = map.get(item) as (typeof items)[number] | undefined;
          return before && formatCidr(before.cidr);
        });
      assert.deepEqual(text(latecomers(items)), text(expected));
    }),
  );
});
