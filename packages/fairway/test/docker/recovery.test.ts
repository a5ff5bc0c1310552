import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { HostItem } from "../../src/api/types.ts";
import {
  container,
  type EngineNetwork,
  type ListedContainer,
  listedContainer,
  listedNetwork,
  network,
} from "../../src/docker/engine-objects.ts";
import type { EngineLists } from "../../src/docker/forgotten.ts";
import { Recovery, type RecoveryParts } from "../../src/docker/recovery.ts";
import { FairwayError } from "../../src/errors.ts";
import { until } from "../agent/chassis.ts";
import { recordingLogger } from "./fixture.ts";
import { StubAgent } from "./stub-agent.ts";
import { StubCenter } from "./stub-center.ts";

type Claimable = RecoveryParts["engine"];

const idOf = (digit: string) => digit.repeat(64);

/** What an engine answers; the last answer is counted as a complete look. */
class Lists implements EngineLists, Claimable {
  readonly networks = new Map<string, EngineNetwork>();
  readonly running: ListedContainer[] = [];
  isSilent = false;
  /** Networks that it cannot show. */
  readonly broken = new Set<string>();
  /** A look waits for it. */
  gate: Promise<void> | undefined;
  looks = 0;

  add(id: string, ...endpoints: readonly string[]): void {
    const Containers = Object.fromEntries(endpoints.map((each) => [`ep-${each}`, { EndpointID: each }]));
    this.networks.set(id, network.parse({ Id: id, Name: "blue", Containers }));
  }

  async networkIds() {
    this.looks++;
    const seen = new Set(this.networks.keys());
    await this.gate;
    if (this.isSilent) throw new FairwayError("unavailable", "The engine does not answer");
    return seen;
  }

  async allNetworks() {
    return [...this.networks.values()].map((each) => listedNetwork.parse({ ...each, Driver: "fairway" }));
  }

  async network(id: string) {
    if (this.broken.has(id))
      throw new FairwayError("internal", `The engine answered /networks/${id} with 500`);
    return this.networks.get(id) ?? Promise.reject(new FairwayError("not_found", "There is no such network"));
  }

  async containers() {
    return this.running;
  }

  async container(id: string) {
    const Networks = this.running.find(({ Id }) => Id === id)?.NetworkSettings.Networks ?? {};
    const told = Object.entries(Networks).map(([name, each]) => [
      name,
      { ...each, Aliases: ["www"], DNSNames: [] },
    ]);
    const NetworkSettings = { Networks: Object.fromEntries(told) };
    return container.parse({ Id: id, Name: "/web", NetworkSettings });
  }

  /** A container that runs on a network. */
  run(network: string, endpoint: string): void {
    const blue = {
      NetworkID: network,
      EndpointID: endpoint,
      IPAddress: "10.1.0.7",
      MacAddress: "0a:00:00:00:00:07",
    };
    const NetworkSettings = { Networks: { blue } };
    this.running.push(listedContainer.parse({ Id: endpoint, State: "running", NetworkSettings }));
  }
}

function start() {
  const parts = {
    engine: new Lists(),
    api: new StubCenter(),
    agent: new StubAgent(),
    edge: { live: new Map(), underway: new Set<string>() },
  };
  const { state } = parts.agent;
  const recovery = new Recovery({
    ...parts,
    hostName: "host",
    driver: "fairway",
    state,
    logger: recordingLogger([]),
    graceMs: 50,
  });
  const put = (item: HostItem) => state.items.set(item.key, item);
  return {
    ...parts,
    state,
    recovery,
    endpoint: (networkId: string, endpointId: string) => {
      const endpoint = v7();
      const rest = { network: v7(), mac: "0a:00:00:00:00:01", mtu: 1442, addresses: [], request: "first" };
      put({
        key: `endpoint/${endpoint}`,
        kind: "endpoint",
        endpoint,
        engine: { networkId, endpointId },
        ...rest,
      });
      return { endpoint, key: { host: "host", networkId, endpointId } };
    },
    network: (engineId: string) =>
      put({
        key: `network/${engineId}`,
        kind: "network",
        network: v7(),
        name: "blue",
        engineId,
        engineName: "blue",
        handle: "made",
        removal: null,
      }),
    /** Looks until there were so many more looks, longer apart than the grace time in all. */
    looks: async (count: number) => {
      const goal = parts.engine.looks + count;
      await until(`${count} looks`, () => {
        recovery.look();
        assert.ok(parts.engine.looks >= goal);
      });
    },
    claims: () => parts.api.calls("claimDockerNetwork"),
    removals: () => [...parts.api.calls("forgetDockerEndpoint"), ...parts.api.calls("deleteDockerNetwork")],
  };
}

test("X03 an endpoint that the engine has forgotten is removed with its addresses, once and alone", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  setup.endpoint(idOf("1"), idOf("a"));
  const forgotten = setup.endpoint(idOf("1"), idOf("b"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.recovery.look();
  await until("the removal", () => assert.equal(setup.removals().length, 1));
  setup.state.items.delete(`endpoint/${forgotten.endpoint}`);
  await setup.looks(10);
  assert.deepEqual(setup.removals(), [[forgotten.key]]);
  assert.deepEqual(setup.agent.unplugged, [forgotten.endpoint]);
});

test("X03 a network that the engine has forgotten is removed after its endpoints", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  setup.network(idOf("2"));
  const forgotten = setup.endpoint(idOf("1"), idOf("a"));
  setup.engine.add(idOf("2"));
  setup.recovery.look();
  await until("the removals", () => assert.equal(setup.removals().length, 2));
  assert.deepEqual(setup.removals(), [[forgotten.key], ["host", idOf("1")]]);
  const order = setup.api.told.map(({ method }) => method);
  assert.deepEqual(order, ["forgetDockerEndpoint", "deleteDockerNetwork"]);
});

test("O05 nothing is removed on incomplete knowledge: a silent engine, a stale state, a call under way", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  const { endpoint } = setup.endpoint(idOf("1"), idOf("a"));
  setup.engine.isSilent = true;
  // It is asked ever more rarely.
  await setup.looks(4);
  setup.engine.isSilent = false;
  setup.edge.underway.add(idOf("1")).add(idOf("a"));
  await setup.looks(10);
  setup.edge.underway.clear();
  setup.state.isFresh = false;
  // Without a fresh state the engine is not even asked.
  const { looks } = setup.engine;
  for (let round = 0; round < 10; round++) setup.recovery.look();
  assert.equal(setup.engine.looks, looks);
  assert.deepEqual(setup.removals(), []);
  setup.state.isFresh = true;
  await until("the removals", () => {
    setup.recovery.look();
    assert.equal(setup.removals().length, 2);
  });
  assert.ok(setup.agent.unplugged.includes(endpoint));
});

test("O05 an endpoint of a running container is live, whatever its network's list says", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.endpoint(idOf("1"), idOf("a"));
  const stopped = setup.endpoint(idOf("1"), idOf("b"));
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
  setup.recovery.look();
  await until("the removal", () => assert.equal(setup.removals().length, 1));
  setup.state.items.delete(`endpoint/${stopped.endpoint}`);
  await setup.looks(10);
  assert.deepEqual(setup.removals(), [[stopped.key]]);
});

test("X04 an endpoint of a running container that the center has lost is claimed as it is, and named again", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  // On a network that the center has not, nothing can be claimed.
  setup.engine.run(idOf("2"), idOf("b"));
  await setup.looks(1);
  assert.deepEqual(
    [setup.claims(), setup.agent.compared],
    [[], 0],
    "nothing is claimed, or given up, at first sight",
  );
  await until("the claim", () => {
    setup.recovery.look();
    assert.equal(setup.api.calls("describeDockerEndpoint").length, 1);
  });
  const key = { host: "host", networkId: idOf("1"), endpointId: idOf("a") };
  const [host, network, claim] = setup.claims()[0] as [string, string, { endpoints: { request: string }[] }];
  assert.deepEqual([host, network], ["host", idOf("1")]);
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
  const [described, facts] = setup.api.calls("describeDockerEndpoint")[0] as [object, { names: string[] }];
  assert.deepEqual([described, facts.names], [key, ["web", idOf("a").slice(0, 12), "www"]]);
  assert.deepEqual(setup.removals(), []);
});

test("X04 no port is given up while the center does not know a running container's endpoint", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  setup.api.failures.set("claimDockerNetwork", new FairwayError("conflict", "the name is taken"));
  await until("two claims", () => {
    setup.recovery.look();
    assert.ok(setup.claims().length > 1);
  });
  assert.equal(setup.agent.compared, 0);
  setup.endpoint(idOf("1"), idOf("a"));
  // A network of ours that the center has not may have ports here, too.
  setup.engine.add(idOf("2"), idOf("b"));
  setup.engine.run(idOf("2"), idOf("b"));
  await setup.looks(4);
  assert.equal(setup.agent.compared, 0);
  setup.engine.running.pop();
  await until("the comparison", () => {
    setup.recovery.look();
    assert.ok(setup.agent.compared > 0);
  });
});

test("X04 whose an endpoint is that the agent has claimed is told when the engine answers, once", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  setup.endpoint(idOf("1"), idOf("a"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  setup.agent.undescribed.add(idOf("a"));
  await setup.looks(4);
  const key = { host: "host", networkId: idOf("1"), endpointId: idOf("a") };
  assert.deepEqual(
    setup.api.calls("describeDockerEndpoint").map(([told]) => told),
    [key],
  );
  assert.deepEqual(setup.claims(), []);
});

test("X04 whose an endpoint is that was claimed is told again where the center did not take it, and never of a container that is gone", async () => {
  const setup = start();
  await using _ = setup.recovery;
  setup.network(idOf("1"));
  setup.engine.add(idOf("1"), idOf("a"));
  setup.engine.run(idOf("1"), idOf("a"));
  setup.api.failures.set("describeDockerEndpoint", new FairwayError("unavailable", "the center is away"));
  await until("the claim", () => {
    setup.recovery.look();
    assert.equal(setup.claims().length, 1);
    assert.equal(setup.api.calls("describeDockerEndpoint").length, 1);
  });
  // The center has the endpoint by now, so it is not claimed again.
  setup.endpoint(idOf("1"), idOf("a"));
  setup.api.failures.clear();
  setup.agent.undescribed.add(idOf("b"));
  await setup.looks(4);
  assert.equal(setup.api.calls("describeDockerEndpoint").length, 2);
  assert.deepEqual([...setup.agent.undescribed], []);
  assert.equal(setup.claims().length, 1);
});

test("X03 a network that the engine cannot show keeps its endpoints, and keeps nobody from collecting those of others", async () => {
  const setup = start();
  await using _ = setup.recovery;
  for (const digit of ["1", "2"]) {
    setup.network(idOf(digit));
    setup.engine.add(idOf(digit));
  }
  setup.endpoint(idOf("1"), idOf("a"));
  const forgotten = setup.endpoint(idOf("2"), idOf("b"));
  setup.engine.broken.add(idOf("1"));
  setup.recovery.look();
  await until("the removal", () => assert.equal(setup.removals().length, 1));
  setup.state.items.delete(`endpoint/${forgotten.endpoint}`);
  await setup.looks(10);
  assert.deepEqual(setup.removals(), [[forgotten.key]]);
});

test("X03 what happens during a look is seen by another one right after it", async () => {
  const setup = start();
  await using _ = setup.recovery;
  const gate = Promise.withResolvers<void>();
  setup.engine.gate = gate.promise;
  setup.recovery.look();
  await until("a look", () => assert.equal(setup.engine.looks, 1));
  setup.recovery.look();
  gate.resolve();
  // The next regular look would be half a minute later.
  await until("another look", () => assert.equal(setup.engine.looks, 2));
});
