import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { columnCodec } from "../src/column-codec.ts";
import { byUuid, type ColumnType, OvsdbError, operationsFor, parseSchema } from "../src/index.ts";
import { schema, type Tables } from "./schema.ts";
import { columnArbitrary, sortedValue, wireOf } from "./values.ts";

const op = operationsFor<Tables>(schema);
const uuid = "11111111-2222-3333-4444-555555555555";

function column(json: unknown) {
  const parsed = parseSchema({ name: "D", tables: { T: { columns: { c: { type: json } } } } });
  const type = parsed.tables["T"]?.columns["c"]?.type;
  assert(type);
  return columnCodec(type, "T.c");
}

suite("a column's codec", () => {
  test("gives back what it was given", () => {
    for (const { type } of Object.values(schema.tables["Shape"]?.columns ?? {})) {
      const codec = columnCodec(type, "c");
      fc.assert(
        fc.property(columnArbitrary(type), (value) => {
          const wire = JSON.parse(JSON.stringify(codec.encode(value)));
          assert.deepEqual(codec.decode(wire), sortedValue(value));
        }),
      );
    }
  });

  test("finds the new value from the old one and their difference", () => {
    for (const { type } of Object.values(schema.tables["Shape"]?.columns ?? {})) {
      const codec = columnCodec(type, "c");
      fc.assert(
        fc.property(columnArbitrary(type), columnArbitrary(type), (before, after) => {
          const old = codec.decode(codec.encode(before));
          const diff = differenceOf(type, before, after);
          assert.deepEqual(codec.applyDiff(old, wireOf(type, diff)), sortedValue(after));
        }),
      );
    }
  });

  test("reads only what has the column's shape, and fails with a typed error otherwise", () => {
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.tuple(fc.constantFrom("set", "map", "uuid", "named-uuid"), fc.jsonValue()),
      fc.tuple(fc.constant("map"), fc.array(fc.tuple(fc.jsonValue(), fc.jsonValue()))),
    );
    for (const { type } of Object.values(schema.tables["Shape"]?.columns ?? {})) {
      const codec = columnCodec(type, "c");
      fc.assert(
        fc.property(junk, (wire) => {
          try {
            codec.applyDiff(codec.decode(wire), wire);
          } catch (error) {
            assert(error instanceof OvsdbError && error.code === "protocol error", String(error));
          }
        }),
      );
    }
  });

  test("keeps a map's odd keys as plain entries", () => {
    const codec = column({ key: "string", value: "string", min: 0, max: "unlimited" });
    const value = codec.decode([
      "map",
      [
        ["__proto__", "a"],
        ["constructor", "b"],
      ],
    ]) as Record<string, string>;
    assert.deepEqual(Object.keys(value), ["__proto__", "constructor"]);
    assert.deepEqual(codec.encode(value), [
      "map",
      [
        ["__proto__", "a"],
        ["constructor", "b"],
      ],
    ]);
  });
});

suite("what the schema forbids is refused before anything is sent", () => {
  const refused = (work: () => unknown, message: RegExp) => {
    assert.throws(
      work,
      (error) => error instanceof OvsdbError && error.code === "invalid value" && message.test(error.message),
    );
  };
  const insert = (row: object) => () => op.insert("Shape", row);

  test("enums, ranges, lengths, sizes, types", () => {
    refused(insert({ kind: "oval" }), /Shape\.kind: "oval" is not one of round, square/);
    refused(insert({ size: 1001 }), /at most 1000/);
    refused(insert({ size: -1 }), /at least 0/);
    refused(insert({ size: 1.5 }), /integer/);
    refused(insert({ numbers: [2 ** 60] }), /2\^53/);
    refused(insert({ weight: Number.NaN }), /finite/);
    refused(insert({ solid: 1 }), /true or false/);
    refused(insert({ name: 5 }), /string/);
    refused(insert({ name: "a\0b" }), /NUL/);
    refused(insert({ name: "\ud800" }), /Unicode/);
    refused(insert({ name: null }), /string/);
    refused(insert({ label: "" }), /at least 1 characters/);
    refused(insert({ label: "123456789" }), /at most 8 characters/);
    refused(insert({ pair: [] }), /0 elements where 1 to 2/);
    refused(insert({ pair: ["a", "b", "c"] }), /3 elements/);
    refused(insert({ tags: ["a", "a"] }), /duplicates/);
    refused(insert({ tags: "a" }), /array/);
    refused(insert({ parts: ["x"] }), /UUID/);
    refused(insert({ maker: { named: "1 x" } }), /letters/);
    refused(insert({ notes: ["a"] }), /object/);
    refused(insert({ notes: { a: 1 } }), /string/);
    refused(insert({ queues: { a: uuid } }), /number as the map's key/);
    refused(insert({ single: { a: 1, b: 2 } }), /2 elements/);
  });

  test("tables and columns that are not there, and columns that cannot be written", () => {
    refused(() => op.insert("Nothing" as "Shape", {}), /no table Nothing/);
    refused(() => op.insert("constructor" as "Shape", {}), /no table/);
    refused(insert({ colour: "red" }), /no column colour/);
    refused(insert({ _version: uuid }), /writable/);
    refused(() => op.update("Shape", [], { serial: "x" }), /cannot be changed/);
    refused(() => op.update("Shape", byUuid("x"), {}), /UUID/);
    refused(() => op.insert("Shape", {}, "not-a-uuid"), /UUID/);
    refused(insert({ _uuid: uuid }), /insert's own UUID/);
    op.insert("Shape", { _uuid: uuid } as object, uuid);
  });

  test("conditions and mutations that do not fit the column", () => {
    refused(() => op.delete("Shape", [["name", "<", "a"]]), /order/);
    refused(() => op.delete("Shape", [["size", "<", null]]), /order/);
    refused(() => op.mutate("Shape", [], [["name", "insert", "a"] as never]), /sets and maps/);
    refused(() => op.mutate("Shape", [], [["name", "+=", 1] as never]), /does not apply/);
    refused(() => op.mutate("Shape", [], [["size", "+=", 0.5]]), /number that fits/);
    refused(() => op.mutate("Shape", [], [["serial", "insert", "a"] as never]), /cannot be changed/);
    refused(() => op.wait("Shape", [], ["name"], "==", [], -1), /milliseconds/);
  });

  test("a schema that is none", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        assert.throws(() => parseSchema(json), { code: "invalid schema" });
      }),
    );
    assert.throws(() => column({ key: "string", min: 2 }), { code: "invalid schema" });
  });
});

/** What `update2` tells about a change: the new value of a single one, what is in one only of a set or map. */
function differenceOf(type: ColumnType, before: unknown, after: unknown): unknown {
  if (type.max === 1) return after;
  if (Array.isArray(before) && Array.isArray(after)) {
    return [
      ...before.filter((atom) => !after.includes(atom)),
      ...after.filter((atom) => !before.includes(atom)),
    ];
  }
  const old = before as Record<string, unknown>;
  const now = after as Record<string, unknown>;
  const gone = Object.entries(old).filter(([key]) => !Object.hasOwn(now, key));
  const changed = Object.entries(now).filter(
    ([key, value]) => !Object.hasOwn(old, key) || old[key] !== value,
  );
  return Object.fromEntries([...gone, ...changed]);
}
