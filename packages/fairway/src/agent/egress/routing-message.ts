import { type Family, parseCidr, parseIp } from "../../ip.ts";
import { addressFamily, ipBytes } from "../netlink-address.ts";
import { type Attribute, encodeAttributes } from "../netlink-message.ts";

/** Addresses, neighbours, routes and rules in route netlink's words (rtnetlink(7), linux/rtnetlink.h, fib_rules.h). */

/** Whom the kernel names as the maker of our routes and rules; see /etc/iproute2/rt_protos for others. */
const ownProtocol = 250;

const table = { none: 0, main: 254 } as const;
const onlink = 1 << 2;
const unicast = 1;
const linkScope = 253;
const permanent = 0x80;
const noDad = 0x02;
const lookUpTable = 1;

const attribute = {
  address: { address: 1, local: 2, flags: 8 },
  neighbour: { destination: 1, linkAddress: 2 },
  route: { destination: 1, outInterface: 4, gateway: 5, priority: 6, preferredSource: 7, table: 15 },
  rule: { priority: 6, mark: 10, table: 15, markMask: 16, protocol: 21 },
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
  /** Absent: the main table. */
  readonly table?: number;
  /** The lowest wins. */
  readonly metric?: number;
  /** What the host calls itself to those whom it reaches by this route. */
  readonly source?: string | undefined;
}

/** `struct rtmsg`: a route by a gateway that is on the link whatever the link's addresses say, or to the link itself. */
export function routeBody({ index, cidr, gateway, table: id, metric, source }: Route): Buffer {
  const { family, prefix, first } = parseCidr(cidr);
  const header = Buffer.alloc(12);
  header.writeUInt8(addressFamily[family], 0);
  header.writeUInt8(prefix, 1);
  header.writeUInt8(id === undefined ? table.main : table.none, 4);
  header.writeUInt8(ownProtocol, 5);
  if (gateway === undefined) header.writeUInt8(linkScope, 6);
  header.writeUInt8(unicast, 7);
  header.writeUInt32LE(gateway === undefined ? 0 : onlink, 8);
  const destination = Buffer.from(first.toString(16).padStart(family === 4 ? 8 : 32, "0"), "hex");
  const attributes: Attribute[] = [
    [attribute.route.destination, destination],
    [attribute.route.outInterface, index],
    ...(gateway === undefined ? [] : ([[attribute.route.gateway, ipBytes(gateway)]] as const)),
    ...(id === undefined ? [] : ([[attribute.route.table, id]] as const)),
    ...(metric === undefined ? [] : ([[attribute.route.priority, metric]] as const)),
    ...(source === undefined ? [] : ([[attribute.route.preferredSource, ipBytes(source)]] as const)),
  ];
  return Buffer.concat([header, encodeAttributes(attributes)]);
}

/** A rule of ours: packets with this mark look into the table of the same number. */
export interface Rule {
  readonly family: Family;
  readonly number: number;
}

/** Before the main table's rule (32766) and after the local one (0). */
const rulePriority = 100;

/** `struct fib_rule_hdr`. */
export function ruleBody({ family, number }: Rule): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(addressFamily[family], 0);
  header.writeUInt8(table.none, 4);
  header.writeUInt8(lookUpTable, 7);
  return Buffer.concat([
    header,
    encodeAttributes([
      [attribute.rule.priority, rulePriority],
      [attribute.rule.mark, number],
      [attribute.rule.markMask, 0xffffffff],
      [attribute.rule.table, number],
      [attribute.rule.protocol, Buffer.from([ownProtocol])],
    ]),
  ]);
}

/** Asks for all rules of a family. */
export function ruleQuery(family: Family): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(addressFamily[family], 0);
  return header;
}

/** The rule that a body of the kernel's describes, where it is one of ours. */
export function ownRule(family: Family, attributes: ReadonlyMap<number, Buffer>): Rule | undefined {
  const isOurs = attributes.get(attribute.rule.protocol)?.[0] === ownProtocol;
  const mark = attributes.get(attribute.rule.mark)?.readUInt32LE(0);
  return isOurs && mark !== undefined ? { family, number: mark } : undefined;
}
