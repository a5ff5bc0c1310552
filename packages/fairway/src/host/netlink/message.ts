/** Netlink's notation: messages and attributes (netlink(7), linux/netlink.h), in the byte order of the host. */

export const messageType = {
  error: 2,
  done: 3,
  newLink: 16,
  delLink: 17,
  getLink: 18,
  setLink: 19,
  getNamespaceId: 90,
} as const;

export const messageFlag = {
  request: 0x1,
  ack: 0x4,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
} as const;

const headerLength = 16;
/** The flag of an attribute that has attributes in it (`NLA_F_NESTED`). */
export const nested = 0x8000;

/** Attributes whose type carries a flag in the two upper bits (`NLA_TYPE_MASK`). */
const attributeTypeMask = 0x3fff;

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
if (!littleEndian) throw new Error("Fairway's netlink client is written for little-endian machines");

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Buffer;
}

export type Attribute = readonly [type: number, value: Buffer | string | number | readonly Attribute[]];

function align(length: number): number {
  return (length + 3) & ~3;
}

function encodeValue(value: Attribute[1]): Buffer {
  if (typeof value === "string") return Buffer.from(`${value}\0`);
  if (typeof value === "number") {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(value);
    return word;
  }
  return Buffer.isBuffer(value) ? value : encodeAttributes(value);
}

/** Text is sent with its terminating zero, numbers as 32 bits, lists as nested attributes. */
export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(
    attributes.map(([type, value]) => {
      const payload = encodeValue(value);
      const encoded = Buffer.alloc(align(4 + payload.length));
      encoded.writeUInt16LE(4 + payload.length, 0);
      encoded.writeUInt16LE(Array.isArray(value) ? type | nested : type, 2);
      payload.copy(encoded, 4);
      return encoded;
    }),
  );
}

function* attributesOf(data: Buffer): Generator<readonly [type: number, payload: Buffer]> {
  for (let offset = 0; offset + 4 <= data.length; ) {
    const length = data.readUInt16LE(offset);
    if (length < 4 || offset + length > data.length) return;
    yield [data.readUInt16LE(offset + 2) & attributeTypeMask, data.subarray(offset + 4, offset + length)];
    offset += align(length);
  }
}

/** The payloads by attribute type; what is cut off is left out. */
export function decodeAttributes(data: Buffer): ReadonlyMap<number, Buffer> {
  return new Map(attributesOf(data));
}

/** The payload of the first attribute of a type, without reading on. */
export function findAttribute(data: Buffer, type: number): Buffer | undefined {
  for (const [found, payload] of attributesOf(data)) if (found === type) return payload;
  return undefined;
}

/** A C string's text, up to its zero. */
export function decodeText(data: Buffer | undefined): string {
  return data?.toString("utf8").replace(/\0.*$/s, "") ?? "";
}

/** A message with its header (netlink(7)), filled up to four bytes. */
export function encodeMessage({ type, flags, sequence, body }: NetlinkMessage): Buffer {
  const message = Buffer.alloc(align(headerLength + body.length));
  message.writeUInt32LE(headerLength + body.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(flags, 6);
  message.writeUInt32LE(sequence, 8);
  body.copy(message, headerLength);
  return message;
}

/** The messages of one datagram. Their bodies are views into it. */
export function decodeMessages(datagram: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let offset = 0; offset + headerLength <= datagram.length; ) {
    const length = datagram.readUInt32LE(offset);
    if (length < headerLength || offset + length > datagram.length) break;
    messages.push({
      type: datagram.readUInt16LE(offset + 4),
      flags: datagram.readUInt16LE(offset + 6),
      sequence: datagram.readUInt32LE(offset + 8),
      body: datagram.subarray(offset + headerLength, offset + length),
    });
    offset += align(length);
  }
  return messages;
}
