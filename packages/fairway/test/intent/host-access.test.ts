import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../test/fast-check.ts";
import type { Tables } from "../../src/intent/generated/fairway.ts";
import { networksOverlapping } from "../../src/intent/host-access.ts";
import { indexes } from "../../src/intent/indexes.ts";
import type { View } from "../../src/intent/view.ts";
import { type Family, formatCidr, overlaps, parseCidr, subnetOf } from "../../src/ip.ts";

type Subnet = Tables["Subnet"];

/** Subnets of all sizes that often overlap. */
const cidrs = (family: Family, bits: number) =>
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: 255n }),
      fc.integer({ min: 0, max: bits }),
      fc.integer({ min: 0, max: bits }),
    )
    .map(([few, shift, prefix]) => {
      const value = (few << BigInt(shift)) & ((1n << BigInt(bits)) - 1n);
      return formatCidr(subnetOf(family, value, prefix));
    });
const anyCidr = fc.oneof(cidrs(4, 32), cidrs(6, 128));

/** Each subnet is one of a network of the same name. */
function viewOf(subnets: readonly string[]): View {
  const rows = subnets.map((cidr, at) => ({ cidr, network: `${at}` }) as unknown as Subnet);
  const keysOf = (row: Subnet, index: string) => {
    const keys = (indexes.Subnet as Record<string, (row: Subnet) => string | readonly string[] | undefined>)[
      index
    ]?.(row);
    return typeof keys === "string" ? [keys] : (keys ?? []);
  };
  return {
    get: (_table, uuid) => ({ _uuid: uuid, name: uuid }) as never,
    rows: () => rows as never,
    find: (_table, index, key) => rows.filter((row) => keysOf(row, index).includes(key)) as never,
    count: () => 0,
  };
}

test("all networks are found that overlap with a subnet, and no others", () => {
  fc.assert(
    fc.property(fc.array(anyCidr, { maxLength: 40 }), anyCidr, (subnets, asked) => {
      const found = networksOverlapping(viewOf(subnets), parseCidr(asked)).map(({ name }) => name);
      const expected = [...subnets.entries()]
        .filter(([, cidr]) => overlaps(parseCidr(cidr), parseCidr(asked)))
        .map(([at]) => `${at}`);
      assert.deepEqual([...found].sort(), expected.sort());
    }),
    { numRuns: 300 },
  );
});
