import { setTimeout as sleep } from "node:timers/promises";
import koffi from "koffi";
import { FairwayError } from "../errors.ts";
import { bind, close, lastError, receiveHere, send, setsockopt, socket } from "./libc.ts";

const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC_NONBLOCK = 0x80803;
/** Before a bridge takes a frame from its port, only those hear of it who hear all (packet(7)). */
const ETH_P_ALL = 0x0003;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_MR_PROMISC = 1;
const MSG_DONTWAIT = 0x40;

const tagType = 0x8100;
const smallestFrame = 60;
const longestFrame = 2_048;
const lookEveryMs = 5;

/** A link of this host, by which it is on a wire. */
export interface WireLink {
  readonly index: number;
  readonly mac: string;
}

/** An instruction of classic BPF (linux/filter.h); the jumps are counted from the next one. */
export type Instruction = readonly [code: number, value: number, ifTrue?: number, ifFalse?: number];

/**
 * Whole frames on a link, beside whatever else uses it: nothing of the link is changed, and it may be a bridge's port. The kernel takes
 * the tag of a frame's VLAN off before it is seen here.
 */
export class PacketSocket implements Disposable {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(longestFrame);

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * @param filter lets through what is to be heard.
   * @param hears `all`: also what is for other MAC addresses than the link's.
   * @throws `unavailable` where there is no such link, or the kernel refuses.
   */
  static open(
    { index }: WireLink,
    filter: readonly Instruction[],
    hears: "own" | "all" = "own",
  ): PacketSocket {
    // Without a protocol: until it is bound it hears nothing.
    const fd = socket(AF_PACKET, SOCK_RAW_CLOEXEC_NONBLOCK, 0);
    const refuse = (doing: string): never => {
      const reason = lastError();
      if (fd >= 0) close(fd);
      throw new FairwayError("unavailable", `${doing}: ${reason}`);
    };
    if (fd < 0) refuse("no packet socket");
    const { program, instructions } = programOf(filter);
    const isFiltered = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length) === 0;
    // The program names the instructions by their place in memory: until here they are needed.
    if (!isFiltered || instructions.length === 0) refuse("its filter is refused");
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETH_P_ALL, 2);
    address.writeInt32LE(index, 4);
    if (bind(fd, address, address.length) !== 0) refuse("the link is not there");
    if (hears === "all") {
      // It ends with the socket (packet(7)).
      const membership = Buffer.alloc(16);
      membership.writeInt32LE(index, 0);
      membership.writeUInt16LE(PACKET_MR_PROMISC, 4);
      if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, membership.length) !== 0)
        refuse("the link does not hear all");
    }
    return new PacketSocket(fd);
  }

  /** @throws `unavailable` where the link takes no frames. */
  async send(frame: Buffer): Promise<void> {
    if ((await send(this.#fd, frame, frame.length, 0)) < 0)
      throw new FairwayError("unavailable", "the link takes no frames; it may be down");
  }

  /**
   * The first thing that `read` makes of a frame; undefined where nothing has come after so long, ms.
   * @param read gives undefined for what is not meant; a frame is its own until it returns. @throws the signal's reason.
   */
  async hear<T>(
    read: (frame: Buffer) => T | undefined,
    forMs: number,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const untilMs = performance.now() + forMs;
    while (performance.now() < untilMs) {
      for (;;) {
        const length = receiveHere(this.#fd, this.#buffer, this.#buffer.length, MSG_DONTWAIT);
        if (length <= 0) break;
        const meant = read(this.#buffer.subarray(0, length));
        if (meant !== undefined) return meant;
      }
      // Its own error says nothing of why.
      await sleep(lookEveryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    close(this.#fd);
  }
}

/** A frame as it goes onto the wire: with the tag of its VLAN, and long enough. @param vlan of IEEE 802.1Q; null: without a tag. */
export function onWire(frame: Buffer, vlan: number | null): Buffer {
  const tag = vlan === null ? Buffer.alloc(0) : words(tagType, vlan);
  const whole = Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
  return Buffer.concat([whole, Buffer.alloc(Math.max(0, smallestFrame - whole.length))]);
}

/** 16 bits each, in network byte order. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, 2 * at);
  return bytes;
}

/** The Internet's (RFC 1071); an odd last byte counts as if a zero followed. */
export function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += bytes.readUInt8(bytes.length - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** `struct sock_fprog`, and what it points to. */
function programOf(filter: readonly Instruction[]): {
  readonly program: Buffer;
  readonly instructions: Buffer;
} {
  const instructions = Buffer.alloc(8 * filter.length);
  for (const [at, [code, value, ifTrue = 0, ifFalse = 0]] of filter.entries()) {
    instructions.writeUInt16LE(code, 8 * at);
    instructions.writeUInt8(ifTrue, 8 * at + 2);
    instructions.writeUInt8(ifFalse, 8 * at + 3);
    instructions.writeUInt32LE(value, 8 * at + 4);
  }
  const program = Buffer.alloc(16);
  program.writeUInt16LE(filter.length, 0);
  program.writeBigUInt64LE(koffi.address(instructions), 8);
  return { program, instructions };
}
