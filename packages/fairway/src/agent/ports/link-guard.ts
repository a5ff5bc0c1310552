import { FairwayError } from "../../errors.ts";
import {
  type Attribute,
  decodeText,
  encodeAttributes,
  findAttribute,
  messageFlag,
} from "../../host/netlink/message.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";

/** Of linux/rtnetlink.h and linux/pkt_sched.h: `clsact` has filters for what leaves a link, too. */
const message = { newQdisc: 36, getQdisc: 38, newFilter: 44 } as const;
const clsact = { handle: 0xffff_0000, parent: 0xffff_fff1, egress: 0xffff_fff3 } as const;
const attribute = { kind: 1, options: 2 } as const;
/** Of linux/pkt_cls.h, and what a program of `direct action` returns. */
const bpf = { opsLength: 4, ops: 5, name: 7, flags: 8, directAction: 1 } as const;
const verdict = { pass: -1, drop: 2 } as const;
/** `htons(ETH_P_IPV6)`, and the priority in the upper half. */
const ip6First = 0x0001_dd86;

/** Of `struct tcmsg`, and where the link's index is in it. */
const headerLength = 20;
const linkAt = 4;

/** Next headers (IANA) and ICMPv6's type. */
const icmp6 = 58;
const withOptions = { hopByHop: 0, routing: 43, destination: 60 } as const;
const routerAdvertisement = 134;
/** Headers with options before ICMPv6 that are read; nobody sends more with an advertisement (RFC 7113). */
const depth = 3;

/** Operations of classic BPF (linux/filter.h): A and X are its registers, M its memory. */
const operation = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  loadByteAtX: 0x50,
  setX: 0x01,
  toMemory: 0x02,
  fromMemory: 0x60,
  add: 0x04,
  addX: 0x0c,
  shiftLeft: 0x64,
  copyToX: 0x07,
  jumpEqual: 0x15,
  return: 0x06,
} as const;

/** The jumps count the instructions that are passed over. */
type Instruction = readonly [operation: number, value?: number, ifEqual?: number, ifNot?: number];

const ethernet = 14;
const ip6Header = 40;
const nextHeaderAt = 6;
/** Of the source's MAC address in a frame. */
const sourceAt = 6;

/** X is where a header begins, and A its number: is it ICMPv6? If it has options, go to the header behind it, and look again. */
const look: readonly Instruction[] = [
  [operation.jumpEqual, icmp6, 0, 4],
  [operation.loadByteAtX, 0],
  [operation.jumpEqual, routerAdvertisement, 0, 1],
  [operation.return, verdict.drop],
  [operation.return, verdict.pass],
  [operation.jumpEqual, withOptions.hopByHop, 3, 0],
  [operation.jumpEqual, withOptions.routing, 2, 0],
  [operation.jumpEqual, withOptions.destination, 1, 0],
  [operation.return, verdict.pass],
  // The number of the header behind it waits in memory; its length is counted in eight bytes beyond the first eight.
  [operation.loadByteAtX, 0],
  [operation.toMemory, 0],
  [operation.loadByteAtX, 1],
  [operation.add, 1],
  [operation.shiftLeft, 3],
  [operation.addX],
  [operation.copyToX],
  [operation.fromMemory, 0],
];

/** @param except whose frames are not looked at, by their MAC address. */
function programFor(except: string | undefined): readonly Instruction[] {
  return [
    ...(except === undefined ? [] : passFrom(Buffer.from(except.replaceAll(":", ""), "hex"))),
    [operation.setX, ethernet + ip6Header],
    [operation.loadByte, ethernet + nextHeaderAt],
    ...Array.from({ length: depth }, () => look).flat(),
    [operation.return, verdict.pass],
  ];
}

/** The source's MAC address is compared as four bytes and two. */
function passFrom(mac: Buffer): readonly Instruction[] {
  return [
    [operation.loadWord, sourceAt],
    [operation.jumpEqual, mac.readInt32BE(0), 0, 3],
    [operation.loadHalf, sourceAt + 4],
    [operation.jumpEqual, mac.readUInt16BE(4), 0, 1],
    [operation.return, verdict.pass],
  ];
}

function programAttributes(except: string | undefined): readonly Attribute[] {
  const program = programFor(except);
  return [
    [bpf.opsLength, word16(program.length)],
    [bpf.ops, Buffer.concat(program.map(encodeInstruction))],
    [bpf.name, "router-advertisements"],
    [bpf.flags, bpf.directAction],
  ];
}

/**
 * Drops router advertisements on their way into a container: one of another container would take the way out from it. OVN lets them
 * through before it looks at any ACL, so they are dropped by the host that they come to, whichever host they are from.
 * @param except a router's MAC address, whose own come through.
 */
export async function dropRouterAdvertisements(
  netlink: Netlink,
  link: number,
  except?: string,
): Promise<void> {
  const [qdisc, filter] = await netlink.exchange([
    {
      type: message.newQdisc,
      flags: messageFlag.create | messageFlag.exclusive,
      body: body({ link, handle: clsact.handle, parent: clsact.parent }, [[attribute.kind, "clsact"]]),
    },
    {
      type: message.newFilter,
      flags: messageFlag.create | messageFlag.exclusive,
      body: body({ link, handle: 1, parent: clsact.egress, info: ip6First }, [
        [attribute.kind, "bpf"],
        [attribute.options, programAttributes(except)],
      ]),
    },
  ]);
  for (const answer of [qdisc, filter]) {
    const error = answer?.error;
    if (error === undefined || error.code === "EEXIST" || error.code === "ENODEV") continue;
    throw new FairwayError(
      "unsupported",
      `Could not drop router advertisements on link ${link}: ${error.text}`,
    );
  }
}

/** The indexes of the links that have a place for filters, and so a guard. */
export async function listGuarded(netlink: Netlink): Promise<ReadonlySet<number>> {
  const all = body({ link: 0, handle: 0, parent: 0 }, []);
  const [answer] = await netlink.exchange([{ type: message.getQdisc, flags: messageFlag.dump, body: all }]);
  const own = (answer?.bodies ?? []).filter(
    (each) => decodeText(findAttribute(each.subarray(headerLength), attribute.kind)) === "clsact",
  );
  return new Set(own.map((each) => each.readInt32LE(linkAt)));
}

function encodeInstruction([what, value = 0, ifEqual = 0, ifNot = 0]: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(what, 0);
  bytes.writeUInt8(ifEqual, 2);
  bytes.writeUInt8(ifNot, 3);
  bytes.writeInt32LE(value, 4);
  return bytes;
}

/** `struct tcmsg` and attributes. */
function body(
  { link, handle, parent, info = 0 }: { link: number; handle: number; parent: number; info?: number },
  attributes: readonly Attribute[],
): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeInt32LE(link, linkAt);
  header.writeUInt32LE(handle, 8);
  header.writeUInt32LE(parent, 12);
  header.writeUInt32LE(info, 16);
  return Buffer.concat([header, encodeAttributes(attributes)]);
}

function word16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
