/** Ports of TCP or UDP, both ends among them. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Ports as `80,8000-8100`, ascending and apart; undefined where they are none. */
export function parsePorts(text: string): readonly PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const [, one = "", other] = /^ *(\d{1,5})(?:-(\d{1,5}))? *$/.exec(part) ?? [];
    const [first, last] = [Number(one), Number(other ?? one)];
    if (first < 1 || last < first || last > 65_535) return undefined;
    ranges.push({ first, last });
  }
  return joined(ranges);
}

/** What `parsePorts` reads, in the one way in which it is written; empty of none. */
export function formatPorts(ports: readonly PortRange[]): string {
  return ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

function joined(ranges: readonly PortRange[]): readonly PortRange[] {
  const apart: PortRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.first - other.first)) {
    const before = apart.at(-1);
    if (before === undefined || range.first > before.last + 1) apart.push(range);
    else apart[apart.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return apart;
}
