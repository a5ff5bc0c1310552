import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { TableStore } from "../src/replica-table.ts";

interface Tagged {
  readonly _uuid: string;
  readonly tags: readonly string[];
}

test("an index finds exactly the rows that have the key, whatever was set before", () => {
  const uuids = fc.constantFrom("1", "2", "3", "4");
  const tags = fc.option(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.tuple(uuids, tags)), (steps) => {
      const store = new TableStore<Tagged>("T", { byTag: (row) => row.tags });
      const model = new Map<string, Tagged>();
      for (const [_uuid, held] of steps) {
        const row = held && { _uuid, tags: held };
        assert.equal(store.set(_uuid, row), model.get(_uuid));
        if (row === undefined) model.delete(_uuid);
        else model.set(_uuid, row);
        for (const tag of ["a", "b", "c"]) {
          const expected = [...model.values()].filter((each) => each.tags.includes(tag));
          assert.deepEqual(new Set(store.find("byTag", tag)), new Set(expected));
          assert.equal(store.find("byTag", tag).length, expected.length);
        }
      }
      assert.deepEqual([...store.rows()], [...model.values()]);
      assert.equal(store.size, model.size);
    }),
  );
});

test("a row that an index cannot read is there, under none of its keys, and the others are found", () => {
  const warnings: string[] = [];
  const indexes = {
    byTag: (row: Tagged) =>
      row.tags.map((tag) => (tag === "bad" ? Reflect.get(Object(undefined), tag).x : tag)),
    byCount: (row: Tagged) => String(row.tags.length),
  };
  const store = new TableStore<Tagged>("T", indexes, (message) => warnings.push(message));
  const [good, bad, mended] = [
    { _uuid: "1", tags: ["a"] },
    { _uuid: "2", tags: ["a", "bad"] },
    { _uuid: "2", tags: ["a", "b"] },
  ];
  store.set("1", good);
  store.set("2", bad);
  assert.deepEqual([store.find("byTag", "a"), store.find("byCount", "2"), store.size], [[good], [bad], 2]);
  assert.match(warnings[0] ?? "", /^Row 2 is under no key of the index T\.byTag: /);
  store.set("2", mended);
  assert.deepEqual([store.find("byTag", "b"), store.find("byTag", "a")], [[mended], [good, mended]]);
  store.set("2", bad);
  store.set("2", undefined);
  assert.deepEqual([store.find("byTag", "a"), store.find("byCount", "2")], [[good], []]);
});
