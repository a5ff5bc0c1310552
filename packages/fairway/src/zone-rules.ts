/** Protocols that a rule between zones may name. */
export const zoneProtocols = ["tcp", "udp", "icmp"] as const;
type ZoneProtocol = (typeof zoneProtocols)[number];

/** What a rule between zones does: who is rejected is told so, who is dropped waits. */
export const zoneActions = ["allow", "reject", "drop"] as const;
export type ZoneAction = (typeof zoneActions)[number];

/** What is said of zones that no rule speaks of: `deny` rejects. */
export const zonePolicies = ["allow", "deny"] as const;

/** Every other zone of the domain. */
export const anyZone = "*";

interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What one zone says to another. */
export interface ZoneTraffic {
  /** A zone's name in its domain, or `*`. */
  readonly from: string;
  readonly to: string;
  /** Undefined: whatever it is. */
  readonly protocol: ZoneProtocol | undefined;
  /** Of the destination, ascending and apart; none: all. */
  readonly ports: readonly PortRange[];
}

const pattern = /^([^/>]+)>([^/>]+)(?:\/([^/]*))?(?:\/([^/]*))?$/;

/** Reads `FROM > TO`, `FROM > TO/PROTOCOL` or `FROM > TO/PROTOCOL/PORTS`; undefined where it is none of them, or zone and zone are one. */
export function parseZoneTraffic(text: string): ZoneTraffic | undefined {
  const [, from = "", to = "", protocolText, portsText] =
    pattern.exec(text)?.map((part) => part?.trim()) ?? [];
  const protocol = zoneProtocols.find((each) => each === protocolText);
  const ports = portsText === undefined ? [] : rangesOf(portsText);
  if (from === "" || to === "" || (from === to && from !== anyZone)) return undefined;
  if ((protocolText !== undefined && protocol === undefined) || ports === undefined) return undefined;
  return protocol === "icmp" && ports.length > 0 ? undefined : { from, to, protocol, ports };
}

/** What `parseZoneTraffic` reads, in the one way in which it is written. */
function formatZoneTraffic({ from, to, protocol, ports }: ZoneTraffic): string {
  const list = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
  return [
    `${from} > ${to}`,
    ...(protocol === undefined ? [] : [protocol]),
    ...(list === "" ? [] : [list]),
  ].join("/");
}

/** Rules with what each does, in the one way in which they are written; what is none stays as it is. */
export function canonicalRules<V>(rules: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(
    Object.entries(rules).map(([text, action]) => {
      const traffic = parseZoneTraffic(text);
      return [traffic === undefined ? text : formatZoneTraffic(traffic), action];
    }),
  );
}

/** Ports as `80,8000-8100`; undefined where they are none. */
function rangesOf(text: string): readonly PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const [, one = "", other] = /^ *(\d{1,5})(?:-(\d{1,5}))? *$/.exec(part) ?? [];
    const [first, last] = [Number(one), Number(other ?? one)];
    if (first < 1 || last < first || last > 65_535) return undefined;
    ranges.push({ first, last });
  }
  return joined(ranges);
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
