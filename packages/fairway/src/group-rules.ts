import { parseDnsPattern } from "./dns-pattern.ts";
import { formatCidr, parseCidr } from "./ip.ts";
import { formatPorts, type PortRange, parsePorts } from "./port-ranges.ts";
import { canonicalRules } from "./rules.ts";

/** `ingress` is what members of a group get, `egress` what they send. */
const groupDirections = ["ingress", "egress"] as const;
export type GroupDirection = (typeof groupDirections)[number];

/** Who may be named on the other side. */
const peerKinds = ["group", "zone", "network"] as const;
type PeerKind = (typeof peerKinds)[number];

/** The other side of a rule. */
export type GroupPeer =
  | { readonly kind: "any" }
  /** The cluster's hosts, by the addresses under which they reach containers. */
  | { readonly kind: "hosts" }
  /** Canonical; one address is one of all its bits. */
  | { readonly kind: "cidr"; readonly cidr: string }
  /** Whoever bears such a name outside the cluster (`egress`). */
  | { readonly kind: "dns"; readonly pattern: string }
  | { readonly kind: PeerKind; readonly name: string };

/** What a rule of a group is of. */
export interface GroupTraffic {
  readonly direction: GroupDirection;
  /** Undefined: whatever it is; a number is one of IP's (RFC 791, `Protocol`; RFC 8200, `Next Header`). */
  readonly protocol: "tcp" | "udp" | "icmp" | number | undefined;
  /** Of the destination, ascending and apart; none: all. */
  readonly ports: readonly PortRange[];
  readonly peer: GroupPeer;
}

/** What a rule is of, in words that follow "takes". */
export const groupRuleForm =
  "DIRECTION PROTOCOL PORTS from|to PEER, e.g. ingress tcp 80,8000-8100 from any. DIRECTION is ingress or egress; PROTOCOL any, tcp, udp, icmp or a number; " +
  "PORTS are for tcp and udp, 1 to 65535; PEER is any, hosts (ingress), an address, a CIDR, group NAME, zone NAME, network NAME, or a DNS name as deb.debian.org or *.debian.org (egress)";

const named = { tcp: "tcp", udp: "udp", icmp: "icmp", 6: "tcp", 17: "udp" } as const;
const sides = { ingress: "from", egress: "to" } as const satisfies Record<GroupDirection, string>;

/** Reads `ingress tcp 80 from any`; what is left out behind the direction is any. Undefined where it is no rule. */
export function parseGroupTraffic(text: string): GroupTraffic | undefined {
  const [, directionText, ownText = "", side, peerText] =
    /^(\S+)((?: (?!from |to )\S+)*)(?: (from|to) (.+))?$/.exec(text.trim().replaceAll(/\s+/g, " ")) ?? [];
  const direction = groupDirections.find((each) => each === directionText);
  if (direction === undefined || (side !== undefined && side !== sides[direction])) return undefined;
  const [protocolText = "any", portsText, ...others] = ownText.trim().split(" ").filter(Boolean);
  const protocol = protocolOf(protocolText);
  const ports = portsText === undefined ? [] : parsePorts(portsText);
  const peer = peerOf(peerText ?? "any");
  if (protocol === "none" || ports === undefined || peer === undefined || others.length > 0) return undefined;
  if (ports.length > 0 && protocol !== "tcp" && protocol !== "udp") return undefined;
  // A host answers under the gateway's address: as a destination it is that one.
  if (peer.kind === "hosts" && direction === "egress") return undefined;
  if (peer.kind === "dns" && direction === "ingress") return undefined;
  return { direction, protocol, ports, peer };
}

/** What `parseGroupTraffic` reads, in the one way in which it is written. */
export function formatGroupTraffic({ direction, protocol, ports, peer }: GroupTraffic): string {
  return [direction, protocol ?? "any", formatPorts(ports), sides[direction], formatPeer(peer)]
    .filter((word) => word !== "")
    .join(" ");
}

/** Rules with what each does, in the one way in which they are written; what is none stays as it is. */
export function canonicalGroupRules<V>(rules: Readonly<Record<string, V>>): Record<string, V> {
  return canonicalRules(rules, parseGroupTraffic, formatGroupTraffic);
}

function protocolOf(text: string): GroupTraffic["protocol"] | "none" {
  if (text === "any") return undefined;
  if (Object.hasOwn(named, text)) return named[text as keyof typeof named];
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : "none";
}

function peerOf(text: string): GroupPeer | undefined {
  if (text === "any" || text === "hosts") return { kind: text };
  const [word = "", ...rest] = text.split(" ");
  const kind = peerKinds.find((each) => each === word);
  if (kind !== undefined) return rest.length === 0 ? undefined : { kind, name: rest.join(" ") };
  if (rest.length > 0) return undefined;
  const cidr = cidrOf(word);
  if (cidr !== undefined) return { kind: "cidr", cidr };
  const pattern = parseDnsPattern(word);
  return pattern === undefined ? undefined : { kind: "dns", pattern };
}

function formatPeer(peer: GroupPeer): string {
  if (peer.kind === "any" || peer.kind === "hosts") return peer.kind;
  if (peer.kind === "dns") return peer.pattern;
  return peer.kind === "cidr" ? peer.cidr : `${peer.kind} ${peer.name}`;
}

/** The subnet that has an address, canonical; without a prefix length that address alone. */
function cidrOf(text: string): string | undefined {
  try {
    const cidr = parseCidr(text);
    return text.includes("%") || cidr.prefix > (cidr.family === 4 ? 32 : 128) ? undefined : formatCidr(cidr);
  } catch {
    return undefined;
  }
}
