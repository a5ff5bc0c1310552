import { setTimeout as sleep } from "node:timers/promises";
import koffi from "koffi";
import { FairwayError } from "../errors.ts";
import { type Family, familyOf, parseIp } from "../ip.ts";
import { bind, close, lastError, receiveHere, send, setsockopt, socket } from "./libc.ts";
import { ipBytes } from "./netlink/address.ts";
import { macBytes } from "./netlink/link.ts";

/** Asks a link whether anybody on it has an address, as a machine does before it takes one (RFC 5227 §2.1.1, RFC 4862 §5.4). */

const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC_NONBLOCK = 0x80803;
/** Before a bridge takes a frame from its port, only those hear of it who hear all (packet(7)). */
const ETH_P_ALL = 0x0003;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const MSG_DONTWAIT = 0x40;

const etherType = { arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;
const icmp6 = { protocol: 58, solicitation: 135, advertisement: 136 } as const;
const smallestFrame = 60;

/** A container waits for it, so it is shorter than the seconds of RFC 5227: machines on a LAN answer within a few milliseconds. */
const probes = { count: 3, everyMs: 100, lookEveryMs: 5 } as const;

/** A link of this host, by which it is on a wire. */
export interface ProbedLink {
  readonly index: number;
  readonly mac: string;
}

/**
 * The MAC address of who has an address on a wire; undefined where nobody has said so within 300 ms. Nothing of the link is changed, and it may be a
 * bridge's port.
 * @param vlan of IEEE 802.1Q; null: without a tag.
 * @throws `unavailable` where the link takes no frames, and the signal's reason.
 */
export async function findNeighbour(
  link: ProbedLink,
  vlan: number | null,
  ip: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const fd = openOn(link);
  try {
    const frame = tagged(question[familyOf(ip)](macBytes(link.mac), ip), vlan);
    const buffer = Buffer.alloc(2_048);
    for (let sent = 0; sent < probes.count; sent++) {
      if ((await send(fd, frame, frame.length, 0)) < 0)
        throw new FairwayError("unavailable", "the link takes no frames; it may be down");
      const untilMs = performance.now() + probes.everyMs;
      while (performance.now() < untilMs) {
        for (;;) {
          const length = receiveHere(fd, buffer, buffer.length, MSG_DONTWAIT);
          if (length <= 0) break;
          const mac = answererOf(buffer.subarray(0, length), link, ip);
          if (mac !== undefined) return mac;
        }
        await sleep(probes.lookEveryMs, undefined, { signal });
      }
    }
    return undefined;
  } finally {
    close(fd);
  }
}

function openOn({ index }: ProbedLink): number {
  // Without a protocol: until it is bound it hears nothing.
  const fd = socket(AF_PACKET, SOCK_RAW_CLOEXEC_NONBLOCK, 0);
  const refuse = (doing: string): never => {
    const reason = lastError();
    if (fd >= 0) close(fd);
    throw new FairwayError("unavailable", `${doing}: ${reason}`);
  };
  if (fd < 0) refuse("no packet socket");
  const { program, instructions } = onlyAnswers();
  const isFiltered = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length) === 0;
  // The program names the instructions by their place in memory: until here they are needed.
  if (!isFiltered || instructions.length === 0) refuse("its filter is refused");
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(index, 4);
  if (bind(fd, address, address.length) !== 0) refuse("the link is not there");
  return fd;
}

/** A classic BPF program (linux/filter.h) that lets ARP and neighbour advertisements through; what stands before them the kernel has taken off. */
function onlyAnswers(): { readonly program: Buffer; readonly instructions: Buffer } {
  const [loadHalf, loadByte, jumpEqual, giveBack] = [0x28, 0x30, 0x15, 0x06];
  const list: readonly (readonly [code: number, value: number, ifEqual?: number, ifNot?: number])[] = [
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
  const instructions = Buffer.alloc(8 * list.length);
  for (const [at, [code, value, ifEqual = 0, ifNot = 0]] of list.entries()) {
    instructions.writeUInt16LE(code, 8 * at);
    instructions.writeUInt8(ifEqual, 8 * at + 2);
    instructions.writeUInt8(ifNot, 8 * at + 3);
    instructions.writeUInt32LE(value, 8 * at + 4);
  }
  const program = Buffer.alloc(16);
  program.writeUInt16LE(list.length, 0);
  program.writeBigUInt64LE(koffi.address(instructions), 8);
  return { program, instructions };
}

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
function answererOf(frame: Buffer, { mac }: ProbedLink, ip: string): string | undefined {
  const { family, value } = parseIp(ip);
  const number = (from: number, to: number) => BigInt(`0x${frame.subarray(from, to).toString("hex")}`);
  const source = (frame.subarray(6, 12).toString("hex").match(/../g) ?? []).join(":");
  if (source === mac) return undefined;
  const type = frame.readUInt16BE(12);
  if (family === 4) {
    const isReply = type === etherType.arp && frame.length >= 42 && frame.readUInt16BE(20) === 2;
    const isOurs = isReply && frame.subarray(0, 6).equals(macBytes(mac)) && number(28, 32) === value;
    return isOurs ? source : undefined;
  }
  return type === etherType.ipv6 && frame.length >= 78 && number(62, 78) === value ? source : undefined;
}

function tagged(frame: Buffer, vlan: number | null): Buffer {
  const tag = vlan === null ? Buffer.alloc(0) : words(etherType.vlan, vlan);
  const whole = Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
  return Buffer.concat([whole, Buffer.alloc(Math.max(0, smallestFrame - whole.length))]);
}

/** 16 bits each, in network byte order. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, 2 * at);
  return bytes;
}

/** The Internet's (RFC 1071), of an even number of bytes. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
