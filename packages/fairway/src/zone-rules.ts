import { formatPorts, type PortRange, parsePorts } from "./port-ranges.ts";
import { canonicalRules } from "./rules.ts";

/** Protocols that a rule between zones may name. */
export const zoneProtocols = ["tcp", "udp", "icmp"] as const;
type ZoneProtocol = (typeof zoneProtocols)[number];

/** What is said of zones that no rule speaks of: `deny` rejects. */
export const zonePolicies = ["allow", "deny"] as const;

/** Every other zone of the domain. */
export const anyZone = "*";

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
  const ports = portsText === undefined ? [] : parsePorts(portsText);
  if (from === "" || to === "" || (from === to && from !== anyZone)) return undefined;
  if ((protocolText !== undefined && protocol === undefined) || ports === undefined) return undefined;
  return protocol === "icmp" && ports.length > 0 ? undefined : { from, to, protocol, ports };
}

/** What `parseZoneTraffic` reads, in the one way in which it is written. */
function formatZoneTraffic({ from, to, protocol, ports }: ZoneTraffic): string {
  const list = formatPorts(ports);
  return [
    `${from} > ${to}`,
    ...(protocol === undefined ? [] : [protocol]),
    ...(list === "" ? [] : [list]),
  ].join("/");
}

/** Rules with what each does, in the one way in which they are written; what is none stays as it is. */
export function canonicalZoneRules<V>(rules: Readonly<Record<string, V>>): Record<string, V> {
  return canonicalRules(rules, parseZoneTraffic, formatZoneTraffic);
}
