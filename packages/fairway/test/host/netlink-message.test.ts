import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../test/fast-check.ts";
import { linkNames } from "../../src/agent/ports/link-names.ts";
import {
  type Attribute,
  decodeAttributes,
  decodeMessages,
  decodeText,
  encodeAttributes,
  encodeMessage,
} from "../../src/host/netlink/message.ts";

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const type = fc.integer({ min: 1, max: 0x3fff });

test("what was encoded is decoded: attributes", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(type, bytes), { selector: ([type]) => type }), (attributes) => {
      const decoded = decodeAttributes(encodeAttributes(attributes));
      assert.deepEqual([...decoded], attributes);
    }),
  );
});

test("what was encoded is decoded: nested attributes, text and numbers", () => {
  fc.assert(
    fc.property(type, fc.string({ unit: "grapheme-ascii" }), fc.nat(), (type, text, number) => {
      const inner: Attribute[] = [
        [1, text],
        [2, number],
      ];
      const decoded = decodeAttributes(
        decodeAttributes(encodeAttributes([[type, inner]])).get(type) ?? Buffer.of(),
      );
      assert.equal(decodeText(decoded.get(1)), text.replace(/\0.*$/s, ""));
      assert.equal(decoded.get(2)?.readUInt32LE(0), number);
    }),
  );
});

test("what was encoded is decoded: messages of one datagram", () => {
  const message = fc.record(
    {
      type: fc.nat(0xffff),
      flags: fc.nat(0xffff),
      sequence: fc.nat(),
      body: bytes,
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      assert.deepEqual(decodeMessages(Buffer.concat(messages.map(encodeMessage))), messages);
    }),
  );
});

test("decoding ends with any bytes, and takes no message or attribute that is cut off", () => {
  // Bytes at random have a length that fits once in millions of times: most are messages with some bytes changed.
  const attributes = fc.array(fc.tuple(type, bytes), { maxLength: 3 }).map((each) => encodeAttributes(each));
  const datagram = fc
    .array(fc.record({ type, flags: fc.nat(0xffff), sequence: fc.nat(), body: attributes }), { maxLength: 3 })
    .map((messages) => Buffer.concat(messages.map(encodeMessage)));
  const damaged = fc
    .tuple(
      fc.oneof(datagram, attributes),
      fc.array(fc.tuple(fc.nat(60), fc.nat(40)), { maxLength: 3 }),
      fc.nat(200),
    )
    .map(([whole, changes, length]) => {
      for (const [at, value] of changes) if (at < whole.length) whole.writeUInt8(value, at);
      return whole.subarray(0, length);
    });
  const any = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: damaged }, { weight: 1, arbitrary: any }), (data) => {
      for (const { body } of decodeMessages(data))
        assert.equal(body.length, data.readUInt32LE(body.byteOffset - data.byteOffset - 16) - 16);
      for (const payload of decodeAttributes(data).values())
        assert.equal(payload.length, data.readUInt16LE(payload.byteOffset - data.byteOffset - 4) - 4);
    }),
    { numRuns: 2_000 },
  );
});

test("names of links fit the kernel and differ by endpoint", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (one, other) => {
      const names = linkNames(one);
      assert.match(names.host, /^fw[0-9a-f]{11}$/);
      assert.match(names.container, /^fc[0-9a-f]{11}$/);
      if (one !== other) assert.notEqual(linkNames(other).host, names.host);
    }),
  );
});
