import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName } from "../../src/config/nearest-name.ts";

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
