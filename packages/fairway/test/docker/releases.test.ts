import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallOptions } from "../../src/api/client.ts";
import { serve } from "../../src/docker/call.ts";
import { FairwayError } from "../../src/errors.ts";
import { engineId } from "../center.ts";
import { EdgeUnderTest, recordingLogger } from "./fixture.ts";

const ids = { NetworkID: engineId(), EndpointID: engineId() };
const endpoint = "018f3d6e-0000-7000-8000-000000000001";
const away = () => new FairwayError("unavailable", "the center is away");

/** How long a call waits for the center at its beginning, s. @param awayMs how long the center was away by then. */
async function patienceOf(which: "options" | "releaseOptions", awayMs?: number): Promise<number> {
  const awaySinceMs = awayMs === undefined ? undefined : performance.now() - awayMs;
  const agent = { state: { items: new Map(), isFresh: awayMs === undefined, awaySinceMs } };
  const { signal } = new AbortController();
  const { waitUntilAvailableMs = 0 }: CallOptions = await serve(
    { logger: recordingLogger([]), agent, stop: { begun: signal, late: signal } },
    { id: "one", signal },
    { method: "Any" },
    async (call) => call[which](),
  );
  return Math.round(waitUntilAvailableMs / 1000);
}

test("X10 a center that is away is waited for from when it was missed, and not anew by each call", async () => {
  assert.equal(await patienceOf("options"), 25);
  assert.equal(await patienceOf("options", 10_000), 15);
  assert.equal(await patienceOf("options", 25_000), 2, "it may be back at any moment");
  assert.equal(await patienceOf("options", 3_600_000), 2);
});

test("X10 what the engine gives back waits for a center that is away once, and shortly", async () => {
  assert.equal(await patienceOf("releaseOptions"), 5);
  assert.equal(await patienceOf("releaseOptions", 3_000), 2);
  assert.equal(await patienceOf("releaseOptions", 5_000), 0);
});

test("X10 the port goes although the center is away: its host knows whose it is", async () => {
  await using edge = await EdgeUnderTest.start();
  const rest = { network: endpoint, mac: "0a:00:00:00:00:07", mtu: 1442, addresses: [], request: "before" };
  const key = `endpoint/${endpoint}`;
  const engine = { networkId: ids.NetworkID, endpointId: ids.EndpointID };
  edge.agent.state.items.set(key, { key, kind: "endpoint", endpoint, engine, ...rest });
  edge.center.failures.set("showDockerEndpoint", away());
  edge.center.failures.set("deleteDockerEndpoint", away());
  assert.equal((await edge.call("NetworkDriver.DeleteEndpoint", ids)).status, 500);
  assert.deepEqual(edge.agent.unplugged, [endpoint]);
  assert.equal((await edge.call("NetworkDriver.RevokeExternalConnectivity", ids)).status, 200);
});

test("X10 what the engine gives back has the short patience, all of it", async () => {
  await using edge = await EdgeUnderTest.start();
  edge.agent.state.awaySinceMs = performance.now() - 60_000;
  const releases: readonly (readonly [string, object])[] = [
    ["IpamDriver.ReleaseAddress", { PoolID: "pool", Address: "10.1.0.2" }],
    ["IpamDriver.ReleasePool", { PoolID: "pool" }],
    ["NetworkDriver.DeleteEndpoint", ids],
    ["NetworkDriver.RevokeExternalConnectivity", ids],
  ];
  for (const [method, body] of releases) await edge.call(method, body);
  const waits = edge.center.seen
    .filter(({ method }) => /^(release|delete|show)/.test(method))
    .map(({ method, waitMs }) => [method, waitMs]);
  assert.deepEqual(
    waits.filter(([, waitMs]) => waitMs !== 0),
    [],
  );
  assert.ok(waits.length >= 4);
});
