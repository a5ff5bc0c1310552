import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import { cases } from "./route-calls.ts";
import { samples, uuidOf } from "./sample-objects.ts";
import { serve } from "./serve.ts";

const pool = uuidOf("e");

/** Proved elsewhere: the streams by its own tests, the document below. */
const others = ["followEvents", "followHostState", "openApi"];

for (const [operation, [call, expected]] of Object.entries(cases)) {
  test(`A03 ${operation} answers what the center says, as its schema promises`, async () => {
    await using served = await serve();
    assert.deepEqual(await call(served.client), expected);
  });
}

test("A03 /v1/openapi.json describes every route", async () => {
  await using served = await serve();
  const { status, body } = await served.send({ path: "/v1/openapi.json" });
  assert.equal(status, 200);
  const { openapi, paths, components } = JSON.parse(body);
  assert.equal(openapi, "3.1.1");
  const operations = Object.values(paths as Record<string, Record<string, { operationId: string }>>)
    .flatMap((methods) => Object.values(methods))
    .map(({ operationId }) => operationId);
  assert.deepEqual(operations.sort(), [...Object.keys(cases), ...others].sort());
  for (const [, name] of body.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(name !== undefined && name in components.schemas, `${name} is described`);
  }
  const parametersOf = (path: string) =>
    (paths[path].get.parameters as { name: string; required: boolean; schema: { type: string } }[]).map(
      ({ name, required, schema }) => [name, required, schema.type],
    );
  assert.deepEqual(
    parametersOf("/v1/hosts/{host}/networks/{network}/names/{name}"),
    [
      ["host", true, "string"],
      ["network", true, "string"],
      ["name", true, "string"],
      ["asker", true, "string"],
    ],
    "what a query must have is required",
  );
  assert.deepEqual(
    parametersOf("/v1/hosts").slice(3),
    [
      ["limit", false, "integer"],
      ["after", false, "string"],
    ],
    "a number is described as one",
  );
  assert.deepEqual(components.schemas.HostFacts.required, ["systemId"], "what has a default may be left out");
});

test("A03 every example in the document is a valid request", () => {
  for (const row of registry.filter(({ body }) => body !== undefined)) {
    assert.notEqual(row.example, undefined, `${row.operation} has an example`);
    assert.ok(row.body?.safeParse(row.example).success, `${row.operation}'s example is valid`);
  }
});

test("what was created answers 201, what was removed 204 without a body", async () => {
  await using served = await serve();
  const created = await served.send({
    method: "POST",
    path: "/v1/hosts/node-1/pools",
    body: JSON.stringify({ space: "local", family: 4, options: {} }),
  });
  assert.equal(created.status, 201);
  const removed = await served.send({ method: "DELETE", path: `/v1/hosts/node-1/pools/${pool}` });
  assert.deepEqual([removed.status, removed.body], [204, ""]);
});

test("a filter, a reference and an address reach the center as they were given", async () => {
  const seen: unknown[] = [];
  await using served = await serve({
    endpoints: {
      list: (filter) => (seen.push(filter), []),
      show: (reference) => (seen.push(reference), samples.endpoint),
    },
    poolAddresses: { release: async (...[host, pool, ip]) => void seen.push({ host, pool, ip }) },
    hosts: { remove: async (...[host, removal]) => void seen.push({ host, ...removal }) },
  });
  await served.client.listEndpoints({ network: "a/b & c" });
  await served.client.showEndpoint({ reference: "../hosts/node-1?x#y" });
  await served.client.releaseAddress({ host: "node-1", pool, ip: "fd00::7" });
  await served.client.removeHost({ host: "node-1", dead: true });
  assert.deepEqual(seen, [
    { network: "a/b & c" },
    "../hosts/node-1?x#y",
    { host: "node-1", pool, ip: "fd00::7" },
    { host: "node-1", dead: true, force: false },
  ]);
});
