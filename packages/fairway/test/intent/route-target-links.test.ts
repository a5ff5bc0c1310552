import assert from "node:assert/strict";
import { test } from "node:test";
import { placesFor, placesOnLink } from "../../src/intent/route-target-links.ts";
import { mostMembers } from "../../src/intent/route-targets.ts";

test("R07 who prefers a place that is taken gets the next free one, always the same, and those before stay", () => {
  const prefer = (key: string) => Number(key.split(" ")[1]);
  assert.deepEqual(placesFor(["a 3", "b 3", "c 4", "d 3"], prefer, 8), [3, 4, 5, 6]);
  assert.deepEqual(
    placesFor(["a 7", "b 7", "c 15"], prefer, 8),
    [7, 0, 1],
    "behind the last place is the first",
  );
  assert.deepEqual(placesFor(["a 3", "b 3"], prefer, 8), [3, 4], "who comes later moves nobody");
  assert.equal(
    new Set(
      placesFor(
        Array.from({ length: 8 }, () => "x 5"),
        prefer,
        8,
      ),
    ).size,
    8,
    "all of them",
  );
  assert.ok(placesOnLink > mostMembers);
});
