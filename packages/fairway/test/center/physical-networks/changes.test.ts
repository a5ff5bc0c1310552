import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalPortSpec } from "../../../src/center/schemas/physical-network.ts";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { intentRows } from "../../bad-input/intent-rows.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const spec = physicalNetworkSpec.parse({
  type: "vlan",
  ranges: ["1000-1030"],
  options: { "x-a": "1", "x-b": "2" },
});
const port = physicalPortSpec.parse({ interface: "eth1", options: { "x-rack": "4" } });
const key = { physicalNetwork: "office", interface: "eth1", host: null };

test("A03 a dry run of a physical network or port answers what would be, and changes nothing", async () => {
  await using center = await TestCenter.start();
  const { physicalNetworks, physicalPorts } = center.service;
  const isDry = { isDry: true };
  const would = await physicalNetworks.create("office", spec, isDry, root);
  assert.deepEqual(physicalNetworks.list({}, root), []);
  const made = await physicalNetworks.create("office", spec, {}, root);
  assert.deepEqual(would, made, "also its UUID and its revision");
  const rows = intentRows(center.store);
  const changed = await physicalNetworks.update(
    "office",
    { ranges: ["5"], options: { "x-a": null } },
    isDry,
    root,
  );
  assert.deepEqual([changed.ranges, changed.options], [["5"], { "x-b": "2" }]);
  assert.equal((await physicalPorts.add("office", port, isDry, root)).ports.length, 1);
  await physicalNetworks.remove("office", isDry, root);
  assert.equal(intentRows(center.store), rows);
  await physicalPorts.add("office", port, {}, root);
  const portRows = intentRows(center.store);
  const other = await physicalPorts.update(key, { options: { "x-rack": "5" } }, isDry, root);
  assert.deepEqual(other.ports[0]?.options, { "x-rack": "5" });
  await physicalPorts.remove(key, isDry, root);
  assert.equal(intentRows(center.store), portRows);
  await assert.rejects(
    physicalNetworks.remove("office", isDry, root),
    refused("in_use", /physical ports eth1/),
  );
});

test("A03 a physical network and its ports change for whoever has seen them as they are", async () => {
  await using center = await TestCenter.start();
  const { physicalNetworks, physicalPorts } = center.service;
  const { revision } = await physicalNetworks.create("office", spec, {}, root);
  const { ports } = await physicalPorts.add("office", port, {}, root);
  const of = (...revisions: readonly string[]) => ({ revisions });
  const changed = await physicalNetworks.update("office", { options: { "x-a": null } }, of(revision), root);
  assert.deepEqual(changed.options, { "x-b": "2" }, "a merge patch");
  assert.notEqual(changed.revision, revision);
  assert.equal(changed.ports[0]?.revision, ports[0]?.revision, "its ports have their own");
  const stale = refused("precondition_failed", /has revision \w+ by now, not /);
  await assert.rejects(physicalNetworks.update("office", { mtu: 1400 }, of(revision), root), stale);
  await assert.rejects(physicalNetworks.remove("office", of(revision), root), stale);
  const before = ports[0]?.revision ?? "";
  const again = await physicalPorts.update(key, { options: { "x-rack": "5" } }, of(before), root);
  assert.equal(again.revision, changed.revision);
  await assert.rejects(physicalPorts.update(key, { options: null }, of(before), root), stale);
  await assert.rejects(physicalPorts.remove(key, of(before), root), stale);
  await physicalPorts.remove(key, of(again.ports[0]?.revision ?? ""), root);
  await physicalNetworks.remove("office", of(changed.revision), root);
  assert.deepEqual(physicalNetworks.list({}, root), []);
  // What is gone is gone for whoever wants that.
  await physicalNetworks.remove("office", of(changed.revision), root);
  await assert.rejects(
    physicalPorts.update({ ...key, physicalNetwork: "ofice" }, {}, {}, root),
    refused("not_found", /no physical network "ofice"/),
  );
});
