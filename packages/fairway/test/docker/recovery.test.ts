import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Engine } from "../../src/docker/engine.ts";
import { Recovery } from "../../src/docker/recovery.ts";
import { until } from "../agent/chassis.ts";
import { recordingLogger, StubEngine } from "./fixture.ts";
import { StubAgent } from "./stub-agent.ts";
import { StubCenter } from "./stub-center.ts";

const networkId = "1cf131d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bba9";
const known = { host: "host", networkId, endpointId: "a".repeat(64) };
const forgotten = { host: "host", networkId, endpointId: "b".repeat(64) };

test("X03 an endpoint that the engine has forgotten is removed, others and a silent engine's never", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-recovery-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const socket = join(directory, "docker.sock");
  const stub = stack.use(new StubEngine(socket));
  const center = new StubCenter();
  const agent = new StubAgent();
  await center.createDockerEndpoint(known, { addresses: [] });
  const { endpoint } = await center.createDockerEndpoint(forgotten, { addresses: [] });
  const live = new Map();
  const logger = recordingLogger([]);
  const engine = stack.use(new Engine(socket));
  const recovery = stack.use(
    new Recovery({
      api: center,
      agent,
      engine,
      hostName: "host",
      driver: "fairway",
      live,
      logger,
      graceMs: 50,
    }),
  );
  const network = { Id: networkId, Name: "blue", Labels: null };
  const looks = () => center.calls("listEndpoints").length;
  const look = async (count: number) => {
    await until(`${count} looks`, () => {
      recovery.look();
      assert.ok(looks() >= count);
    });
  };

  stub.answers.delete("/networks");
  await look(20);
  assert.deepEqual(agent.unplugged, []);

  const Containers = { [`ep-${known.endpointId}`]: { EndpointID: known.endpointId } };
  stub.answers.set("/networks", [network]).set(`/networks/${networkId}`, { ...network, Containers });
  await until("the removal", () => {
    recovery.look();
    assert.equal(center.calls("deleteDockerEndpoint").length, 1);
  });
  await look(looks() + 20);
  assert.deepEqual(center.calls("deleteDockerEndpoint"), [[forgotten]]);
  assert.deepEqual(agent.unplugged, [endpoint]);
});
