import { addressFamily, ipBytes } from "../../host/netlink/address.ts";
import { type Attribute, decodeAttributes, encodeAttributes } from "../../host/netlink/message.ts";
import { type Cidr, type Family, parseCidr, parseIp, subnetOf } from "../../ip.ts";
import { deliveryMark } from "../firewall/uplink-numbers.ts";
import { deliveryTable, hostAccessTable, wireAccessTable } from "./uplink.ts";

/** Addresses, neighbours, routes and rules in route netlink's words (rtnetlink(7), linux/rtnetlink.h, fib_rules.h). */

/** Whom the kernel names as the maker of our routes and rules; see /etc/iproute2/rt_protos for others. */
const ownProtocol = 250;

const table = { none: 0, main: 254 } as const;
const headerLength = 12;
const onlink = 1 << 2;
const unicast = 1;
const local = 2;
/** Unicast, blackhole, unreachable, prohibit. */
const routeTypes: ReadonlySet<number> = new Set([unicast, 6, 7, 8]);
/** A copy that the kernel made for one destination. */
const cloned = 0x200;
const linkScope = 253;
const hostScope = 254;
const permanent = 0x80;
const noDad = 0x02;
const lookUpTable = 1;

const attribute = {
  address: { address: 1, local: 2, flags: 8 },
  neighbour: { destination: 1, linkAddress: 2 },
  route: { destination: 1, outInterface: 4, gateway: 5, priority: 6, preferredSource: 7, table: 15 },
  rule: {
    inInterface: 3,
    priority: 6,
    mark: 10,
    suppressedPrefix: 14,
    table: 15,
    markMask: 16,
    protocol: 21,
  },
} as const;

/** `struct ifaddrmsg`: the address alone, without a route to its subnet, and at once (no duplicate detection). */
export function addressBody(index: number, address: string): Buffer {
  const { family } = parseIp(address);
  const bytes = ipBytes(address);
  const header = Buffer.from([addressFamily[family], family === 4 ? 32 : 128, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(index, 4);
  return Buffer.concat([
    header,
    encodeAttributes([
      [attribute.address.local, bytes],
      [attribute.address.address, bytes],
      [attribute.address.flags, family === 6 ? noDad : 0],
    ]),
  ]);
}

/** `struct ndmsg`: a neighbour that needs no discovery. */
export function neighbourBody(index: number, ip: string, mac: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(addressFamily[parseIp(ip).family], 0);
  header.writeInt32LE(index, 4);
  header.writeUInt16LE(permanent, 8);
  return Buffer.concat([
    header,
    encodeAttributes([
      [attribute.neighbour.destination, ipBytes(ip)],
      [attribute.neighbour.linkAddress, Buffer.from(mac.replaceAll(":", ""), "hex")],
    ]),
  ]);
}

export interface Route {
  readonly index: number;
  readonly cidr: string;
  /** Absent: whoever it is for is on the link. */
  readonly gateway?: string;
  readonly table: number;
  /** The lowest wins. */
  readonly metric?: number;
  /** What the host calls itself to those whom it reaches by this route. */
  readonly source?: string | undefined;
  /** What it leads ends at this host, whoever it is for. */
  readonly isLocal?: boolean;
}

/** `struct rtmsg`: a route by a gateway that is on the link whatever the link's addresses say, or to the link itself. */
export function routeBody({
  index,
  cidr,
  gateway,
  table: id,
  metric,
  source,
  isLocal = false,
}: Route): Buffer {
  const { family, prefix, first } = parseCidr(cidr);
  const header = Buffer.alloc(12);
  header.writeUInt8(addressFamily[family], 0);
  header.writeUInt8(prefix, 1);
  header.writeUInt8(table.none, 4);
  header.writeUInt8(ownProtocol, 5);
  if (gateway === undefined) header.writeUInt8(isLocal ? hostScope : linkScope, 6);
  header.writeUInt8(isLocal ? local : unicast, 7);
  header.writeUInt32LE(gateway === undefined ? 0 : onlink, 8);
  const destination = Buffer.from(first.toString(16).padStart(family === 4 ? 8 : 32, "0"), "hex");
  const attributes: Attribute[] = [
    [attribute.route.destination, destination],
    [attribute.route.outInterface, index],
    ...(gateway === undefined ? [] : ([[attribute.route.gateway, ipBytes(gateway)]] as const)),
    [attribute.route.table, id],
    ...(metric === undefined ? [] : ([[attribute.route.priority, metric]] as const)),
    ...(source === undefined ? [] : ([[attribute.route.preferredSource, ipBytes(source)]] as const)),
  ];
  return Buffer.concat([header, encodeAttributes(attributes)]);
}

/** A rule of ours: packets that it is about look into a table. */
export interface Rule {
  readonly family: Family;
  /** The lowest comes first. */
  readonly priority: number;
  readonly table: number;
  /** Of packets with this mark alone; absent: of all. */
  readonly mark?: number;
  /** The bits of the mark that count; absent: all of them. */
  readonly mask?: number;
  /** Routes of the table with a prefix of at most so many bits do not count (ip-rule(8)); absent: all do. */
  readonly suppressedPrefix?: number;
  /** Of packets that this host itself sends alone (ip-rule(8), `iif lo`). */
  readonly isOwn?: boolean;
}

/** Packets with this number look into the uplink's own table: after the local table's rule (0), before anybody's. */
export function uplinkRule(family: Family, number: number): Rule {
  return { family, priority: 100, table: number, mark: number };
}

/** Packets whose socket is on this host although their address is not look into a table in which everything is local. */
export function deliveryRule(family: Family): Rule {
  return { family, priority: 90, table: deliveryTable, mark: deliveryMark, mask: deliveryMark };
}

/**
 * The host's way to containers, behind everybody's rules and right before the main table's (32766). The main table comes first without its
 * default route: a connected or static route wins, whatever its length.
 */
export function hostAccessRules(family: Family): readonly Rule[] {
  return [
    { family, priority: 32_764, table: table.main, suppressedPrefix: 0 },
    { family, priority: 32_765, table: hostAccessTable },
    { family, priority: 32_765, table: wireAccessTable, isOwn: true },
  ];
}

/** `struct fib_rule_hdr`. */
export function ruleBody({ family, priority, table: id, mark, mask, suppressedPrefix, isOwn }: Rule): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(addressFamily[family], 0);
  header.writeUInt8(table.none, 4);
  header.writeUInt8(lookUpTable, 7);
  const ofMark = [
    [attribute.rule.mark, mark ?? 0],
    [attribute.rule.markMask, mask ?? 0xffffffff],
  ] as const;
  return Buffer.concat([
    header,
    encodeAttributes([
      [attribute.rule.priority, priority],
      ...(isOwn === true ? [[attribute.rule.inInterface, Buffer.from("lo\0")] as const] : []),
      ...(mark === undefined ? [] : ofMark),
      ...(suppressedPrefix === undefined
        ? []
        : [[attribute.rule.suppressedPrefix, suppressedPrefix] as const]),
      [attribute.rule.table, id],
      [attribute.rule.protocol, Buffer.from([ownProtocol])],
    ]),
  ]);
}

/** Asks for all rules or routes of a family: `struct fib_rule_hdr` and `struct rtmsg` have the same length. */
export function familyQuery(family: Family): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(addressFamily[family], 0);
  return header;
}

/** The rule that a body of the kernel's describes, where it is one of ours. */
export function ownRule(family: Family, body: Buffer): Rule | undefined {
  const attributes = decodeAttributes(body.subarray(headerLength));
  const word = (type: number) => attributes.get(type)?.readUInt32LE(0);
  if (attributes.get(attribute.rule.protocol)?.[0] !== ownProtocol) return undefined;
  const mark = word(attribute.rule.mark);
  const mask = word(attribute.rule.markMask);
  const suppressedPrefix = word(attribute.rule.suppressedPrefix);
  return {
    family,
    priority: word(attribute.rule.priority) ?? 0,
    table: word(attribute.rule.table) ?? table.none,
    ...(mark !== undefined && { mark }),
    ...(mask !== undefined && { mask }),
    // The kernel says -1 where there is none.
    ...(suppressedPrefix !== undefined && suppressedPrefix !== 0xffffffff && { suppressedPrefix }),
    ...(attributes.has(attribute.rule.inInterface) && { isOwn: true }),
  };
}

/** Whether a route that a body of the kernel's describes is one of ours. */
export function isOwnRoute(body: Buffer): boolean {
  return body[5] === ownProtocol;
}

/** A route of this host's that leads somewhere, or that refuses to. */
export interface KnownRoute {
  readonly cidr: Cidr;
  readonly isOurs: boolean;
  readonly isInMain: boolean;
  /** The number of the link; undefined where it names none, or several. */
  readonly index: number | undefined;
}

/** The route that a body of the kernel's describes; undefined where it is about the host's own addresses, or a neighbour's. */
export function knownRoute(family: Family, body: Buffer): KnownRoute | undefined {
  const [, prefix = 0, , , id, , , type = 0] = body;
  if (!routeTypes.has(type) || (body.readUInt32LE(8) & cloned) !== 0) return undefined;
  const attributes = decodeAttributes(body.subarray(headerLength));
  const destination = attributes.get(attribute.route.destination)?.toString("hex");
  return {
    cidr: subnetOf(family, destination === undefined ? 0n : BigInt(`0x${destination}`), prefix),
    isOurs: isOwnRoute(body),
    isInMain: (attributes.get(attribute.route.table)?.readUInt32LE(0) ?? id) === table.main,
    index: attributes.get(attribute.route.outInterface)?.readUInt32LE(0),
  };
}
