import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, encodingLength, type Packet } from "dns-packet";

/** DNS messages as the agent reads and writes them (RFC 1035 §4, EDNS0: RFC 6891). */

/** What an answer may say, by its number (RFC 1035 §4.1.1, RFC 6891 §9). */
const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
export type Rcode = keyof typeof rcodes;

export type Transport = "udp" | "tcp";

/** How long others may keep an answer, seconds: containers come and go. */
const TTL_S = 3;

/** What a datagram may have without EDNS0 (RFC 1035 §4.2.1), and what fits every link without fragments (DNS Flag Day 2020), bytes. */
const PLAIN_LIMIT = 512;
const EDNS_LIMIT = 1232;

const HEADER_LENGTH = 12;
const RESPONSE = 0x80;
const OPCODE = 0x78;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;

/** One question, and how it wants to be answered. */
export interface Query {
  readonly id: number;
  /** As it was asked, without the dot at its end. */
  readonly name: string;
  /** `A`, `AAAA`, `PTR`, …; `UNKNOWN_65` where the library has no name for it. */
  readonly type: string;
  readonly class: string;
  /** Whether an answer of ours can repeat the question as it was asked: not where a label has bytes that are no text. */
  readonly repeatable: boolean;
  readonly recursionDesired: boolean;
  /** Whether the asker speaks EDNS0. */
  readonly edns: boolean;
  /** The longest datagram that it takes, bytes. */
  readonly limit: number;
}

/** A record for the name that was asked for. */
export type Finding =
  | { readonly type: "A"; readonly data: string }
  | { readonly type: "AAAA"; readonly data: string }
  | { readonly type: "PTR"; readonly data: string };

/** A query, or the answer to what cannot be one, or undefined where silence is right: answers, and what has no header. */
export type Reading = { readonly query: Query } | { readonly refusal: Buffer } | undefined;

/** Reads any bytes. Never throws. */
export function readQuery(bytes: Buffer): Reading {
  if (bytes.length < HEADER_LENGTH || (bytes.readUInt8(2) & RESPONSE) !== 0) return undefined;
  if ((bytes.readUInt8(2) & OPCODE) !== 0) return { refusal: bareAnswer(bytes, "NOTIMP") };
  // Checked before anything is decoded: a short packet can announce 65,535 records of each kind.
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => bytes.readUInt16BE(at));
  const isPlain = questions === 1 && answers === 0 && authorities === 0 && Number(additionals) <= 4;
  const packet = isPlain ? tryDecode(bytes) : undefined;
  const question = packet?.questions?.[0];
  if (packet === undefined || question === undefined) return { refusal: bareAnswer(bytes, "FORMERR") };
  const opt = packet.additionals?.find((record) => record.type === "OPT");
  const query: Query = {
    id: packet.id ?? 0,
    name: question.name,
    type: question.type,
    class: question.class ?? "IN",
    repeatable: isRepeatable(packet, bytes),
    recursionDesired: ((packet.flags ?? 0) & RECURSION_DESIRED) !== 0,
    edns: opt !== undefined,
    limit: opt === undefined ? PLAIN_LIMIT : Math.min(Math.max(opt.udpPayloadSize, PLAIN_LIMIT), EDNS_LIMIT),
  };
  if (opt !== undefined && opt.ednsVersion > 0) return { refusal: writeAnswer(query, "BADVERS", [], "udp") };
  return { query };
}

/** An answer of our own. What does not fit a datagram is left out and the answer marked, so that the asker comes again by TCP. */
export function writeAnswer(
  query: Query,
  rcode: Rcode,
  findings: readonly Finding[],
  transport: Transport,
): Buffer {
  const answers = findings.map((finding): Answer => ({ ...finding, name: query.name, ttl: TTL_S }));
  const bare = packetOf(query, rcode, []);
  const room = (transport === "udp" ? query.limit : 0xffff) - encodingLength(bare);
  const longest = Math.max(1, ...answers.map((answer) => lengthOf(bare, answer)));
  const fitting = answers.slice(0, Math.floor(room / longest));
  const packet = packetOf(query, rcode, fitting);
  if (fitting.length < answers.length) packet.flags = (packet.flags ?? 0) | TRUNCATED;
  return encode(packet);
}

/** Whether the bytes may be the answer to that query. */
export function isAnswerTo(id: number, bytes: Buffer): boolean {
  return (
    bytes.length >= HEADER_LENGTH && bytes.readUInt16BE(0) === id && (bytes.readUInt8(2) & RESPONSE) !== 0
  );
}

/** The same message under another id. */
export function withId(bytes: Buffer, id: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(id, 0);
  return copy;
}

function packetOf(query: Query, rcode: Rcode, answers: Answer[]): Packet {
  const number = rcodes[rcode];
  const { id, name, recursionDesired } = query;
  const ours = rcode === "NOERROR" || rcode === "NXDOMAIN" ? AUTHORITATIVE_ANSWER : 0;
  return {
    type: "response",
    id,
    flags: ours | RECURSION_AVAILABLE | (recursionDesired ? RECURSION_DESIRED : 0) | (number & 0xf),
    // The library's types know no numbers for what it has no name for; the library does.
    questions: query.repeatable ? [{ name, type: query.type as "A", class: query.class as "IN" }] : [],
    answers,
    additionals: query.edns ? [optOf(number >> 4)] : [],
  };
}

function optOf(extendedRcode: number): Answer {
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: EDNS_LIMIT,
    extendedRcode,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

function lengthOf(bare: Packet, answer: Answer): number {
  return encodingLength({ ...bare, answers: [answer] }) - encodingLength(bare);
}

/** A header alone: its question could not be read, or does not matter. */
function bareAnswer(bytes: Buffer, rcode: Rcode): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  bytes.copy(header, 0, 0, 3);
  header.writeUInt8(header.readUInt8(2) | RESPONSE, 2);
  header.writeUInt8(RECURSION_AVAILABLE | rcodes[rcode], 3);
  return header;
}

function tryDecode(bytes: Buffer): Packet | undefined {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}

function isRepeatable({ questions = [] }: Packet, bytes: Buffer): boolean {
  const again = encode({ type: "query", questions }).subarray(HEADER_LENGTH);
  return bytes.subarray(HEADER_LENGTH, HEADER_LENGTH + again.length).equals(again);
}
