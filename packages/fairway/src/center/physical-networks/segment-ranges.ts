import { FairwayError } from "../../errors.ts";

/** What tells the logical networks of one physical network apart, by its type; `flat` carries one network without, and `local` none. */
export const segmentKinds = {
  /** IEEE 802.1Q: 0 and 4095 are reserved. */
  vlan: { word: "VLAN", option: "vlanid", first: 1, last: 4_094 },
  /** RFC 8926 §3.4: 24 bits; 0 stands for no network. */
  overlay: { word: "VNI", option: "vni", first: 1, last: 16_777_215 },
  /** RFC 7348 §5: 24 bits. */
  vtep: { word: "VNI", option: "vni", first: 1, last: 16_777_215 },
} as const;
export type SegmentedType = keyof typeof segmentKinds;
export const segmentedTypes = Object.keys(segmentKinds) as readonly SegmentedType[];

/** Whether networks of a physical network of this type are told apart by a number. */
export function isSegmented(type: string): type is SegmentedType {
  return Object.hasOwn(segmentKinds, type);
}

/** Segments, both ends included. */
export interface SegmentRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `1000-1030` or `1000`. Throws `invalid` naming the text and what would be right. */
export function parseSegmentRange(type: SegmentedType, text: string): SegmentRange {
  const { word, first: lowest, last: highest } = segmentKinds[type];
  const [, from = "", to = from] = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(text) ?? [];
  const range = { first: Number(from), last: Number(to) };
  const isRange = from !== "" && range.first <= range.last;
  if (isRange && range.first >= lowest && range.last <= highest) return range;
  const right = `a ${word} or a range of them from ${lowest} to ${highest}, e.g. 1000-1030`;
  throw new FairwayError("invalid", `range "${text.slice(0, 40)}" is not valid; it must be ${right}`);
}

/** Reads all ranges of a physical network, lowest first. Throws `invalid` also where two of them overlap. */
export function parseSegmentRanges(type: SegmentedType, texts: readonly string[]): readonly SegmentRange[] {
  const ranges = texts
    .map((text) => parseSegmentRange(type, text))
    .toSorted((one, other) => one.first - other.first);
  for (const [at, range] of ranges.entries()) {
    const before = ranges[at - 1];
    if (before !== undefined && before.last >= range.first)
      throw new FairwayError("invalid", `ranges ${formatRange(before)} and ${formatRange(range)} overlap`);
  }
  return ranges;
}

/** A range as its user writes it. */
export function formatRange({ first, last }: SegmentRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** Whether one of the ranges has the segment. */
export function hasSegment(ranges: readonly SegmentRange[], segment: number): boolean {
  return ranges.some(({ first, last }) => first <= segment && segment <= last);
}

/** The lowest segment of the ranges that is not taken; undefined where all are. */
export function lowestFree(ranges: readonly SegmentRange[], taken: ReadonlySet<number>): number | undefined {
  for (const { first, last } of ranges)
    for (let segment = first; segment <= last; segment++) if (!taken.has(segment)) return segment;
  return undefined;
}
