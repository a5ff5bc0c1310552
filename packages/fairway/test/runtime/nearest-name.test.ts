import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName } from "../../src/runtime/nearest-name.ts";

const known = ["physicalnetwork", "mtu", "mode", "vlan"];

const cases: readonly [written: string, meant: string | undefined][] = [
  ["physicalnetwrok", "physicalnetwork"],
  ["PhysicalNetwork", "physicalnetwork"],
  ["mut", "mtu"],
  ["moed", "mode"],
  ["vlna", "vlan"],
  ["colour", undefined],
  ["", undefined],
];

for (const [written, meant] of cases) {
  test(`"${written}" was meant to be ${meant ?? "nothing that is known"}`, () => {
    assert.equal(nearestName(written, known), meant);
  });
}

test("the help with a misspelled word looks at few candidates, and at no long word", () => {
  assert.equal(nearestName("blye", ["red", "blue"]), "blue");
  const others = Array.from({ length: 600 }, (_, at) => `x${String(at).padStart(3, "0")}`);
  assert.equal(nearestName("blye", [...others, "blue"]), undefined);
  const long = "a".repeat(255);
  assert.equal(nearestName(`${long.slice(1)}b`, [long]), undefined);
});
