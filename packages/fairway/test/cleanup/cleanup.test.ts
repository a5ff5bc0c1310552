import assert from "node:assert/strict";
import { test } from "node:test";
import { type CleanupOptions, cleanUp } from "../../src/cleanup/cleanup.ts";
import type { Leftover } from "../../src/cleanup/leftover.ts";

const removed: string[] = [];

function leftover(name: string, error?: Error): Leftover {
  const remove = async () => {
    removed.push(name);
    if (error !== undefined) throw error;
  };
  return { key: `port/${name}`, kind: "port", name, why: "nobody has it", remove };
}

function options(looks: readonly (readonly Leftover[])[], more: Partial<CleanupOptions> = {}) {
  const told: string[] = [];
  const rest = [...looks];
  removed.length = 0;
  return {
    told,
    look: async () => rest.shift() ?? assert.fail("looked too often"),
    dryRun: false,
    onProgress: (text: string) => told.push(text),
    signal: new AbortController().signal,
    graceMs: 1,
    ...more,
  };
}

test("O05 only what both looks found is removed", async () => {
  const [dead, started, died] = [leftover("dead"), leftover("started"), leftover("died")];
  const asked = options([
    [dead, started],
    [dead, died],
  ]);
  const told = { kind: "port", name: "dead", why: "nobody has it" };
  assert.deepEqual(await cleanUp(asked), [{ ...told, outcome: "removed" }]);
  assert.deepEqual(removed, ["dead"]);
  assert.deepEqual(asked.told, ["found 2 things that look dead; looking again in 0.001 s"]);
});

test("O05 a dry run removes nothing", async () => {
  const dead = leftover("dead");
  const [outcome] = await cleanUp(options([[dead], [dead]], { dryRun: true }));
  assert.equal(outcome?.outcome, "would be removed");
  assert.deepEqual(removed, []);
});

test("O05 nothing to remove needs one look", async () => {
  assert.deepEqual(await cleanUp(options([[]])), []);
});

test("O05 what cannot be removed is told, and the rest goes", async () => {
  const all = [leftover("stuck", new Error("it is stuck")), leftover("dead")];
  const outcomes = await cleanUp(options([all, all]));
  assert.deepEqual(
    outcomes.map(({ outcome, error }) => [outcome, error]),
    [
      ["not removed", "it is stuck"],
      ["removed", undefined],
    ],
  );
});
