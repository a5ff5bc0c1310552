import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import { ApiUnderTest } from "./api-under-test.ts";
import type { Known } from "./duplicate-case.ts";
import { cases, vm1, vm1Mac } from "./duplicate-cases.ts";

describe("the same thing twice", () => {
  let api: ApiUnderTest;
  let known: Known;
  before(async () => {
    api = await ApiUnderTest.start();
    const blue = await api.center.network("node-1", "10.1.0.0/24");
    await api.send("PUT", "/v1/physical-networks/office", { type: "vlan", ranges: ["5-9"] });
    const red = await api.center.network("node-1", "10.7.0.0/24");
    assert.equal((await api.send("POST", "/v1/routers", { name: "r1" })).status, 201);
    assert.equal((await api.send("POST", "/v1/organizations", { name: "Enterprise" })).status, 201);
    assert.equal((await api.send("POST", "/v1/routers", { name: "Enterprise/Domain" })).status, 201);
    assert.equal((await api.send("POST", "/v1/zones", { name: "Enterprise/Domain/Zone" })).status, 201);
    known = { blue, red, web: await api.center.endpoint("node-1", blue) };
    const port = { name: "vm1", id: vm1, network: red.uuid, addresses: ["10.7.0.88"], mac: vm1Mac };
    assert.equal((await api.send("POST", "/v1/ports", port)).status, 201);
    const vip = { network: red.uuid, ip: "10.7.0.100" };
    assert.equal((await api.send("POST", "/v1/vips", vip)).status, 201);
    assert.equal((await api.send("POST", "/v1/security-groups", { name: "web" })).status, 201);
    assert.equal((await api.send("POST", "/v1/policies", { name: "baseline" })).status, 201);
  });
  after(() => api[Symbol.asyncDispose]());

  for (const row of registry.filter(({ method }) => method !== "GET")) {
    test(`A07 ${row.operation} twice: the same answer and one object, or words that say what is in the way`, async () => {
      const own = cases[row.operation];
      assert.ok(own !== undefined, `say what ${row.operation} does with what it has seen before`);
      for (const { path, body, refused } of own(known)) {
        const first = await api.send(row.method, path, body);
        const rowsBefore = api.rows();
        const second = await api.send(row.method, path, body);
        assert.deepEqual(second, first, path);
        assert.equal(api.rows(), rowsBefore);
        assert.equal(second.status, refused?.status ?? row.status, second.body);
        if (refused !== undefined) assert.match(second.problem.detail, refused.detail);
      }
    });
  }
});
