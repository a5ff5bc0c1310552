import { type Family, familyOf, parseIp } from "../ip.ts";
import { ipBytes } from "./netlink/address.ts";
import { macBytes, macText } from "./netlink/link.ts";
import { checksum, type Instruction, onWire, PacketSocket, type WireLink, words } from "./packet-socket.ts";

/** Asks a link whether anybody on it has an address, as a machine does before it takes one (RFC 5227 §2.1.1, RFC 4862 §5.4). */

const etherType = { arp: 0x0806, ipv6: 0x86dd } as const;
const icmp6 = { protocol: 58, solicitation: 135, advertisement: 136 } as const;

/** A container waits for it, so it is shorter than the seconds of RFC 5227: machines on a LAN answer within a few milliseconds. */
const probes = { count: 3, everyMs: 100 } as const;

/**
 * The MAC address of who has an address on a wire; undefined where nobody has said so within 300 ms. Nothing of the link is changed, and it may be a
 * bridge's port.
 * @param vlan of IEEE 802.1Q; null: without a tag.
 * @throws `unavailable` where the link takes no frames, and the signal's reason.
 */
export async function findNeighbour(
  link: WireLink,
  vlan: number | null,
  ip: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  using wire = PacketSocket.open(link, onlyAnswers);
  const frame = onWire(question[familyOf(ip)](macBytes(link.mac), ip), vlan);
  for (let sent = 0; sent < probes.count; sent++) {
    await wire.send(frame);
    const mac = await wire.hear((heard) => answererOf(heard, link, ip), probes.everyMs, signal);
    if (mac !== undefined) return mac;
  }
  return undefined;
}

const [loadHalf, loadByte, jumpEqual, giveBack] = [0x28, 0x30, 0x15, 0x06];

/** Lets ARP and neighbour advertisements through. */
const onlyAnswers: readonly Instruction[] = [
  [loadHalf, 12],
  [jumpEqual, etherType.arp, 5, 0],
  [jumpEqual, etherType.ipv6, 0, 5],
  [loadByte, 20],
  [jumpEqual, icmp6.protocol, 0, 3],
  [loadByte, 54],
  [jumpEqual, icmp6.advertisement, 0, 1],
  [giveBack, 0xffff],
  [giveBack, 0],
];

/** The question as an Ethernet frame without a tag. */
const question: Readonly<Record<Family, (mac: Buffer, ip: string) => Buffer>> = {
  4: (mac, ip) =>
    Buffer.concat([
      Buffer.alloc(6, 0xff),
      mac,
      words(etherType.arp, 1, 0x0800, 0x0604, 1),
      mac,
      // A probe has no address of its own.
      Buffer.alloc(4),
      Buffer.alloc(6),
      ipBytes(ip),
    ]),
  6: (mac, ip) => {
    const target = ipBytes(ip);
    const group = Buffer.concat([Buffer.from("ff0200000000000000000001ff", "hex"), target.subarray(13)]);
    const message = Buffer.concat([Buffer.from([icmp6.solicitation, 0, 0, 0, 0, 0, 0, 0]), target]);
    const from = Buffer.alloc(16);
    const pseudoHeader = Buffer.concat([from, group, words(0, message.length, 0, icmp6.protocol)]);
    message.writeUInt16BE(checksum(Buffer.concat([pseudoHeader, message])), 2);
    return Buffer.concat([
      Buffer.from([0x33, 0x33]),
      group.subarray(12),
      mac,
      words(etherType.ipv6, 0x6000, 0, message.length),
      Buffer.from([icmp6.protocol, 255]),
      from,
      group,
      message,
    ]);
  },
};

/** Who answers in this frame: to us in ARP, to everybody in IPv6. */
function answererOf(frame: Buffer, { mac }: WireLink, ip: string): string | undefined {
  const { family, value } = parseIp(ip);
  const number = (from: number, to: number) => BigInt(`0x${frame.subarray(from, to).toString("hex")}`);
  const source = macText(frame.subarray(6, 12));
  if (source === mac) return undefined;
  const type = frame.readUInt16BE(12);
  if (family === 4) {
    const isReply = type === etherType.arp && frame.length >= 42 && frame.readUInt16BE(20) === 2;
    const isOurs = isReply && frame.subarray(0, 6).equals(macBytes(mac)) && number(28, 32) === value;
    return isOurs ? source : undefined;
  }
  return type === etherType.ipv6 && frame.length >= 78 && number(62, 78) === value ? source : undefined;
}
