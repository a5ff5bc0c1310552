import assert from "node:assert/strict";
import { test } from "node:test";
import { printableJson } from "../../src/cli/data-text.ts";
import { printable } from "../../src/cli/text.ts";

const title = "\u001b]0;pwned\u0007";
const reversed = "\u202egnp.exe";

test("a name cannot move the cursor, change the title, or be shown in another order than it has", () => {
  assert.equal(printable(`a${title}b\u009b31m`), "a?]0;pwned?b?31m");
  for (const mark of ["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"])
    assert.equal(printable(`a${mark}b`), "a?b");
  assert.equal(printable(reversed), "?gnp.exe");
  assert.equal(printable("größe 網路 🚢"), "größe 網路 🚢");
});

test("JSON says the same as before, in characters that a terminal shows", () => {
  const value = { name: `${title}${reversed}\u009b31m`, plain: "größe 🚢" };
  const text = printableJson(value);
  assert.deepEqual(JSON.parse(text), value);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  assert.ok(text.includes("größe 🚢"));
});
