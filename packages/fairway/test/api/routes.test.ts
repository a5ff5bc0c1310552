import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiClient } from "../../src/api/client.ts";
import { rows } from "../../src/api/routes/table.ts";
import type { JoinRequest } from "../../src/api/types.ts";
import { engineIdOf, samples, uuidOf } from "./sample-service.ts";
import { serve } from "./serve.ts";

const key = { host: "node-1", networkId: engineIdOf("1"), endpointId: engineIdOf("2") };
const pool = uuidOf("e");

/** By operation: the call and what it answers. */
const joinExample = rows.find(({ operation }) => operation === "join")?.example as JoinRequest;

const cases: Readonly<Record<string, readonly [(client: ApiClient) => Promise<unknown>, unknown]>> = {
  status: [(client) => client.status(), samples.status],
  listHosts: [(client) => client.listHosts(), [samples.host]],
  showHost: [(client) => client.showHost("node-1"), samples.host],
  registerHost: [(client) => client.registerHost("node-1", { systemId: "chassis-1" }), samples.host],
  beat: [(client) => client.beat("node-1"), undefined],
  removeHost: [(client) => client.removeHost("node-1", { dead: true }), undefined],
  createToken: [(client) => client.createToken({}), samples.newToken],
  listTokens: [(client) => client.listTokens(), [samples.token]],
  removeToken: [(client) => client.removeToken(samples.token.uuid), undefined],
  join: [(client) => client.join(joinExample), samples.membership],
  renewCertificate: [
    (client) => client.renewCertificate("node-1", { request: joinExample.request }),
    { certificate: samples.membership.certificate, authority: samples.membership.authority },
  ],
  requestPool: [
    (client) => client.requestPool("node-1", { space: "local", family: 4, options: {} }),
    { pool, cidr: "10.1.0.0/24", gateway: "10.1.0.1" },
  ],
  releasePool: [(client) => client.releasePool("node-1", pool), undefined],
  requestAddress: [
    (client) => client.requestAddress("node-1", pool, { purpose: "unspecified" }),
    { address: "10.1.0.7/24" },
  ],
  releaseAddress: [(client) => client.releaseAddress("node-1", pool, "fd00::7"), undefined],
  createDockerNetwork: [
    (client) => client.createDockerNetwork("node-1", engineIdOf("1"), { subnets: [] }),
    samples.network,
  ],
  tellForeignNetworks: [(client) => client.tellForeignNetworks("node-1", { networks: [] }), undefined],
  tellTroubles: [(client) => client.tellTroubles("node-1", { networks: [], endpoints: [] }), undefined],
  tellMirrors: [(client) => client.tellMirrors("node-1", { troubles: [], uses: [] }), undefined],
  describeDockerNetwork: [
    (client) => client.describeDockerNetwork("node-1", engineIdOf("1"), { name: "blue" }),
    samples.network,
  ],
  askForDockerNetwork: [(client) => client.askForDockerNetwork("node-1", engineIdOf("1")), undefined],
  deleteDockerNetwork: [(client) => client.deleteDockerNetwork("node-1", engineIdOf("1")), undefined],
  claimDockerNetwork: [
    (client) => client.claimDockerNetwork("node-1", engineIdOf("1"), { endpoints: [] }),
    { troubles: [] },
  ],
  createDockerEndpoint: [
    (client) => client.createDockerEndpoint(key, { addresses: ["10.1.0.7"] }),
    samples.dockerEndpoint,
  ],
  showDockerEndpoint: [(client) => client.showDockerEndpoint(key), samples.dockerEndpoint],
  describeDockerEndpoint: [
    (client) => client.describeDockerEndpoint(key, { containerName: "web-1" }),
    samples.endpoint,
  ],
  publishDockerEndpoint: [
    (client) =>
      client.publishDockerEndpoint(key, {
        ports: [{ protocol: "udp", port: 53, hostAddress: "192.0.2.1", hostPort: 5353 }],
      }),
    undefined,
  ],
  deleteDockerEndpoint: [(client) => client.deleteDockerEndpoint(key), undefined],
  forgetDockerEndpoint: [(client) => client.forgetDockerEndpoint(key), undefined],
  listNetworks: [(client) => client.listNetworks(), [samples.network]],
  showNetwork: [(client) => client.showNetwork("blue"), samples.network],
  removeNetwork: [
    (client) => client.removeNetwork("blue"),
    { ...samples.network, status: { removal: "being removed; still used by web on node-1" } },
  ],
  listEndpoints: [(client) => client.listEndpoints({ network: "blue", host: "node-1" }), [samples.endpoint]],
  showEndpoint: [(client) => client.showEndpoint("web-1"), samples.endpoint],
  resolveName: [
    (client) => client.resolveName({ host: "node-1", network: uuidOf("b"), address: "10.1.0.8" }, "web.blue"),
    { known: true, addresses: ["10.1.0.7"] },
  ],
  listNames: [
    (client) => client.listNames("node-1", uuidOf("b")),
    { called: ["blue"], bearers: [{ names: ["web-1", "web"], addresses: ["10.1.0.7"] }] },
  ],
  whoHasAddress: [
    (client) =>
      client.whoHasAddress({ host: "node-1", network: uuidOf("b"), address: "10.1.0.8" }, "10.1.0.7"),
    { known: true, names: ["web-1.blue"] },
  ],
  endpointProgress: [
    (client) => client.endpointProgress(uuidOf("d")),
    { stage: "northbound", detail: "the port is made" },
  ],
};

/** Proved elsewhere: the stream by its own tests, the document below. */
const others = ["followHostState", "openApi"];

for (const [operation, [call, expected]] of Object.entries(cases)) {
  test(`A03 ${operation} answers what the service says, as its schema promises`, async () => {
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
  assert.deepEqual(components.schemas.HostFacts.required, ["systemId"], "what has a default may be left out");
});

test("A03 every example in the document is a valid request", () => {
  for (const row of rows.filter(({ body }) => body !== undefined)) {
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

test("a filter, a reference and an address reach the service as they were given", async () => {
  const seen: unknown[] = [];
  await using served = await serve({
    listEndpoints: (filter) => (seen.push(filter), []),
    showEndpoint: (reference) => (seen.push(reference), samples.endpoint),
    releaseAddress: async (...[host, pool, ip]) => void seen.push({ host, pool, ip }),
  });
  await served.client.listEndpoints({ network: "a/b & c" });
  await served.client.showEndpoint("../hosts/node-1?x#y");
  await served.client.releaseAddress("node-1", pool, "fd00::7");
  assert.deepEqual(seen, [
    { network: "a/b & c" },
    "../hosts/node-1?x#y",
    { host: "node-1", pool, ip: "fd00::7" },
  ]);
});
