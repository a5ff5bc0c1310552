import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, type Packet } from "dns-packet";
import fc from "../../../../../test/fast-check.ts";
import { FrameReader, frame } from "../../../src/agent/names/frames.ts";
import {
  type Finding,
  isAnswerTo,
  type Query,
  readQuery,
  writeAnswer,
} from "../../../src/agent/names/message.ts";
import { addressOfReverseName } from "../../../src/agent/names/reverse.ts";

const ednsOf = (udpPayloadSize: number, ednsVersion = 0): NonNullable<Packet["additionals"]> => [
  {
    type: "OPT",
    name: ".",
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion,
    flags: 0,
    flag_do: false,
    options: [],
  },
];

const [FORMERR, NOTIMP] = [1, 4];

const query = (more: Packet = {}) =>
  encode({ type: "query", id: 7, flags: 0x100, questions: [{ type: "A", name: "web" }], ...more });

function read(bytes: Buffer): Query {
  const reading = readQuery(bytes);
  assert.ok(reading !== undefined && "query" in reading, "it is a query");
  return reading.query;
}

function refused(bytes: Buffer) {
  const reading = readQuery(bytes);
  assert.ok(reading !== undefined && "refusal" in reading, "it is refused");
  const packet = decode(reading.refusal);
  return { rcode: (packet.flags ?? 0) & 0xf, additionals: packet.additionals };
}

const addresses = (count: number): Finding[] =>
  Array.from({ length: count }, (_, at) => ({ type: "A", data: `10.1.${at >> 8}.${at & 255}` }));

test("a query is read with all that its answer needs", () => {
  assert.deepEqual(read(query()), {
    id: 7,
    name: "web",
    type: "A",
    class: "IN",
    repeatable: true,
    recursionDesired: true,
    edns: false,
    limit: 512,
  });
  const { edns, limit } = read(query({ additionals: ednsOf(4096) }));
  assert.deepEqual({ edns, limit }, { edns: true, limit: 1232 });
  assert.equal(read(query({ additionals: ednsOf(100) })).limit, 512);
});

test("M05 an answer repeats the question, and speaks EDNS0 with who speaks it alone", () => {
  const plain = decode(writeAnswer(read(query()), "NOERROR", addresses(2), "udp"));
  assert.equal(plain.id, 7);
  // RFC 1035 §4.1.1: RD is copied from the question, RA says that the outside's names are found, too.
  assert.deepEqual([plain.flag_rd, plain.flag_ra], [true, true]);
  assert.deepEqual(
    plain.questions?.map(({ name, type }) => [name, type]),
    [["web", "A"]],
  );
  assert.deepEqual(
    plain.answers?.map((answer) => answer.type === "A" && answer.data),
    ["10.1.0.0", "10.1.0.1"],
  );
  assert.equal(plain.additionals?.length, 0);
  const extended = decode(
    writeAnswer(read(query({ additionals: ednsOf(1232) })), "NOERROR", addresses(1), "udp"),
  );
  const [opt] = extended.additionals ?? [];
  assert.ok(opt?.type === "OPT" && opt.udpPayloadSize === 1232);
});

test("M05 what does not fit a datagram is left out and marked; TCP has all of it", () => {
  for (const [additionals, limit] of [
    [[], 512],
    [ednsOf(1232), 1232],
  ] as const) {
    const asked = read(query({ additionals: [...additionals] }));
    const cut = writeAnswer(asked, "NOERROR", addresses(300), "udp");
    assert.ok(cut.length <= limit && cut.length > limit - 40, `${cut.length} of ${limit} bytes`);
    assert.ok(((decode(cut).flags ?? 0) & 0x200) !== 0, "marked as cut");
    const whole = decode(writeAnswer(asked, "NOERROR", addresses(300), "tcp"));
    assert.equal(whole.answers?.length, 300);
    assert.equal((whole.flags ?? 0) & 0x200, 0);
  }
});

test("what is no query is refused, or not answered", () => {
  assert.equal(readQuery(Buffer.alloc(11)), undefined);
  assert.equal(readQuery(encode({ type: "response", id: 7 })), undefined);
  assert.equal(refused(query({ questions: [] })).rcode, FORMERR);
  assert.equal(refused(query().subarray(0, 15)).rcode, FORMERR);
  assert.equal(refused(query({ flags: 4 << 11 })).rcode, NOTIMP);
  const promising = query();
  promising.writeUInt16BE(0xffff, 4);
  assert.equal(refused(promising).rcode, FORMERR);
  const versioned = refused(query({ additionals: ednsOf(1232, 1) }));
  const [opt] = versioned.additionals ?? [];
  assert.ok(opt?.type === "OPT" && opt.extendedRcode === 1, "BADVERS");
});

test("a label of bytes that are no text is not repeated wrongly", () => {
  const odd = query({ questions: [{ type: "A", name: "w?b" }] });
  odd.writeUInt8(0xff, odd.indexOf("?"));
  const asked = read(odd);
  assert.equal(asked.repeatable, false);
  assert.equal(decode(writeAnswer(asked, "SERVFAIL", [], "udp")).questions?.length, 0);
});

test("no bytes crash the reader, and what it makes of them can be answered", () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(query(), query({ additionals: ednsOf(1232) })),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }),
      fc.nat(60),
    )
    .map(([base, changes, length]) => {
      const bytes = Buffer.from(base);
      for (const [at, value] of changes) if (at < bytes.length) bytes.writeUInt8(value, at);
      return bytes.subarray(0, Math.max(length, 1));
    });
  const any = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mutated, any), (bytes) => {
      const reading = readQuery(bytes);
      if (reading === undefined) return;
      if ("refusal" in reading) assert.ok(decode(reading.refusal));
      else if (reading.query.repeatable)
        assert.ok(decode(writeAnswer(reading.query, "NOERROR", addresses(3), "udp")));
    }),
    { numRuns: 5_000 },
  );
});

test("messages come out of a stream whole, however it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map((message) => frame(Buffer.from(message))));
        const reader = new FrameReader();
        const read: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const length = cuts[turn % cuts.length] ?? 1;
          read.push(...reader.push(stream.subarray(at, at + length)));
          at += length;
        }
        assert.deepEqual(
          read,
          messages.map((message) => Buffer.from(message)),
        );
      },
    ),
  );
});

test("an answer is a response with the question's id", () => {
  const response = writeAnswer(read(query()), "NOERROR", addresses(1), "udp");
  assert.ok(isAnswerTo(7, response));
  assert.ok(!isAnswerTo(8, response));
  assert.ok(!isAnswerTo(7, query()));
});

test("a reverse name is an address, another name is none", () => {
  assert.equal(addressOfReverseName("7.0.1.10.in-addr.arpa"), "10.1.0.7");
  assert.equal(addressOfReverseName("7.0.1.10.IN-ADDR.ARPA"), "10.1.0.7");
  const six = `${"7000000000000000000000000001001d".split("").join(".")}.ip6.arpa`;
  assert.equal(addressOfReverseName(six), "d100:1000:0000:0000:0000:0000:0000:0007");
  for (const name of ["web", "1.10.in-addr.arpa", "256.0.1.10.in-addr.arpa", "x.0.1.10.in-addr.arpa", "arpa"])
    assert.equal(addressOfReverseName(name), undefined, name);
});
