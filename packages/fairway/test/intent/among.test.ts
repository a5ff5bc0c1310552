import assert from "node:assert/strict";
import { test } from "node:test";
import { countAmong, findAmong } from "../../src/intent/among.ts";
import { Draft } from "../../src/intent/draft.ts";
import type { View } from "../../src/intent/view.ts";

const empty: View = { get: () => undefined, rows: () => [], find: () => [], count: () => 0 };

test("A08 rows under several keys are those that drafts on each other leave, and as many", () => {
  const rest = { labels: {}, options: {} };
  const below = new Draft(empty);
  for (const [zone, router] of [
    ["a", "r1"],
    ["b", "r1"],
    ["c", "r2"],
    ["d", "r3"],
  ] as const)
    below.insert("Zone", zone, { name: zone, router, ...rest });
  const draft = new Draft(new Draft(below));
  draft.update("Zone", "a", { router: "r3" });
  draft.update("Zone", "c", { labels: { x: "y" } });
  draft.delete("Zone", "b");
  draft.update("Zone", "d", { router: "r1" });
  draft.insert("Zone", "e", { name: "e", router: "r2", ...rest });
  draft.insert("Zone", "f", { name: "f", router: "r4", ...rest });
  const among = (...routers: string[]) => {
    const keys = new Set(routers);
    const found = findAmong(draft, "Zone", "byRouter", keys);
    assert.equal(countAmong(draft, "Zone", "byRouter", keys), found.length);
    return found.map(({ _uuid }) => _uuid).sort();
  };
  assert.deepEqual(among("r1", "r2"), ["c", "d", "e"]);
  assert.deepEqual(among("r3"), ["a"]);
  assert.deepEqual(among("r1", "r2", "r3", "r4"), ["a", "c", "d", "e", "f"]);
  assert.deepEqual(among("r5"), []);
  assert.deepEqual(among(), []);
});
