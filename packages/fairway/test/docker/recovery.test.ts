import assert from "node:assert/strict";
import { test } from "node:test";
import { listedContainer } from "../../src/docker/engine-objects.ts";
import { Recovery } from "../../src/docker/recovery.ts";
import { FairwayError } from "../../src/errors.ts";
import { until } from "../agent/chassis.ts";
import { root } from "../center.ts";
import { EdgeCenter, hostName } from "./edge-center.ts";
import { idOf, Lists, onlyFairway } from "./engine-lists.ts";
import { recordingLogger } from "./fixture.ts";
import { StubAgent } from "./stub-agent.ts";

/** A host whose center knows what the test makes in it, with an engine of the test's. */
async function start() {
  await using stack = new AsyncDisposableStack();
  const center = stack.use(await EdgeCenter.start());
  const state = await center.followState();
  const parts = {
    engine: new Lists(),
    api: center.api,
    agent: new StubAgent(),
    edge: { live: new Map(), underway: new Set<string>() },
  };
  const logger = recordingLogger([]);
  const recovery = stack.use(
    new Recovery({ ...parts, hostName, drivers: onlyFairway, state, logger, graceMs: 50 }),
  );
  const untilItem = (key: string, isThere: boolean) =>
    until(key, () => assert.equal(state.items.has(key), isThere));
  const kept = stack.move();
  let lastAddress = 1;
  return {
    ...parts,
    center,
    state,
    recovery,
    network: async (engineId: string) => {
      await center.network(engineId);
      await until("the network", () => assert.ok(state.hasNetwork(engineId)));
    },
    endpoint: async (networkId: string, endpointId: string) => {
      const key = { host: hostName, networkId, endpointId };
      const [subnet] = center.service.networks.show(networkId, root).subnets;
      const ip = subnet?.cidr.replace("0/24", String(++lastAddress)) ?? "";
      const { endpoint } = await center.service.dockerEndpoints.create(key, { addresses: [ip] }, root);
      await untilItem(`endpoint/${endpoint}`, true);
      return { endpoint, key };
    },
    gone: (endpoint: string) => untilItem(`endpoint/${endpoint}`, false),
    /** Compares until it was done so many times more, longer apart than the grace time in all. */
    comparisons: async (count: number) => {
      const goal = parts.engine.asked + count;
      await until(`${count} comparisons`, () => {
        recovery.compareSoon();
        assert.ok(parts.engine.asked >= goal);
      });
    },
    claims: () => center.calls("claimDockerNetwork"),
    /** Each once: until the center's word comes back, one may be asked for again. */
    removals: () => {
      const calls = [...center.calls("purgeDockerEndpoint"), ...center.calls("deleteDockerNetwork")];
      return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

test("X03 an endpoint that the engine has forgotten is removed with its addresses, once and alone", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  await setup.endpoint(idOf("1"), idOf("a"));
  const forgotten = await setup.endpoint(idOf("1"), idOf("b"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.recovery.compareSoon();
  await until("the removal", () => assert.equal(setup.removals().length, 1));
  await setup.gone(forgotten.endpoint);
  await setup.comparisons(10);
  assert.deepEqual(setup.removals(), [[forgotten.key]]);
  assert.deepEqual(setup.agent.unplugged, [forgotten.endpoint]);
});

test("X03 a network that the engine has forgotten is removed after its endpoints", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  await setup.network(idOf("2"));
  const forgotten = await setup.endpoint(idOf("1"), idOf("a"));
  setup.engine.add(idOf("2"));
  setup.recovery.compareSoon();
  await until("the removals", () => assert.equal(setup.removals().length, 2));
  assert.deepEqual(setup.removals(), [[forgotten.key], [{ host: hostName, networkId: idOf("1") }]]);
  const order = setup.center.seen
    .map(({ method }) => method)
    .filter((method) => /^(purge|delete)/.test(method));
  assert.deepEqual([...new Set(order)], ["purgeDockerEndpoint", "deleteDockerNetwork"]);
});

test("O05 nothing is removed on incomplete knowledge: a silent engine, a stale state, a call under way", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  const { endpoint } = await setup.endpoint(idOf("1"), idOf("a"));
  setup.engine.isSilent = true;
  // It is asked ever more rarely.
  await setup.comparisons(4);
  setup.engine.isSilent = false;
  setup.edge.underway.add(idOf("1")).add(idOf("a"));
  await setup.comparisons(10);
  setup.edge.underway.clear();
  setup.state.isStale = true;
  // Without a fresh state the engine is not even asked.
  const { asked } = setup.engine;
  for (let round = 0; round < 10; round++) setup.recovery.compareSoon();
  assert.equal(setup.engine.asked, asked);
  assert.deepEqual(setup.removals(), []);
  setup.state.isStale = false;
  await until("the removals", () => {
    setup.recovery.compareSoon();
    assert.equal(setup.removals().length, 2);
  });
  assert.ok(setup.agent.unplugged.includes(endpoint));
});

test("O05 an endpoint of a running container is live, whatever its network's list says", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  await setup.endpoint(idOf("1"), idOf("a"));
  const stopped = await setup.endpoint(idOf("1"), idOf("b"));
  setup.engine.add(idOf("1"));
  for (const [digit, State] of [
    ["a", "running"],
    ["b", "exited"],
  ] as const) {
    const Networks = { blue: { NetworkID: idOf("1"), EndpointID: idOf(digit) } };
    setup.engine.running.push(
      listedContainer.parse({ Id: idOf(digit), State, NetworkSettings: { Networks } }),
    );
  }
  setup.recovery.compareSoon();
  await until("the removal", () => assert.equal(setup.removals().length, 1));
  await setup.gone(stopped.endpoint);
  await setup.comparisons(10);
  assert.deepEqual(setup.removals(), [[stopped.key]]);
});

test("X04 an endpoint of a running container that the center has lost is claimed as it is, and named again", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  // On a network that the center has not, nothing can be claimed.
  setup.engine.run(idOf("2"), idOf("b"));
  await setup.comparisons(1);
  assert.deepEqual(
    [setup.claims(), setup.agent.compared],
    [[], 0],
    "nothing is claimed, or given up, at first sight",
  );
  await until("the claim", () => {
    setup.recovery.compareSoon();
    assert.equal(setup.center.calls("describeDockerEndpoint").length, 1);
  });
  const key = { host: "host", networkId: idOf("1"), endpointId: idOf("a") };
  const [of, claim] = setup.claims()[0] as [object, { endpoints: { request: string }[] }];
  assert.deepEqual(of, { host: hostName, networkId: idOf("1") });
  assert.deepEqual(
    claim.endpoints.map((each) => ({ ...each, request: "" })),
    [
      {
        endpointId: idOf("a"),
        addresses: ["10.1.0.7"],
        mac: "0a:00:00:00:00:07",
        options: {},
        request: "",
      },
    ],
  );
  const [described, facts] = setup.center.calls("describeDockerEndpoint")[0] as [object, { names: string[] }];
  assert.deepEqual([described, facts.names], [key, ["web", idOf("a").slice(0, 12), "www"]]);
  assert.deepEqual(setup.removals(), []);
});

test("X04 no port is given up while the center does not know a running container's endpoint", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  setup.center.failures.set("claimDockerNetwork", new FairwayError("conflict", "the name is taken"));
  // A network of ours that the center has not may have ports here, too.
  setup.engine.add(idOf("2"), idOf("b"));
  setup.engine.run(idOf("2"), idOf("b"));
  await until("two claims", () => {
    setup.recovery.compareSoon();
    assert.ok(setup.claims().length > 1);
  });
  await setup.comparisons(4);
  assert.equal(setup.agent.compared, 0);
  setup.engine.running.pop();
  await until("the comparison", () => {
    setup.recovery.compareSoon();
    assert.ok(setup.agent.compared > 0);
  });
});

test("X04 whose an endpoint is that the agent has claimed is told when the engine answers, once", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  await setup.endpoint(idOf("1"), idOf("a"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  setup.agent.undescribed.add(idOf("a"));
  await setup.comparisons(4);
  const key = { host: "host", networkId: idOf("1"), endpointId: idOf("a") };
  assert.deepEqual(
    setup.center.calls("describeDockerEndpoint").map(([told]) => told),
    [key],
  );
  assert.deepEqual(setup.claims(), []);
});

test("X04 whose an endpoint is that was claimed is told again where the center did not take it, and never of a container that is gone", async () => {
  await using setup = await start();
  await setup.network(idOf("1"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  setup.center.failures.set("describeDockerEndpoint", new FairwayError("unavailable", "the center is away"));
  await until("the failed report", () => {
    setup.recovery.compareSoon();
    assert.ok(setup.center.calls("describeDockerEndpoint").length > 0);
  });
  // From when the center's word comes back it is not claimed again.
  await until("the endpoint", () => assert.ok(setup.state.hasEndpoint(idOf("a"))));
  await setup.comparisons(1);
  const claims = setup.claims().length;
  setup.agent.undescribed.add(idOf("b"));
  await setup.comparisons(4);
  assert.equal(setup.center.service.endpoints.list({}, root)[0]?.engine?.containerName, "web");
  assert.deepEqual([...setup.agent.undescribed], []);
  assert.equal(setup.claims().length, claims);
});

test("X03 a network that the engine cannot show keeps its endpoints, and keeps nobody from collecting those of others", async () => {
  await using setup = await start();
  for (const digit of ["1", "2"]) {
    await setup.network(idOf(digit));
    setup.engine.add(idOf(digit));
  }
  await setup.endpoint(idOf("1"), idOf("a"));
  const forgotten = await setup.endpoint(idOf("2"), idOf("b"));
  setup.engine.broken.add(idOf("1"));
  setup.recovery.compareSoon();
  await until("the removal", () => assert.equal(setup.removals().length, 1));
  await setup.gone(forgotten.endpoint);
  await setup.comparisons(10);
  assert.deepEqual(setup.removals(), [[forgotten.key]]);
});

test("X03 what happens during a look is seen by another one right after it", async () => {
  await using setup = await start();
  const gate = Promise.withResolvers<void>();
  setup.engine.gate = gate.promise;
  setup.recovery.compareSoon();
  await until("a look", () => assert.equal(setup.engine.asked, 1));
  setup.recovery.compareSoon();
  gate.resolve();
  // The next regular look would be half a minute later.
  await until("another look", () => assert.equal(setup.engine.asked, 2));
});
