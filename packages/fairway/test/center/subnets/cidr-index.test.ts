import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { CidrIndex } from "../../../src/center/subnets/cidr-index.ts";
import { type Cidr, formatCidr, overlaps, subnetOf } from "../../../src/ip.ts";

/** Few addresses, so that many overlap. */
const anyCidr: fc.Arbitrary<Cidr> = fc.oneof(
  fc
    .tuple(fc.nat(15), fc.integer({ min: 0, max: 32 }))
    .map(([value, prefix]) => subnetOf(4, BigInt(value) << 26n, prefix)),
  fc
    .tuple(fc.nat(15), fc.integer({ min: 0, max: 128 }))
    .map(([value, prefix]) => subnetOf(6, BigInt(value) << 120n, prefix)),
);

test("I01 an index of CIDRs finds what overlaps one, and nothing else", () => {
  const property = fc.property(fc.array(anyCidr, { maxLength: 40 }), anyCidr, (cidrs, asked) => {
    const items = cidrs.map((cidr, number) => ({ cidr, number }));
    const found = new CidrIndex(items).overlapping(asked).map(({ number }) => number);
    const expected = items.filter(({ cidr }) => overlaps(cidr, asked)).map(({ number }) => number);
    assert.deepEqual(
      found.toSorted((one, other) => one - other),
      expected,
      formatCidr(asked),
    );
  });
  fc.assert(property, { numRuns: 500 });
});
