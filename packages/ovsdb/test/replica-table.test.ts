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
