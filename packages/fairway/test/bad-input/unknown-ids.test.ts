import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import { ApiUnderTest } from "./api-under-test.ts";
import { cases } from "./unknown-id-cases.ts";

describe("names and ids of what is not there", () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await ApiUnderTest.start();
    const { id } = await api.center.network("node-1", "10.1.0.0/24");
    await api.send("POST", "/v1/routers", { name: "r1" });
    await api.send("POST", "/v1/organizations", { name: "Enterprise" });
    await api.send("POST", "/v1/routers", { name: "Enterprise/Domain" });
    await api.send("POST", "/v1/zones", { name: "Enterprise/Domain/Zone" });
    await api.send("POST", "/v1/security-groups", { name: "web" });
    await api.send("POST", "/v1/policies", { name: "baseline" });
    await api.send("PATCH", `/v1/hosts/node-1/docker-networks/${id}`, { name: "blue" });
  });
  after(() => api[Symbol.asyncDispose]());

  for (const row of registry.filter(({ params, query }) => params !== undefined || query !== undefined)) {
    test(`A07 ${row.operation} refuses what it does not know in words, and changes nothing`, async (t) => {
      const own = cases[row.operation];
      assert.ok(own !== undefined, `say what ${row.operation} answers to unknown ids`);
      for (const { path, body, status, detail } of own) {
        await t.test(path, async () => {
          const before = api.rows();
          const answer = await api.send(row.method, path, body);
          assert.equal(answer.status, status, answer.body);
          if (detail !== undefined) assert.match(answer.problem.detail, detail);
          assert.equal(api.rows(), before);
        });
      }
    });
  }
});
