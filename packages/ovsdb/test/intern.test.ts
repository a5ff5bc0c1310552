import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { columnCodec } from "../src/column-codec.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const count = 50_000;
/** What a string of 36 characters takes at least, bytes. */
const stringBytes = 48;

function heldBytes(make: () => unknown): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const held = make();
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  assert.ok(held);
  return bytes;
}

/** A server's message, in which each value is a string of its own. */
const message = (value: unknown): readonly unknown[] => JSON.parse(JSON.stringify(Array(count).fill(value)));

for (const [type, wire] of [
  ["uuid", ["uuid", "6f3c8a52-0d3a-4a5c-9d0e-0a6a6a6a6a6a"]],
  ["string", "system-id-of-some-host-in-the-cluster"],
  ["string", "1234567890"],
  ["string", "__proto__"],
] as const)
  test(`values of type ${type} that are the same, ${JSON.stringify(wire)}, read back as they were`, () => {
    const codec = columnCodec({ key: { type }, value: undefined, min: 1, max: 1 }, "T.c");
    const text = typeof wire === "string" ? wire : wire[1];
    assert.deepEqual(
      message(wire)
        .slice(0, 3)
        .map((each) => codec.decode(each)),
      [text, text, text],
    );
  });

test("a UUID that stands in many rows is held once", () => {
  const wire = ["uuid", "6f3c8a52-0d3a-4a5c-9d0e-0a6a6a6a6a6a"] as const;
  const codec = columnCodec({ key: { type: "uuid" }, value: undefined, min: 1, max: 1 }, "T.c");
  const separate = heldBytes(() => message(wire).map((each) => (each as typeof wire)[1]));
  const shared = heldBytes(() => message(wire).map((each) => codec.decode(each)));
  assert.ok(separate > count * stringBytes, `${separate} bytes without the codec`);
  assert.ok(shared < separate - count * stringBytes * 0.9, `${shared} of ${separate} bytes`);
});
