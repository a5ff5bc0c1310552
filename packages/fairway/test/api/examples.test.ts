import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import { ApiUnderTest } from "../bad-input/api-under-test.ts";
import { certifier } from "../cli/manifest-runs.ts";
import { engineIdOf, uuidOf } from "./sample-objects.ts";

/** Parts of a path and of a query, or what makes them of what was answered so far. */
type Named = Readonly<Record<string, string>>;
/** A request: the operation whose example it sends, and where to. Where the example cannot be answered: with which code it is refused. */
type Step = readonly [operation: string, named?: Named, refusedWith?: string];

const host = { host: "node-1" };
const dockerNetwork = { ...host, networkId: engineIdOf("1") };
const dockerEndpoint = { ...dockerNetwork, endpointId: engineIdOf("2") };
const pool = "the pool";

/** What is done one after the other on an empty center; together they send the example of every route that has one. */
const courses: Readonly<Record<string, readonly Step[]>> = {
  "networks and what is on them": [
    ["registerHost", host],
    ["updateHost", host],
    ["createNetwork"],
    ["reserveAddress"],
    ["updateReservation", { reference: "10.1.0.9" }],
    ["createSubnet"],
    ["updateSubnet", { reference: "10.2.0.0/24" }],
    ["createPort"],
    ["createVip"],
    ["updateVip", { vip: "10.1.0.100" }],
    ["transact"],
    ["updatePort", { reference: "vm1" }],
    ["putPort", { reference: "vm1" }],
    ["updateNetwork", { reference: "blue" }],
  ],
  "objects under a UUID of the caller's": [
    ["putNetwork", { reference: uuidOf("1") }],
    ["putSubnet", { reference: uuidOf("2") }],
  ],
  routers: [
    ["createNetwork"],
    ["createRouter"],
    ["putRouter", { router: "lab" }],
    ["updateRouter", { router: "office" }],
    ["attachNetwork", { router: "office", network: "blue" }],
  ],
  "organizations and what is theirs": [
    ["createOrganization"],
    ["putOrganization", { organization: "acme" }],
    ["updateOrganization", { organization: "Enterprise" }],
    ["putRouter", { router: "Enterprise/Domain" }],
    ["createZone"],
    ["putZone", { zone: "Enterprise/Domain/Zone 2" }],
    ["updateZone", { zone: "Enterprise/Domain/Zone" }],
  ],
  "security groups": [
    ["createSecurityGroup"],
    ["putSecurityGroup", { group: "db" }],
    ["updateSecurityGroup", { group: "db" }],
  ],
  policies: [["createPolicy"], ["putPolicy", { policy: "rails" }], ["updatePolicy", { policy: "rails" }]],
  "physical networks": [
    ["registerHost", host],
    ["createPhysicalNetwork", { physicalNetwork: "office" }],
    ["updatePhysicalNetwork", { physicalNetwork: "office" }],
    ["addPhysicalPort", { physicalNetwork: "office" }],
    ["updatePhysicalPort", { physicalNetwork: "office", interface: "eth1", host: "node-1" }],
    ["createPhysicalNetwork", { physicalNetwork: "vlan" }],
    ["callVlcp", { target: "viperflow", call: "createlogicalnetwork" }],
  ],
  "an engine's network": [
    ["registerHost", host],
    ["requestPool", host],
    ["createDockerNetwork", dockerNetwork],
    ["describeDockerNetwork", dockerNetwork],
    ["requestAddress", { ...host, pool }],
    ["createDockerEndpoint", dockerEndpoint],
    ["describeDockerEndpoint", dockerEndpoint],
    ["publishDockerEndpoint", dockerEndpoint],
    ["restrictPublishedPort", { reference: "web-1" }],
    // Its engine has not told its id.
    ["publishPort", { reference: "web-1" }, "invalid"],
    ["reportPublications", host],
    ["reportForeignNetworks", host],
    ["reportMirrors", host],
    ["reportTroubles", host],
    // Nobody on that network has asked.
    ["admitName", { ...host, network: uuidOf("b") }, "not_found"],
    ["reportGatewayReadiness", host],
    ["claimDockerNetwork", { ...host, networkId: engineIdOf("3") }],
  ],
  "who may do what": [
    ["createPrincipal"],
    ["updatePrincipal", { name: "ci" }],
    ["createToken"],
    // Nobody can write a secret or a key beforehand that is good here: no token is of that secret, and no host of that name.
    ["join", {}, "unauthenticated"],
    ["renewCertificate", host, "not_found"],
  ],
};

const withExample = registry.filter(({ body }) => body !== undefined);

test("A03 the example of every route that has a body is sent below", () => {
  const sent = new Set(Object.values(courses).flatMap((steps) => steps.map(([operation]) => operation)));
  assert.deepEqual([...sent].sort(), withExample.map(({ operation }) => operation).sort());
});

describe("the examples of the OpenAPI document, sent to a center", () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await ApiUnderTest.start(certifier);
  });
  for (const [what, steps] of Object.entries(courses))
    test(`A03 each is answered as its schema promises: ${what}`, async () => {
      await using center = api;
      let poolId = "";
      for (const [operation, named = {}, refusedWith] of steps) {
        const route = withExample.find((each) => each.operation === operation) ?? assert.fail(operation);
        const parts = Object.entries(named).map(([name, value]) => [name, value === pool ? poolId : value]);
        const { path, query } = placed(route.url, Object.fromEntries(parts) as Named);
        const { status, body, problem } = await center.send(route.method, `${path}${query}`, route.example);
        if (refusedWith === undefined) {
          assert.equal(status, route.status, `${operation}: ${body}`);
          if (route.answer !== undefined) route.answer.parse(JSON.parse(body));
        } else assert.equal(problem.code, refusedWith, `${operation}: ${body}`);
        if (operation === "requestPool") poolId = (JSON.parse(body) as { pool: string }).pool;
      }
    });
});

/** A path with its parts, and a query of the others. */
function placed(url: string, named: Named): { readonly path: string; readonly query: string } {
  const inPath = Object.keys(named).filter((name) => url.split("/").includes(`:${name}`));
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(named[name] ?? ""));
  const query = new URLSearchParams(Object.entries(named).filter(([name]) => !inPath.includes(name)));
  return { path, query: query.size === 0 ? "" : `?${query.toString()}` };
}
