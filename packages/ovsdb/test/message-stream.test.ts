import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { OvsdbError } from "../src/index.ts";
import { MessageStream } from "../src/message-stream.ts";

const message = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue());
const space = fc.constantFrom("", " ", "\n", "\r\n\t");

function pushAll(stream: MessageStream, chunks: readonly Buffer[]): unknown[] {
  return chunks.flatMap((chunk) => [...stream.push(chunk)]);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

suite("a stream of messages", () => {
  test("comes out the same whatever the chunks are", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(message, space)), fc.array(fc.nat()), (messages, places) => {
        const texts = messages.map(([value, gap]) => JSON.stringify(value) + gap);
        const chunks = cut(Buffer.from(texts.join("")), places);
        const expected = messages.map(([value]) => JSON.parse(JSON.stringify(value)));
        assert.deepEqual(pushAll(new MessageStream(1 << 20), chunks), expected);
      }),
    );
  });

  test("comes out the same byte by byte", () => {
    const text = String.raw`{"a\\":"\"}{\\","b":[{"c":"\u007d"}]} {"é":"𝄞"}`;
    const bytes = Buffer.from(text);
    const chunks = Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1));
    assert.deepEqual(pushAll(new MessageStream(1024), chunks), [
      { "a\\": '"}{\\', b: [{ c: "}" }] },
      { é: "𝄞" },
    ]);
  });

  test("answers random bytes with messages or one typed error", () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', "\\", "1", ",", ":", " ") }),
    );
    fc.assert(
      fc.property(fc.array(junk), (chunks) => {
        const stream = new MessageStream(300);
        try {
          pushAll(
            stream,
            chunks.map((chunk) => Buffer.from(chunk as string)),
          );
        } catch (error) {
          assert(error instanceof OvsdbError);
          assert(error.code === "protocol error" || error.code === "message too large");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("refuses a message over the limit as soon as it is seen to be", () => {
    const stream = new MessageStream(100);
    assert.deepEqual([...stream.push(Buffer.from(`{"a":"${"x".repeat(60)}"}`))].length, 1);
    assert.deepEqual([...stream.push(Buffer.from(`{"a":"${"x".repeat(60)}`))], []);
    assert.throws(() => [...stream.push(Buffer.from("x".repeat(60)))], { code: "message too large" });
  });

  test("refuses deep nesting, which other parsers of JSON choke on", () => {
    const stream = new MessageStream(1 << 20);
    assert.throws(() => [...stream.push(Buffer.from(`{"a":${"[".repeat(2_000)}`))], {
      code: "protocol error",
    });
  });
});
