import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { isStorable, shorten, storable } from "../src/free-text.ts";

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom("\0", "\ud83d", "\ude00", "😀", "é"), fc.string()),
});

test("what is cut stays well-formed, within its length, and says that it goes on", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 40 }), (text, most) => {
      const short = shorten(text, most);
      assert.ok(short.length <= most && short.isWellFormed());
      if (text.length <= most) assert.equal(short, text);
      else assert.ok(short.endsWith("…") && text.startsWith(short.slice(0, -1)) && short.length >= most - 1);
    }),
  );
  assert.equal(shorten("ab😀", 3), "ab…");
  assert.equal(shorten("ab😀c", 4), "ab…");
});

test("what cannot be stored is replaced, and nothing else", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.ok(isStorable(storable(text)));
      if (isStorable(text)) assert.equal(storable(text), text);
    }),
  );
  assert.equal(storable("a\0b\ud800c"), "a\ufffdb\ufffdc");
});
