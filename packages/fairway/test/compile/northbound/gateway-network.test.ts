import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { gatewayPrefix } from "../../../src/compile/northbound/gateway-network.ts";
import { containsCidr, parseCidr, subnetOf } from "../../../src/ip.ts";

for (const [cidr, prefix] of [
  ["10.1.0.0/24", 24],
  ["10.1.0.0/32", 32],
  ["fd00::/127", 127],
  ["10.1.0.0/31", 30],
  ["10.1.0.2/31", 29],
  ["10.1.0.6/31", 28],
  ["10.1.255.254/31", 14],
] as const)
  test(`I07 the gateway of ${cidr} stands on its router's port as /${prefix}`, () => {
    assert.equal(gatewayPrefix(parseCidr(cidr)), prefix);
  });

test("I07 no /31 has a host that is the broadcast address on the router's port", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n << 24n, max: (223n << 24n) - 1n }), (address) => {
      const cidr = subnetOf(4, address, 31);
      const onPort = subnetOf(4, cidr.first, gatewayPrefix(cidr));
      assert.ok(containsCidr(onPort, cidr));
      assert.notEqual(onPort.last, cidr.last);
    }),
  );
});
