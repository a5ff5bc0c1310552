import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEndpointQuota, checkPoolQuota, quotas } from "../../../src/center/hosts/quotas.ts";
import type { View } from "../../../src/intent/view.ts";
import { engineId, root, TestCenter } from "../../center.ts";

test("M08 a host's versions do not grow for ever, whatever it tells", async () => {
  await using center = await TestCenter.start();
  const tell = (versions: Record<string, string>) =>
    center.service.hosts.register("h1", { systemId: "s1", versions }, root);
  for (let turn = 0; turn < quotas.versions; turn++) await tell({ [`v${turn}`]: "1" });
  await tell({ v0: "2" });
  await assert.rejects(tell({ more: "1" }), {
    code: "invalid",
    message: /at most 16 versions, e\.g\. of docker, ovn, kernel; this one has told 17/,
  });
  const { versions } = center.service.hosts.show("h1", root);
  assert.deepEqual([Object.keys(versions).length, versions["v0"]], [quotas.versions, "2"]);
});

test("M08 a host has as many networks as it may, mirrors of others not counted, and others have theirs", async () => {
  await using center = await TestCenter.start();
  const network = await center.network("h1", "10.1.0.0/24");
  const { view } = center.store;
  const [host] = view.find("Host", "byName", "h1");
  assert.ok(host !== undefined);
  const known = view.find("Docker_Network", "byHost", host._uuid);
  const many = Object.assign(Object.create(view) as View, {
    find: () => Array.from({ length: quotas.networks }, () => known[0]),
    count: () => quotas.endpoints,
  });
  assert.throws(() => checkEndpointQuota(many, host._uuid), {
    code: "exhausted",
    message: "host h1 has 16384 endpoints, as many as one host may have; remove containers there",
  });
  assert.throws(() => checkPoolQuota(many, host), { code: "exhausted", message: /1024 pools/ });
  assert.doesNotThrow(() => checkEndpointQuota(view, host._uuid));
  await center.endpoint("h1", network);
});

test("M08 pools that no network takes are bounded for each host, and end by themselves", {
  timeout: 60_000,
}, async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"]) await center.service.hosts.register(host, { systemId: host }, root);
  const ask = (host: string, at: number) => {
    const cidr = `10.${at >> 8}.${at & 255}.0/24`;
    return center.service.pools.request(host, { space: engineId(), family: 4, cidr }, root);
  };
  await Promise.all(Array.from({ length: quotas.pools }, (_, at) => ask("h1", at)));
  await assert.rejects(ask("h1", 7), { code: "exhausted", message: /host h1 has 1024 pools, as many as/ });
  await ask("h2", 7);
});
