import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { encodeConditions, rowTest } from "../src/conditions.ts";
import { OvsdbClient, operationsFor } from "../src/index.ts";
import { TableCodec } from "../src/table-codec.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { TestServer } from "./server.ts";
import { columnArbitrary } from "./values.ts";

const op = operationsFor<Tables>(schema);
const codec = new TableCodec(schema, "Shape");

/** Few different values, so that conditions are often met. */
const small: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  kind: fc.constantFrom("round", "square"),
  size: fc.option(fc.nat({ max: 2 })),
  weight: fc.nat({ max: 2 }),
  solid: fc.boolean(),
  label: fc.option(fc.constantFrom("a", "b")),
  tags: fc.uniqueArray(fc.constantFrom("a", "b", "c")),
  numbers: fc.uniqueArray(fc.nat({ max: 2 })),
  notes: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("x", "y")),
  single: fc.dictionary(fc.constantFrom("a", "b"), fc.nat({ max: 1 }), { maxKeys: 1 }),
};

const tests = fc.constantFrom("==", "!=", "includes", "excludes", "<", "<=", ">", ">=");
const condition = fc
  .constantFrom(...Object.keys(small))
  .chain((column) => fc.tuple(fc.constant(column), tests, small[column] ?? fc.constant(null)))
  .filter(([column, name, value]) => !/[<>]/.test(name) || isOrdered(column, value));

function isOrdered(column: string, value: unknown): boolean {
  return (column === "size" || column === "weight") && value !== null;
}

test("a replica judges conditions as the server does", async () => {
  await using server = await TestServer.start([shapesJson]);
  await using client = new OvsdbClient({ remotes: [server.remote] });
  const shapes = fc.sample(fc.record(small), { numRuns: 60, seed: 7 });
  const inserts = shapes.map((shape, index) =>
    op.insert("Shape", { ...shape, name: `s${index}`, pair: ["a"] }, randomUUID()),
  );
  await client.transact("Shapes", inserts);
  const [everything] = await client.transact("Shapes", [op.select("Shape", [])]);
  const rows = op.rows("Shape", everything);
  await fc.assert(
    fc.asyncProperty(condition, async (plain) => {
      const [wire] = encodeConditions(codec, [plain]);
      assert(wire);
      const [selected] = await client.transact("Shapes", [{ op: "select", table: "Shape", where: [wire] }]);
      const expected = op
        .rows("Shape", selected)
        .map(({ name }) => name)
        .sort();
      const accepts = rowTest(codec, [plain]);
      const actual = rows
        .filter((row) => accepts(row))
        .map(({ name }) => name)
        .sort();
      assert.deepEqual(actual, expected);
    }),
    { numRuns: 500 },
  );
});

test("values of every kind of column are accepted by the server as they are written", async () => {
  await using server = await TestServer.start([shapesJson]);
  await using client = new OvsdbClient({ remotes: [server.remote] });
  const { parts: _p, maker: _m, queues: _q, ...plain } = schema.tables["Shape"]?.columns ?? {};
  const arbitraries = Object.entries(plain).map(([name, { type }]) => [name, columnArbitrary(type)] as const);
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.record(Object.fromEntries(arbitraries)), async (row) => {
      await client.transact("Shapes", [op.insert("Shape", { ...row, name: `n${turn++}` })]);
    }),
    { numRuns: 200 },
  );
});
