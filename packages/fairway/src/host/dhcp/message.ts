import { ipBytes, ipText } from "../netlink/address.ts";
import { macBytes, macText } from "../netlink/link.ts";

/** Messages of DHCP as RFC 2131 §2 lays them out. */

/** Of option 53 (RFC 2132 §9.6). */
const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
} as const;
type MessageType = keyof typeof messageType;

/** Options that a client of ours says or understands (RFC 2132; 121: RFC 3442). */
export const option = {
  routers: 3,
  nameServers: 6,
  domain: 15,
  requestedAddress: 50,
  leaseSeconds: 51,
  overload: 52,
  messageType: 53,
  server: 54,
  wanted: 55,
  renewalSeconds: 58,
  rebindingSeconds: 59,
  client: 61,
  classlessRoutes: 121,
} as const;

const [bootRequest, bootReply] = [1, 2];
const ethernet = 1;
const magic = Buffer.from([99, 130, 83, 99]);
const [headerLength, shortest, end, pad] = [236, 300, 255, 0];
const broadcastFlag = 0x8000;
/** Of `sname` and `file`, which may hold options as well (RFC 2132 §9.3). */
const [serverNameAt, fileAt, afterFile] = [44, 108, 236];

export interface ClientMessage {
  readonly type: MessageType;
  /** By which its answers are known. */
  readonly transaction: number;
  /** Since the client began, s. */
  readonly seconds: number;
  /** Of the client. */
  readonly mac: string;
  /** That it has and uses; absent while it has none. */
  readonly address?: string | undefined;
  /** Whether answers are to go to everybody: the client cannot hear others yet. */
  readonly toAll: boolean;
  readonly options: ReadonlyMap<number, Buffer>;
}

export interface ServerMessage {
  readonly type: MessageType;
  readonly transaction: number;
  readonly mac: string;
  /** That the client is to have. */
  readonly address: string;
  readonly options: ReadonlyMap<number, Buffer>;
}

/** A client's message, without the headers of UDP and IP. */
export function encodeMessage({
  type,
  transaction,
  seconds,
  mac,
  address,
  toAll,
  options,
}: ClientMessage): Buffer {
  const header = Buffer.alloc(headerLength);
  header.set([bootRequest, ethernet, 6, 0]);
  header.writeUInt32BE(transaction, 4);
  header.writeUInt16BE(Math.min(seconds, 0xffff), 8);
  if (toAll) header.writeUInt16BE(broadcastFlag, 10);
  if (address !== undefined) ipBytes(address).copy(header, 12);
  macBytes(mac).copy(header, 28);
  const all = new Map([[option.messageType as number, Buffer.from([messageType[type]])], ...options]);
  const fields = Array.from(all, ([code, value]) =>
    Buffer.concat([Buffer.from([code, value.length]), value]),
  );
  const message = Buffer.concat([header, magic, ...fields, Buffer.from([end])]);
  return Buffer.concat([message, Buffer.alloc(Math.max(0, shortest - message.length))]);
}

/** A server's message; undefined where the bytes are none. What it gives is its own, whatever becomes of the bytes. */
export function decodeMessage(bytes: Buffer): ServerMessage | undefined {
  const isReply = bytes.length > headerLength + magic.length && bytes[0] === bootReply;
  if (!isReply || bytes[1] !== ethernet || bytes[2] !== 6) return undefined;
  if (!bytes.subarray(headerLength, headerLength + magic.length).equals(magic)) return undefined;
  const options = new Map<number, Buffer>();
  readOptions(bytes.subarray(headerLength + magic.length), options);
  const overload = options.get(option.overload)?.at(0) ?? 0;
  if ((overload & 1) !== 0) readOptions(bytes.subarray(fileAt, afterFile), options);
  if ((overload & 2) !== 0) readOptions(bytes.subarray(serverNameAt, fileAt), options);
  const code = options.get(option.messageType)?.at(0);
  const type = (Object.keys(messageType) as MessageType[]).find((each) => messageType[each] === code);
  if (type === undefined) return undefined;
  return {
    type,
    transaction: bytes.readUInt32BE(4),
    mac: macText(bytes.subarray(28, 34)),
    address: ipText(bytes.subarray(16, 20)),
    options,
  };
}

/** One that comes twice goes on where it ended (RFC 3396); what is cut off counts for nothing. */
function readOptions(bytes: Buffer, into: Map<number, Buffer>): void {
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at++];
    if (code === pad || code === undefined) continue;
    if (code === end) return;
    const length = bytes[at++] ?? 0;
    if (at + length > bytes.length) return;
    into.set(code, Buffer.concat([into.get(code) ?? Buffer.alloc(0), bytes.subarray(at, at + length)]));
    at += length;
  }
}
