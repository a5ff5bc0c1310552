import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../test/fast-check.ts";
import { linkNames } from "../../src/agent/link-names.ts";
import {
  type Attribute,
  decodeAttributes,
  decodeMessages,
  decodeText,
  encodeAttributes,
  encodeMessage,
} from "../../src/agent/netlink-message.ts";

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

test("decoding ends with any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
      decodeMessages(Buffer.from(array));
      decodeAttributes(Buffer.from(array));
    }),
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
