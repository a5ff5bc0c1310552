import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { rows } from "../../src/api/routes/table.ts";
import { engineId, type MadeEndpoint, type MadeNetwork } from "../center.ts";
import { ApiUnderTest } from "./api-under-test.ts";

interface Known {
  readonly blue: MadeNetwork;
  readonly web: MadeEndpoint;
}

interface Case {
  readonly path: string;
  readonly body?: unknown;
  /** Absent: the same again gives the same answer and one object. */
  readonly refused?: { readonly status: number; readonly detail: RegExp };
}

const host = "/v1/hosts/node-1";
const same = (path: string, body?: unknown): Case => ({ path, body });
const refused = (path: string, body: unknown, detail: RegExp, status = 409): Case => ({
  path,
  body,
  refused: { status, detail },
});

const joinExample = rows.find(({ operation }) => operation === "join")?.example;

/** By operation: what comes twice, or says something twice. One that changes something and has no case fails the test. */
const cases: Readonly<Record<string, (known: Known) => readonly Case[]>> = {
  registerHost: () => [
    same(host, { systemId: "system-node-1" }),
    refused(
      "/v1/hosts/node-2",
      { systemId: "system-node-1" },
      /^Open vSwitch's system-id system-node-1 belongs to host node-1; give this machine/,
    ),
  ],
  beat: () => [same(`${host}/heartbeat`)],
  removeHost: () => [
    same("/v1/hosts/node-3"),
    refused(host, undefined, /^host node-1 still has endpoints: /),
    refused(`${host}?dead=true`, undefined, /^host node-1 is not dead: it was last heard 0 s ago/),
  ],
  createToken: () => [refused("/v1/tokens", {}, /`fairway init` makes them$/, 501)],
  removeToken: () => [same("/v1/tokens/2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a")],
  join: () => [refused("/v1/join", joinExample, /`fairway init` makes them$/, 501)],
  renewCertificate: () => [
    refused(
      `${host}/certificate`,
      { request: "-----BEGIN CERTIFICATE REQUEST-----" },
      /`fairway init` makes them$/,
      501,
    ),
  ],
  // Each wish makes a pool of its own: an engine that asks twice has two networks in mind.
  requestPool: () => [
    refused(
      `${host}/pools`,
      { space: "twice", family: 4, cidr: "10.1.0.0/16", range: "10.9.0.0/24" },
      /10\.9\.0\.0\/24.*10\.1\.0\.0\/16/,
      400,
    ),
  ],
  releasePool: ({ blue }) => [same(`${host}/pools/${blue.pool}`)],
  requestAddress: ({ blue, web }) => [
    refused(
      `${host}/pools/${blue.pool}/addresses`,
      { ip: web.ip },
      new RegExp(`^address ${web.ip} is already in use by `),
    ),
    refused(
      `${host}/pools/${blue.pool}/addresses`,
      { ip: blue.gateway },
      /^address 10\.1\.0\.1 is already in use by the gateway$/,
    ),
  ],
  releaseAddress: ({ blue }) => [same(`${host}/pools/${blue.pool}/addresses/10.1.0.200`)],
  tellForeignNetworks: () => [same(`${host}/foreign-networks`, { networks: [] })],
  tellTroubles: ({ blue }) => [
    same(`${host}/troubles`, {
      networks: [
        { network: blue.uuid, reason: "no way out" },
        { network: blue.uuid, reason: "no way out" },
      ],
      endpoints: [],
    }),
  ],
  tellMirrors: ({ blue }) => [
    same(`${host}/mirrors`, {
      troubles: [{ network: blue.uuid, trouble: "another network is called blue there" }],
      uses: [{ engineId: blue.id, containers: ["web", "db"] }],
    }),
  ],
  createDockerNetwork: ({ blue }) => [
    same(`${host}/docker-networks/${blue.id}`, { subnets: [{ space: "any", cidr: "10.1.0.0/24" }] }),
    refused(
      `${host}/docker-networks/${engineId()}`,
      { managed: false, subnets: ["10.8.0.0/24", "10.8.0.0/24"].map((cidr) => ({ space: "any", cidr })) },
      /10\.8\.0\.0\/24/,
      400,
    ),
  ],
  askForDockerNetwork: ({ blue }) => [same(`${host}/docker-networks/${blue.id}/asked`)],
  describeDockerNetwork: ({ blue }) => [
    same(`${host}/docker-networks/${blue.id}`, { name: "blue", gateways: ["10.1.0.0/24", "10.1.0.9/24"] }),
  ],
  removeNetwork: ({ blue }) => [same(`/v1/networks/${blue.uuid}`)],
  claimDockerNetwork: ({ blue }) => [same(`${host}/docker-networks/${blue.id}/claim`, { endpoints: [] })],
  deleteDockerNetwork: () => [same(`${host}/docker-networks/${engineId()}`)],
  createDockerEndpoint: ({ blue, web }) => {
    const endpoints = `${host}/docker-networks/${blue.id}/endpoints`;
    return [
      same(`${endpoints}/${web.key.endpointId}`, { addresses: [web.ip] }),
      same(`${endpoints}/${engineId()}`, { addresses: [], published: ['{"Proto":6}', '{"Proto":6}'] }),
      refused(
        `${endpoints}/${engineId()}`,
        { addresses: [], mac: web.mac },
        new RegExp(`^MAC address ${web.mac} is already in use on this network$`),
      ),
      refused(
        `${endpoints}/${engineId()}`,
        { addresses: [web.ip] },
        new RegExp(`^address ${web.ip} is already in use by `),
      ),
      refused(`${endpoints}/${engineId()}`, { addresses: ["10.1.0.77", "10.1.0.77"] }, /10\.1\.0\.77/),
    ];
  },
  describeDockerEndpoint: ({ blue, web }) => [
    same(`${host}/docker-networks/${blue.id}/endpoints/${web.key.endpointId}`, { names: ["web", "web"] }),
  ],
  publishDockerEndpoint: ({ blue, web }) => [
    same(`${host}/docker-networks/${blue.id}/endpoints/${web.key.endpointId}/ports`, {
      ports: [8080, 8080].map((hostPort) => ({ protocol: "tcp", port: 80, hostAddress: null, hostPort })),
    }),
  ],
  deleteDockerEndpoint: ({ blue }) => [same(`${host}/docker-networks/${blue.id}/endpoints/${engineId()}`)],
  forgetDockerEndpoint: ({ blue }) => [
    same(`${host}/docker-networks/${blue.id}/endpoints/${engineId()}/forget`),
  ],
};

describe("the same thing twice", () => {
  let api: ApiUnderTest;
  let known: Known;
  before(async () => {
    api = await ApiUnderTest.start();
    const blue = await api.center.network("node-1", "10.1.0.0/24");
    known = { blue, web: await api.center.endpoint("node-1", blue) };
  });
  after(() => api[Symbol.asyncDispose]());

  for (const row of rows.filter(({ method }) => method !== "GET")) {
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
