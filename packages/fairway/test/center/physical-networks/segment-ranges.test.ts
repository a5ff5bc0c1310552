import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hasSegment,
  lowestFree,
  parseSegmentRange,
  parseSegmentRanges,
} from "../../../src/center/physical-networks/segment-ranges.ts";

test("P07 a range is a VLAN or VNI, or two of them in order", () => {
  assert.deepEqual(parseSegmentRange("vlan", "1000-1030"), { first: 1000, last: 1030 });
  assert.deepEqual(parseSegmentRange("vlan", "4094"), { first: 4094, last: 4094 });
  assert.deepEqual(parseSegmentRange("overlay", "16777215"), { first: 16_777_215, last: 16_777_215 });
  for (const text of ["", "0", "4095", "9-5", "1-2-3", "-5", "5-", " 5", "5.0", "five", "1000-4095"])
    assert.throws(
      () => parseSegmentRange("vlan", text),
      /is not valid; it must be a VLAN or a range of them/,
      text,
    );
  assert.throws(() => parseSegmentRange("overlay", "16777216"), /a VNI or a range of them/);
});

test("P07 ranges that meet are refused by name", () => {
  assert.throws(() => parseSegmentRanges("vlan", ["9-12", "5-9"]), /ranges 5-9 and 9-12 overlap/);
  assert.equal(parseSegmentRanges("vlan", ["10", "5-9"]).length, 2);
});

test("P02 the lowest free segment is the lowest of all ranges", () => {
  const ranges = parseSegmentRanges("vlan", ["20-21", "5-6"]);
  assert.equal(lowestFree(ranges, new Set()), 5);
  assert.equal(lowestFree(ranges, new Set([5, 6])), 20);
  assert.equal(lowestFree(ranges, new Set([5, 6, 20, 21])), undefined);
  assert.equal(lowestFree([], new Set()), undefined);
  assert.ok(hasSegment(ranges, 21));
  assert.ok(!hasSegment(ranges, 7));
});
