import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import fc from "../../../../test/fast-check.ts";
import * as ipam from "../../../docker-plugin/src/ipam-messages.ts";
import { LABEL } from "../../../docker-plugin/src/labels.ts";
import * as network from "../../../docker-plugin/src/network-messages.ts";
import { bodylessMethods, methodNames } from "../../../docker-plugin/test/method-names.ts";
import { ApiClient } from "../../src/api/client.ts";
import type { Operation } from "../../src/api/registry.ts";
import { registry } from "../../src/api/registry.ts";
import { Authority } from "../../src/cluster/authority.ts";
import { openCertifier } from "../../src/cluster/certifier.ts";
import { startDockerEdge } from "../../src/docker/start.ts";
import { Ending } from "../../src/runtime/ending.ts";
import { root } from "../center.ts";
import { StubAgent } from "../docker/stub-agent.ts";
import { ApiUnderTest, postRaw, silent } from "./api-under-test.ts";
import { arbitraryOf } from "./arbitrary-of.ts";

const [networkId, endpointId] = ["a".repeat(64), "b".repeat(64)] as const;
const pem = "-----BEGIN CERTIFICATE REQUEST-----";

/** Right values of every kind, of things that are there and of things that are not. */
const dictionary = [
  "node-1",
  "node-2",
  "system-node-1",
  "system-node-2",
  "blue",
  "web",
  "www",
  "a/b",
  "true",
  "up",
  networkId,
  endpointId,
  "c".repeat(64),
  "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",

  "10.1.0.1",
  "10.1.0.7",
  "10.1.0.255",
  "192.0.2.9",
  "0.0.0.0",
  "::",
  "fd00::7",
  "::ffff:10.1.0.9",
  "FD00:0::7",
  "fe80::1%eth0",

  "10.1.0.0/24",
  "10.7.0.0/16",
  "10.7.0.9/16",
  "10.2.0.0/31",
  "10.2.0.1/32",
  "0.0.0.0/0",
  "fd00:1::/64",
  "::/0",
  "10.1.0.7/24",
  "02:42:ac:11:00:02",
  "02:42:AC:11:00:02",

  "mode",
  "nat",
  "isolated",
  "mtu",
  "1400",
  "scope",
  "cluster",
  "network",
  "mirror",
  "subnet:host_routes",
  "subnet:x-a",

  "[['10.9.0.0/24','10.1.0.9']]",
  "com.docker.compose.project",
  "RequestAddressType",
  ...Object.values(LABEL),

  "0.1.0",
  "0.1.0-\0",
  "0.1.9 x",
  `${pem}\nx`,
  "A".repeat(22),
  new Date().toISOString(),
  "fairway-local-node-1",
  "AgKsEQAC",
];

/** Whose answer may wait for others: the question is taken back. */
const patient = new Set(["requestPool", "endpointProgress"]);

interface Asked {
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const nothing = z.object({});

/** Parts of paths that lead to what is there, or to what can be made there. */
const rightParts = fc.record({
  host: fc.constant("node-1"),
  networkId: fc.constant(networkId),
  endpointId: fc.constantFrom(endpointId, ..."defabc0123".split("").map((digit) => digit.repeat(64))),
  reference: fc.constantFrom("blue", "web", networkId, endpointId),
  name: fc.constant("web"),
  physicalNetwork: fc.constant("office"),
  router: fc.constant("r1"),
  interface: fc.constant("eth1"),
});

function partsOf({ params = nothing }: Operation): fc.Arbitrary<Asked["params"]> {
  const any = arbitraryOf(params, dictionary) as fc.Arbitrary<Asked["params"]>;
  const right = fc.tuple(any, rightParts).map(([given, parts]) => ({ ...given, ...parts }));
  return fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: any });
}

/** Proved by tests of their own. */
const streams: ReadonlySet<string> = new Set(["followHostState", "followEvents"]);

const requests: fc.Arbitrary<Asked> = fc.oneof(
  ...registry
    .filter(({ operation }) => !streams.has(operation))
    .map((row) =>
      fc.record({
        operation: fc.constant(row.operation),
        params: partsOf(row),
        query: arbitraryOf(row.query ?? nothing, dictionary) as fc.Arbitrary<Asked["query"]>,
        body: row.body === undefined ? fc.constant(undefined) : arbitraryOf(row.body, dictionary),
      }),
    ),
);

function rowOf(operation: string): Operation {
  const row = registry.find((each) => each.operation === operation);
  assert.ok(row !== undefined);
  return row;
}

function urlOf({ operation, params, query }: Asked): string {
  const path = rowOf(operation).url.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name]).toWellFormed().slice(0, 2_000)),
  );
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const asked = new URLSearchParams(
    Object.fromEntries(given.map(([name, value]) => [name, String(value).slice(0, 2_000)])),
  );
  return given.length === 0 ? path : `${path}?${asked.toString()}`;
}

const portBinding = z.object({
  Proto: z.union([z.literal(6), z.literal(17), z.int().min(0).max(255)]),
  IP: z.string(),
  Port: z.int().min(0).max(65_535),
  HostIP: z.string(),
  HostPort: z.int().min(0).max(65_535),
  HostPortEnd: z.int().min(0).max(65_535),
});
/** What stands in a call's Options. */
const options = z.object({
  [LABEL.generic]: z.record(z.string(), z.string()).optional(),
  [LABEL.portMap]: z.array(portBinding).optional(),
  [LABEL.exposedPorts]: z
    .array(z.object({ Proto: z.int().min(0).max(255), Port: z.int().min(0).max(65_535) }))
    .optional(),
  [LABEL.macAddress]: z.string().optional(),
  [LABEL.internal]: z.boolean().optional(),
});

const messages: Readonly<Record<string, z.core.$ZodType>> = {
  "NetworkDriver.GwAllocCheck": network.gwAllocCheckRequest,
  "NetworkDriver.AllocateNetwork": network.allocateNetworkRequest,
  "NetworkDriver.FreeNetwork": network.freeNetworkRequest,
  "NetworkDriver.CreateNetwork": network.createNetworkRequest,
  "NetworkDriver.DeleteNetwork": network.deleteNetworkRequest,
  "NetworkDriver.CreateEndpoint": network.createEndpointRequest,
  "NetworkDriver.EndpointOperInfo": network.endpointRequest,
  "NetworkDriver.DeleteEndpoint": network.endpointRequest,
  "NetworkDriver.Join": network.joinRequest,
  "NetworkDriver.Leave": network.endpointRequest,
  "NetworkDriver.ProgramExternalConnectivity": network.programExternalConnectivityRequest,
  "NetworkDriver.RevokeExternalConnectivity": network.endpointRequest,
  "NetworkDriver.DiscoverNew": network.discoveryRequest,
  "NetworkDriver.DiscoverDelete": network.discoveryRequest,
  "IpamDriver.RequestPool": ipam.requestPoolRequest,
  "IpamDriver.ReleasePool": ipam.releasePoolRequest,
  "IpamDriver.RequestAddress": ipam.requestAddressRequest,
  "IpamDriver.ReleaseAddress": ipam.releaseAddressRequest,
};

const calls = fc.oneof(
  ...Object.entries(messages).map(([method, message]) =>
    fc.tuple(
      fc.constant(method),
      arbitraryOf(message, dictionary),
      fc.option(arbitraryOf(options, dictionary)),
    ),
  ),
);

describe("whatever a schema lets through, the store takes", () => {
  const stack = new AsyncDisposableStack();
  let api: ApiUnderTest;
  let plugin: string;
  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), "fairway-any-input-"));
    stack.defer(() => rm(directory, { recursive: true }));
    for (const name of ["centrals", "hosts"] as const) await Authority.ensure(join(directory, "ca"), name);
    const southbound = "ssl:192.0.2.1:6642";
    const certifier = await openCertifier({
      directory: join(directory, "ca"),
      address: "192.0.2.1:6640",
      southbound,
    });
    api = stack.use(await ApiUnderTest.start(certifier));
    plugin = join(directory, "fairway.sock");
    stack.use(
      await startDockerEdge({
        api: stack.use(new ApiClient({ target: `unix:${api.socketPath}` })),
        agent: new StubAgent(),
        hostName: "node-1",
        pluginSocket: plugin,
        engineSocket: join(directory, "docker.sock"),
        logger: silent,
        mirror: true,
        ending: new Ending(new AbortController().signal, 0),
      }),
    );
  });
  after(() => stack.disposeAsync());

  /** A host with a network and a container on it, whatever was removed before: most wishes are about those. */
  async function furnish(): Promise<void> {
    const { service } = api.center;
    await service.hosts.register("node-1", { systemId: "system-node-1" }, root);
    const key = { host: "node-1", networkId, endpointId };
    const subnets = [{ space: "", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
    try {
      await service.dockerNetworks.create("node-1", networkId, { managed: false, subnets }, root);
      await service.dockerEndpoints.create(key, { addresses: ["10.1.0.7"] }, root);
    } catch {
      // Another endpoint has the address, or a removal is under way: what is there will do.
    }
  }

  async function ask(asked: Asked): Promise<void> {
    const { operation, body } = asked;
    await furnish();
    const bound = AbortSignal.timeout(patient.has(operation) ? 300 : 10_000);
    const answer = await api
      .send(rowOf(operation).method, urlOf(asked), body, bound)
      .catch((error: unknown) => {
        if (bound.aborted && patient.has(operation)) return undefined;
        throw error;
      });
    if (answer === undefined) return;
    const { status, problem } = answer;
    const told = `${operation}: ${status} ${answer.body.slice(0, 500)}`;
    assert.ok(status < 500 || [501, 503].includes(status), told);
    assert.doesNotMatch(problem.detail, /cannot be kept/, told);
  }

  test("A07 every route: it is done or refused in clear words, and the center lives", async () => {
    await fc.assert(fc.asyncProperty(requests, ask), { numRuns: 1_500, interruptAfterTimeLimit: 60_000 });
    assert.equal((await api.send("GET", "/v1/status")).status, 200);
    await api.center.settled();
  });

  test("D17 every call of the plugin: it is done or refused in clear words, and the plugin lives", async () => {
    assert.deepEqual(
      Object.keys(messages).sort(),
      methodNames.filter((name) => !bodylessMethods.has(name)).sort(),
    );
    await fc.assert(
      fc.asyncProperty(calls, async ([method, message, also]) => {
        await furnish();
        const body = JSON.stringify({ ...(message as object), ...(also !== null && { Options: also }) });
        const bound = AbortSignal.timeout(method === "IpamDriver.RequestPool" ? 300 : 10_000);
        const answer = await postRaw(plugin, `/${method}`, body, bound).catch((error: unknown) => {
          if (bound.aborted && method === "IpamDriver.RequestPool") return undefined;
          throw error;
        });
        if (answer === undefined) return;
        const told = `${method} ${body.slice(0, 500)}: ${answer.status} ${answer.body.slice(0, 500)}`;
        assert.ok([200, 400, 413, 500].includes(answer.status), told);
        const { Err = "" }: { readonly Err?: string } = JSON.parse(answer.body);
        assert.doesNotMatch(Err, /cannot be kept|went wrong|refused the change/, told);
      }),
      { numRuns: 1_000, interruptAfterTimeLimit: 60_000 },
    );
    assert.equal((await postRaw(plugin, "/NetworkDriver.GetCapabilities", "")).status, 200);
    await api.center.settled();
  });
});
