import type { Mutant } from "./mutant.ts";

const ranges = "packages/fairway/src/center/physical-networks/segment-ranges.ts";
const test = "packages/fairway/test/center/physical-networks/segment-ranges.test.ts";

/** Physical networks. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "ranges that meet are refused",
    file: ranges,
    from: "before.last >= range.first",
    to: "before.last > range.first + 10",
    test,
  },
  {
    breaks: "a taken VLAN or VNI is nobody else's",
    file: ranges,
    from: "if (!taken.has(segment)) return segment;",
    to: "return segment;",
    test,
  },
  {
    breaks: "a VLAN is at most 4094",
    file: ranges,
    from: "range.last <= highest",
    to: "true",
    test,
  },
];
