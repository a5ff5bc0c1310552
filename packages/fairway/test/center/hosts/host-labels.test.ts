import assert from "node:assert/strict";
import { test } from "node:test";
import { intentRows } from "../../bad-input/intent-rows.ts";
import { root, TestCenter } from "../../center.ts";

test("A03 a host has the labels that a person gives it, whatever it says of itself afterwards", async () => {
  await using center = await TestCenter.start();
  const { hosts } = center.service;
  const facts = { systemId: "system-h1", versions: { docker: "26.1.5" } };
  const { revision, labels } = await hosts.register("h1", facts, root);
  await hosts.register("h2", { systemId: "system-h2" }, root);
  assert.deepEqual(labels, {});
  const rows = intentRows(center.store);
  const would = await hosts.update("h1", { labels: { rack: "4", owner: "ann" } }, { isDry: true }, root);
  assert.deepEqual(would.labels, { rack: "4", owner: "ann" });
  assert.equal(intentRows(center.store), rows);
  const seen = { revisions: [revision] };
  const changed = await hosts.update("h1", { labels: { rack: "4", owner: "ann" } }, seen, root);
  assert.equal(changed.revision, would.revision);
  assert.notEqual(changed.revision, revision);
  await assert.rejects(hosts.update("h1", { labels: { rack: "5" } }, seen, root), {
    code: "precondition_failed",
  });
  const again = await hosts.register("h1", { ...facts, versions: { docker: "28.0.0" } }, root);
  assert.deepEqual([again.labels, again.revision], [{ rack: "4", owner: "ann" }, changed.revision]);
  const patched = await hosts.update("h1", { labels: { owner: null } }, {}, root);
  assert.deepEqual(patched.labels, { rack: "4" });
  for (const [label, names] of [
    ["rack", ["h1"]],
    ["rack=4", ["h1"]],
    ["rack=5", []],
    [undefined, ["h1", "h2"]],
  ] as const)
    assert.deepEqual(
      hosts.list({ label }, root).map(({ name }) => name),
      names,
    );
  const own = { ...root, caller: { kind: "host", name: "h1" } } as const;
  await assert.rejects(hosts.update("h1", { labels: null }, {}, own), { code: "forbidden" });
  await assert.rejects(hosts.update("h3", { labels: null }, {}, root), { code: "not_found" });
});
