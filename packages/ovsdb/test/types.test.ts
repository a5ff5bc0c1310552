import assert from "node:assert/strict";
import { test } from "node:test";
import { type OvsdbClient, operationsFor, Replica } from "../src/index.ts";
import { schema, type Tables } from "./schema.ts";

const op = operationsFor<Tables>(schema);
const uuid = "11111111-2222-3333-4444-555555555555";

/** What the compiler must refuse. None of it runs. */
export function refusedByTheCompiler(client: OvsdbClient): void {
  // @ts-expect-error no such table
  op.insert("Nothing", {});
  // @ts-expect-error no such column
  op.insert("Shape", { colour: "red" });
  // @ts-expect-error not a value of the enum
  op.insert("Shape", { kind: "oval" });
  // @ts-expect-error a set is written as an array
  op.update("Shape", [], { tags: "a" });
  // @ts-expect-error null is for optional columns
  op.update("Shape", [], { name: null });
  // @ts-expect-error a column's own type in a condition
  op.delete("Shape", [["size", "==", "1"]]);
  // @ts-expect-error no arithmetic on text
  op.mutate("Shape", [], [["name", "+=", 1]]);
  // @ts-expect-error no insert into a scalar
  op.mutate("Shape", [], [["weight", "insert", 1]]);
  // @ts-expect-error no such table
  const replica = new Replica<Tables>(client, schema, { tables: { Nothing: {} } });
  // @ts-expect-error no such column
  const other = new Replica<Tables>(client, schema, { tables: { Shape: { columns: ["colour"] } } });
  const row = new Replica<Tables>(client, schema, { tables: {} }).table("Shape").get(uuid);
  // @ts-expect-error rows are read-only
  if (row !== undefined) row.name = String(replica === other);
}

test("mutations and conditions of every kind of column have a type", () => {
  const mutated = op.mutate(
    "Shape",
    [
      ["size", "<", 3],
      ["tags", "includes", ["a"]],
      ["notes", "excludes", { a: "b" }],
      ["maker", "==", null],
    ],
    [
      ["size", "+=", 1],
      ["numbers", "*=", 2],
      ["tags", "delete", ["a"]],
      ["notes", "insert", { a: "b" }],
      ["notes", "delete", ["a"]],
      ["queues", "insert", { 7: { named: "q" } }],
      ["maker", "insert", uuid],
      ["label", "delete", "x"],
    ],
  );
  assert.deepEqual(mutated, {
    op: "mutate",
    table: "Shape",
    where: [
      ["size", "<", 3],
      ["tags", "includes", ["set", ["a"]]],
      ["notes", "excludes", ["map", [["a", "b"]]]],
      ["maker", "==", ["set", []]],
    ],
    mutations: [
      ["size", "+=", 1],
      ["numbers", "*=", 2],
      ["tags", "delete", ["set", ["a"]]],
      ["notes", "insert", ["map", [["a", "b"]]]],
      ["notes", "delete", ["set", ["a"]]],
      ["queues", "insert", ["map", [[7, ["named-uuid", "q"]]]]],
      ["maker", "insert", ["uuid", uuid]],
      ["label", "delete", "x"],
    ],
  });
});
