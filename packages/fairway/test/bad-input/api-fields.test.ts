import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { z } from "zod";
import type { Operation } from "../../src/api/registry.ts";
import { registry } from "../../src/api/registry.ts";
import { engineId } from "../center.ts";
import { ApiUnderTest } from "./api-under-test.ts";
import { type Field, fieldsOf, kindOf, nameOf, withValue } from "./fields.ts";
import { type WrongInput, wrongInputs } from "./wrong-inputs.ts";

const address = ["10.1.0.0/24", "10.1.0.256", "text"];
const subnet = ["10.1.0.0", "10.1.0.0/33", "text"];
const identifier = [engineId().slice(1), engineId().replace(/^./, "g")];

/**
 * By the kind of field: texts and numbers of the right type that are wrong all the same. A kind without an entry fails the test;
 * an empty list says that any text will do.
 */
const wrongValues: Readonly<Record<string, readonly unknown[]>> = {
  // Bodies.
  id: ["text", "6f3c8a52"],
  systemId: [],
  tunnelAddress: address,
  underlayMtu: [],
  versions: [],
  space: [],
  family: [5, 0],
  cidr: subnet,
  range: subnet,
  avoid: [],
  preferred: subnet,
  "avoid[]": subnet,
  options: [],
  ipamOptions: [],
  ranges: [],
  gateways: [],
  "gateways[]": subnet,
  attachable: [],
  troubles: [],
  "troubles[]": [],
  trouble: [""],
  uses: [],
  "uses[]": [],
  containers: [],
  "containers[]": [],
  ip: address,
  note: [],
  expires: ["noon", "2026-11-25", "2026-11-25 12:00:00"],
  holder: [""],
  at: ["noon", "2026-11-25"],
  purpose: ["other"],
  leased: [],
  networks: [],
  "networks[]": [],
  engineId: identifier,
  subnets: [],
  "subnets[]": [...subnet, 7],
  addresses: [],
  "addresses[]": address,
  internal: [],
  managed: [],
  gateway: address,
  auxiliaries: [],
  "auxiliaries[]": address,
  name: [],
  labels: [],
  mac: ["02:42:ac:11:00", "02:42:ac:11:00:zz", "02-42-ac-11-00-02", "33:33:00:00:00:01", "00:00:00:00:00:00"],
  published: [],
  "published[]": [],
  ports: [],
  "ports[]": ["80", 80],
  protocol: ["icmp"],
  port: [0, 65_536],
  hostAddress: address,
  hostPort: [0, 65_536],
  request: [],
  containerId: identifier,
  containerName: [],
  names: [],
  "names[]": [],
  encapsulations: [],
  "encapsulations[]": ["two words", ""],
  reason: [""],
  endpoints: [],
  "endpoints[]": [],
  role: ["central"],
  lifetime: [],
  organization: ["all", "two words", ""],
  secret: ["short", `${"a".repeat(21)}.`],
  version: ["new", "1", "0.1.0\u0000"],
  time: ["noon", "2026-11-25", "2026-11-25 12:00:00"],
  uuid: ["text", "6f3c8a52"],
  engineName: [""],
  endpointId: identifier,
  handle: ["kept"],
  definition: [],
  claimed: [],
  mode: ["bridge"],
  mtuAsked: [67, 65_536],
  origin: ["swarm"],
  scope: ["engine"],
  removal: ["none"],
  hostRoutes: [],
  "hostRoutes[]": [],
  dns: [],
  "dns[]": address,
  automatic: [],
  engine: [],
  type: ["wlan"],
  "ranges[]": ["1-two-3-four-5-six"],
  mtu: [67, 65_536],
  interface: ["eth1 eth2", "averyveryverylongname", "a/b", ".."],
  physicalNetworks: [],
  "physicalNetworks[]": [],
  placement: [],
  segment: [0, 16_777_216],
  vlan: [0, 4_095],
  vni: [0, 16_777_216],
  hostAccess: [],
  ipam: ["DHCP", "null"],
  taken: [],
  "taken[]": [],
  kind: ["hearsay"],
  device: ["eth0 eth1", "averyveryverylongname", "a/b", ""],
  portSecurity: ["loose"],
  disableGateway: [],
  outdated: [],
  "outdated[]": identifier,
  // Paths and queries, where everything is text.
  host: ["a_b", "-a", "a.b"],
  pool: ["text", "12345678"],
  networkId: identifier,
  endpoint: identifier,
  network: ["text"],
  address,
  asker: address,
  reference: [],
  physicalNetwork: ["two words", "-a", "a/b"],
  revision: [],
  dead: ["yes", "1", ""],
  force: ["yes", "1", ""],
  until: ["northbound", "UP"],
  noun: ["netwrok", ""],
  after: [""],
  token: ["abc", "text"],
  limit: ["0", "-1", "1001", "ten", ""],
  label: [""],
  state: ["away"],
  "dry-run": ["yes", "1"],
};

/** Kinds whose wrong values depend on where they stand. */
const wrongValuesAt: Readonly<Record<string, readonly unknown[]>> = {
  "claimDockerNetwork network": [],
  "claimDockerNetwork name": [""],
  "claimDockerNetwork ranges[]": subnet,
  "claimDockerNetwork physicalNetwork": [""],
  "reportTroubles physicalNetwork": ["text"],
  ...Object.fromEntries(
    ["createNetwork", "putNetwork", "updateNetwork"].map((operation) => [
      `${operation} name`,
      ["a b", "-x", "host", "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a"],
    ]),
  ),
  ...Object.fromEntries(
    ["createNetwork", "putNetwork", "updateNetwork", "createSubnet", "putSubnet"].flatMap((operation) => [
      [`${operation} ranges[]`, subnet],
      [`${operation} hostRoutes[]`, ["10.9.0.0", "10.9.0.0/16 7", "10.9.0.0/16 10.1.0.7 x"]],
    ]),
  ),
  ...Object.fromEntries(
    ["createNetwork", "putNetwork", "updateNetwork"].flatMap((operation) => [
      [`${operation} physicalNetwork`, [""]],
      [`${operation} dns`, ["maybe"]],
    ]),
  ),
  "createSubnet network": [""],
  "putSubnet network": [""],
  "putNetwork reference": ["blue", "6f3c8a52"],
  "putSubnet reference": ["10.1.0.0/24", "6f3c8a52"],
  "listSubnets network": [],
  "followEvents after": ["17", "3-xyz.1"],
  "listAddresses network": [],
  "listAddresses endpoint": [],
  "listAddresses subnet": [],
  "listAddressHistory network": [],
  "reserveAddress network": [""],
  "reserveAddress subnet": [""],
  "listEndpoints network": [],
  "listPorts network": [],
  "createPort network": [""],
  "createPort subnet": [""],
  "createPort name": ["", "-a", "two words", "a/b", "ä", "a".repeat(64)],
  "putPort network": [""],
  "updatePort name": ["", "-a", "two words", "a/b"],
  "putPort subnet": [""],
  "putPort reference": ["-a", "two words", "ä"],
  "resolveName name": ["ä", "two words"],
  "createPrincipal name": ["two words", "", "-ci", "a/b"],
  "removePrincipal name": ["two words", "a/b"],
  "join name": ["a_b", "-a", "a.b"],
  "join request": ["text"],
  "renewCertificate request": ["text"],
};

const seen = new Set<string>();

function wrongValuesOf(
  row: Operation,
  { path, description }: Pick<Field, "path" | "description">,
): readonly WrongInput[] {
  if (path.length === 0) return [];
  const kind = kindOf(path);
  const at = `${row.operation} ${kind}`;
  const values = wrongValuesAt[at] ?? wrongValues[kind];
  assert.ok(values !== undefined, `${row.operation} has a field ${nameOf(path)}: say which values are wrong`);
  seen.add(wrongValuesAt[at] === undefined ? kind : at);
  const isObject = description.type === "object" || description.type === "array";
  return isObject ? [] : values.map((value) => ({ what: `wrong value ${JSON.stringify(value)}`, value }));
}

/** What a message must say of a field: its name, and what would be right. */
function assertHelpful(detail: string, field: string): void {
  assert.ok(detail.includes(field), `"${detail}" names ${field}`);
  assert.match(detail, /must |known here|did you mean/, "and what would be right");
  assert.ok(detail.length < 1000, "in few words");
}

describe("bad input to the API", () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await ApiUnderTest.start();
  });
  after(() => api[Symbol.asyncDispose]());

  async function assertRefused(row: Operation, url: string, body: unknown, field: string): Promise<void> {
    const rowsBefore = api.rows();
    const { status, problem } = await api.send(row.method, url, body);
    assert.ok(status === 400 || status === 413, `${status} ${JSON.stringify(problem)}`);
    assert.equal(problem.code, status === 413 ? "too_large" : "invalid");
    if (status === 400) assertHelpful(problem.detail, field);
    assert.equal(api.rows(), rowsBefore, "nothing changed");
  }

  for (const row of registry) {
    const { body, params, query } = row;
    if (body !== undefined) {
      test(`A07 ${row.operation}: every field of its body is checked, and a message says what would be right`, async (t) => {
        for (const field of fieldsOf(body)) {
          const name = nameOf(field.path);
          for (const { what, value } of [...wrongInputs(field), ...wrongValuesOf(row, field)]) {
            await t.test(`${name || "the body"}: ${what}`, () =>
              assertRefused(row, urlOf(row), withValue(row.example, field.path, value), name),
            );
          }
          if (field.description.properties === undefined) continue;
          await t.test(`${name || "the body"}: a key that nobody knows`, () =>
            assertRefused(
              row,
              urlOf(row),
              withValue(row.example, [...field.path, "nonsense"], 1),
              'unknown key "nonsense"',
            ),
          );
        }
      });
    }
    if (params !== undefined) {
      test(`A07 ${row.operation}: every part of its path is checked`, async (t) => {
        for (const [name, value] of wrongTexts(row, params)) {
          await t.test(`${name}: ${value.slice(0, 40)}`, () =>
            assertRefused(row, urlOf(row, { [name]: value }), row.example, name),
          );
        }
      });
    }
    if (query !== undefined) {
      test(`A07 ${row.operation}: every part of its query is checked`, async (t) => {
        for (const [name, value] of [...wrongTexts(row, query), ["nonsense", "1"] as const]) {
          await t.test(`${name}: ${value.slice(0, 40)}`, () =>
            assertRefused(row, `${urlOf(row)}?${name}=${encodeURIComponent(value)}`, undefined, name),
          );
        }
      });
    }
  }

  test("every case is about a field that there is", () => {
    const cases = [...Object.keys(wrongValues), ...Object.keys(wrongValuesAt)];
    assert.deepEqual(
      cases.filter((kind) => !seen.has(kind)),
      [],
    );
  });
});

function wrongTexts(
  row: Operation,
  schema: z.ZodObject,
): readonly (readonly [name: string, value: string])[] {
  return fieldsOf(schema).flatMap(({ path, description }) => {
    const [name] = path;
    if (typeof name !== "string") return [];
    const texts = wrongValuesOf(row, { path, description }).map(({ value }) => String(value));
    return [...texts, "a".repeat((description.maxLength ?? 300) + 1)].map((value) => [name, value] as const);
  });
}

/** What is right for each part of a path, so that one wrong part is the only one. */
const rightParts: Readonly<Record<string, string>> = {
  host: "node-1",
  networkId: engineId(),
  endpointId: engineId(),
  pool: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  network: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  ip: "10.1.0.7",
  address: "10.1.0.7",
  name: "web",
  reference: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  physicalNetwork: "office",
  interface: "eth1",
  token: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
};

function urlOf({ url }: Operation, wrong: Readonly<Record<string, string>> = {}): string {
  return url.replaceAll(/:(\w+)/g, (_, name: string) => {
    const part = wrong[name] ?? rightParts[name];
    assert.ok(part !== undefined, `say what is right for :${name}`);
    return encodeURIComponent(part);
  });
}
