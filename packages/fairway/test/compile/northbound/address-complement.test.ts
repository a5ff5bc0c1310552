import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { exceptFor } from "../../../src/compile/northbound/address-complement.ts";
import { contains, type Family, formatIp, parseCidr } from "../../../src/ip.ts";

test("N16 all addresses but one are one subnet for each bit", () => {
  assert.deepEqual(exceptFor(4, ["0.0.0.0"]).slice(0, 3), ["0.0.0.1/32", "0.0.0.2/31", "0.0.0.4/30"]);
  assert.equal(exceptFor(4, ["10.1.0.1"]).length, 32);
  assert.equal(exceptFor(6, ["fd01::1"]).length, 128);
  assert.deepEqual(exceptFor(4, []), ["0.0.0.0/0"]);
  assert.deepEqual(exceptFor(4, ["0.0.0.0", "255.255.255.255"]).length, 62);
});

for (const [family, bits] of [
  [4, 32n],
  [6, 128n],
] as const satisfies readonly (readonly [Family, bigint])[])
  test(`N16 in IPv${family} each address is either excepted or in one of the subnets, once`, () => {
    const any = fc.bigInt({ min: 0n, max: (1n << bits) - 1n });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), fc.array(any), (excepted, others) => {
        const addresses = excepted.map((value) => formatIp(family, value));
        const subnets = exceptFor(family, addresses).map(parseCidr);
        assert.ok(subnets.length <= Number(bits) * Math.max(1, excepted.length));
        const near = excepted.flatMap((value) => [value - 1n, value, value + 1n]);
        for (const value of [...near, ...others]) {
          if (value < 0n || value >> bits > 0n) continue;
          const found = subnets.filter((each) => contains(each, { family, value })).length;
          assert.equal(found, excepted.includes(value) ? 0 : 1);
        }
      }),
    );
  });
