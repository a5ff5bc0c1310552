import assert from "node:assert/strict";
import { test } from "node:test";
import { Address4 } from "ip-address";
import fc from "../../../test/fast-check.ts";
import {
  canonicalIp,
  cidrsOf,
  contains,
  containsCidr,
  type Family,
  formatCidr,
  formatIp,
  overlaps,
  parseCidr,
  parseIp,
  subnetOf,
  usable,
} from "../src/ip.ts";

const bits = (family: Family) => (family === 4 ? 32 : 128);

const ip = fc
  .constantFrom<Family>(4, 6)
  .chain((family) =>
    fc.bigInt({ min: 0n, max: (1n << BigInt(bits(family))) - 1n }).map((value) => ({ family, value })),
  );

const subnet = ip.chain(({ family, value }) =>
  fc.integer({ min: 0, max: bits(family) }).map((prefix) => subnetOf(family, value, prefix)),
);

/** A subnet in another one, around it or beside it. */
const pair = subnet.chain((one) => {
  const size = one.last - one.first + 1n;
  return fc
    .record({
      prefix: fc.integer({ min: 0, max: bits(one.family) }),
      away: fc.bigInt({ min: -size, max: 2n * size }),
    })
    .map(({ prefix, away }) => {
      const value = BigInt.asUintN(bits(one.family), one.first + away);
      return [one, subnetOf(one.family, value, prefix)] as const;
    });
});

test("I07 an address is the same after it was written and read", () => {
  fc.assert(fc.property(ip, (one) => assert.deepEqual(parseIp(formatIp(one.family, one.value)), one)));
});

test("I07 IPv4 is read and written as the library does it, and what is none is refused", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      assert.equal(parseIp(text).value, new Address4(text).bigInt());
      assert.equal(canonicalIp(text), new Address4(text).correctForm());
    }),
  );
  for (const text of ["10.0.0.256", "10.0.0", "10.0.0.0.1", "10.0.0.x", ""])
    assert.throws(() => parseIp(text), { code: "invalid", message: /is no IP address/ }, text);
});

test("I07 the canonical text is unique, whatever was written (RFC 5952)", () => {
  for (const [written, canonical] of [
    ["FD00:0:0:0:0:0:0:1", "fd00::1"],
    ["fd00:0:0:1::", "fd00:0:0:1::"],
    ["fd00::0.0.0.1", "fd00::1"],
    ["10.0.0.1", "10.0.0.1"],
  ] as const)
    assert.equal(canonicalIp(written), canonical);
});

test("I07 a subnet is the same after it was written and read, has no host bits, and as many addresses as its prefix says", () => {
  fc.assert(
    fc.property(subnet, (one) => {
      assert.deepEqual(parseCidr(formatCidr(one)), one);
      assert.equal(one.last - one.first + 1n, 1n << BigInt(bits(one.family) - one.prefix));
      assert.equal(one.first % (one.last - one.first + 1n), 0n);
    }),
  );
});

test("I07 two subnets overlap exactly when one contains the other's first address", () => {
  fc.assert(
    fc.property(pair, ([one, other]) => {
      const first = (cidr: typeof one) => ({ family: cidr.family, value: cidr.first });
      const meets = contains(one, first(other)) || contains(other, first(one));
      assert.equal(overlaps(one, other), meets);
      assert.equal(overlaps(other, one), meets);
      assert.equal(
        containsCidr(one, other) || containsCidr(other, one),
        meets,
        "CIDRs never overlap in part",
      );
    }),
  );
});

test("I07 what a subnet holds begins with its prefix", () => {
  fc.assert(
    fc.property(pair, ([one, other]) => {
      const begins = (value: bigint) => subnetOf(one.family, value, one.prefix).first === one.first;
      for (const value of [other.first, other.last])
        assert.equal(contains(one, { family: one.family, value }), begins(value));
      assert.equal(containsCidr(one, other), begins(other.first) && begins(other.last));
    }),
  );
});

test("I07 a span is the fewest subnets, ascending", () => {
  const texts = (first: string, last: string) =>
    cidrsOf(4, { first: parseIp(first).value, last: parseIp(last).value }).map(formatCidr);
  assert.deepEqual(texts("10.0.0.0", "10.0.0.6"), ["10.0.0.0/30", "10.0.0.4/31", "10.0.0.6/32"]);
  assert.deepEqual(texts("10.0.0.3", "10.0.0.8"), ["10.0.0.3/32", "10.0.0.4/30", "10.0.0.8/32"]);
});

test("I07 every subnet has a usable address, none outside, and all but network, broadcast and anycast", () => {
  fc.assert(
    fc.property(subnet, (one) => {
      const { first, last } = usable(one);
      assert.ok(first >= one.first && last <= one.last && first <= last);
      const size = one.last - one.first + 1n;
      const kept = size <= 2n ? 0n : one.family === 4 ? 2n : 1n;
      assert.equal(last - first + 1n, size - kept);
    }),
  );
});

test("I07 families never meet", () => {
  assert.ok(!overlaps(parseCidr("0.0.0.0/0"), parseCidr("::/0")));
  assert.ok(!contains(parseCidr("::/0"), parseIp("10.0.0.1")));
});
