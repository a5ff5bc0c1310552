import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { HostItem, HostMirrorItem } from "../../src/api/types.ts";
import type { NetworkToCreate } from "../../src/docker/engine.ts";
import {
  type ListedContainer,
  type ListedNetwork,
  listedContainer,
  listedNetwork,
} from "../../src/docker/engine-objects.ts";
import { Mirrors, type MirrorsParts } from "../../src/docker/mirrors.ts";
import { FairwayError } from "../../src/errors.ts";
import { until } from "../agent/chassis.ts";
import { recordingLogger } from "./fixture.ts";
import { StubAgent } from "./stub-agent.ts";
import { StubCenter } from "./stub-center.ts";

const idOf = (digit: string) => digit.repeat(64);

/** An engine that has the networks and containers that the test gives it, and those that were made. */
class StubEngine {
  readonly networks = new Map<string, ListedNetwork>();
  readonly containersThere: ListedContainer[] = [];
  readonly made: NetworkToCreate[] = [];
  readonly removed: string[] = [];
  refusal: FairwayError | undefined;
  /** Networks that it cannot remove. */
  readonly stuck = new Set<string>();
  looks = 0;

  add(digit: string, Name: string, Driver = "bridge", Options: Record<string, string> = {}): void {
    this.networks.set(idOf(digit), listedNetwork.parse({ Id: idOf(digit), Name, Driver, Options }));
  }

  async allNetworks() {
    this.looks++;
    return [...this.networks.values()];
  }

  async containers() {
    return this.containersThere;
  }

  async createNetwork(network: NetworkToCreate) {
    if (this.refusal !== undefined) throw this.refusal;
    this.made.push(network);
    const digit = String(this.made.length);
    this.add(digit, network.Name, network.Driver, { ...network.Options });
    return idOf(digit);
  }

  async removeNetwork(id: string) {
    if (this.stuck.has(id))
      throw new FairwayError("internal", "The engine answered with 500: error removing");
    this.removed.push(id);
    this.networks.delete(id);
  }
}

function start(parts: Partial<MirrorsParts> = {}) {
  const engine = new StubEngine();
  const api = new StubCenter();
  const { state } = new StubAgent();
  const common = { api, engine, state, hostName: "host", driver: "fairway", logger: recordingLogger([]) };
  const mirrors = new Mirrors({ ...common, isWanted: true, periodMs: 20, restMs: 200, ...parts });
  const put = (item: HostItem) => state.items.set(item.key, item);
  return {
    engine,
    api,
    state,
    mirrors,
    wanted: (name: string, more: Partial<HostMirrorItem> = {}): HostMirrorItem => {
      const network = v7();
      const subnets = [{ cidr: "10.1.0.0/24", gateway: "10.1.0.1", range: null }];
      const rest = { internal: false, attachable: false, labels: {}, options: {}, ipamOptions: {}, subnets };
      const item = { key: `mirror/${network}`, kind: "mirror" as const, network, name, ...rest, ...more };
      put(item);
      return item;
    },
    /** The center knows the engine's network. */
    handle: (
      { network, name }: Pick<HostMirrorItem, "network" | "name">,
      digit: string,
      removal: "asked" | "now" | null = null,
    ) =>
      put({
        key: `network/${digit}`,
        kind: "network",
        network,
        name,
        engineId: idOf(digit),
        engineName: name,
        handle: "mirrored",
        removal,
      }),
    container: (name: string, State: string, Networks: object) =>
      engine.containersThere.push(
        listedContainer.parse({
          Id: idOf("c"),
          Names: [`/${name}`],
          State,
          HostConfig: { NetworkMode: "none" },
          NetworkSettings: { Networks },
        }),
      ),
    told: () => api.calls("tellMirrors").at(-1)?.[1] as ReturnType<typeof JSON.parse>,
    looks: async (count: number) => {
      const goal = engine.looks + count;
      await until(`${count} looks`, () => assert.ok(engine.looks >= goal));
    },
  };
}

test("M02 a mirror has all that was said of its network, and what ties it to it", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  const item = setup.wanted("blue", {
    internal: true,
    attachable: true,
    labels: { team: "web" },
    options: { mtu: "1300" },
    ipamOptions: { site: "north" },
    subnets: [
      { cidr: "10.1.0.0/24", gateway: "10.1.0.1", range: "10.1.0.128/25" },
      { cidr: "fd01::/64", gateway: null, range: null },
    ],
  });
  const plain = setup.wanted("v6only", { subnets: [{ cidr: "fd02::/64", gateway: null, range: null }] });
  const none = setup.wanted("bare", { subnets: [] });
  await until("the mirrors", () => assert.equal(setup.engine.made.length, 3));
  const [blue, v6only, bare] = setup.engine.made;
  assert.deepEqual(blue, {
    Name: "blue",
    Driver: "fairway",
    Internal: true,
    Attachable: true,
    EnableIPv4: true,
    EnableIPv6: true,
    Options: { mtu: "1300", mirror: item.network },
    Labels: { team: "web" },
    IPAM: {
      Driver: "fairway",
      Options: { site: "north", mirror: item.network },
      Config: [
        { Subnet: "10.1.0.0/24", IPRange: "10.1.0.128/25", Gateway: "10.1.0.1" },
        { Subnet: "fd01::/64" },
      ],
    },
  });
  assert.deepEqual([v6only?.EnableIPv4, v6only?.EnableIPv6], [false, true]);
  assert.deepEqual(bare?.IPAM, { Driver: "null", Options: {}, Config: [] });
  assert.deepEqual([plain.name, none.name], ["v6only", "bare"]);
});

test("M02 one mirror is made, though the center's word of it comes late, and nothing is asked once all is well", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  const item = setup.wanted("blue");
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
  await setup.looks(5);
  setup.handle(item, "1");
  const before = setup.engine.looks;
  for (let round = 0; round < 20; round++) setup.mirrors.look();
  await until("the report", () => assert.deepEqual(setup.told(), { troubles: [], uses: [] }));
  assert.ok(setup.engine.looks <= before + 2);
  assert.equal(setup.engine.made.length, 1);
});

test("M02 a name that the engine uses is left alone and told; when it is free the mirror comes", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  setup.engine.add("f", "blue");
  const { network } = setup.wanted("blue");
  const trouble = `another network is called blue there (driver bridge, ${"f".repeat(12)})`;
  await until("the trouble", () => assert.deepEqual(setup.told()?.troubles, [{ network, trouble }]));
  assert.deepEqual([setup.engine.made, setup.engine.removed], [[], []]);
  setup.engine.networks.delete(idOf("f"));
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
  await until("no more trouble", () => assert.deepEqual(setup.told()?.troubles, []));
});

test("M02 of two networks that Docker 20.10 made under one name the mirror goes, unless a container is on it", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  const [blue, red] = [setup.wanted("blue"), setup.wanted("red")];
  await until("the mirrors", () => assert.equal(setup.engine.made.length, 2));
  setup.handle(blue, "1");
  setup.handle(red, "2");
  setup.engine.add("e", "blue");
  setup.engine.add("f", "red");
  setup.container("web", "exited", { red: { NetworkID: idOf("2"), EndpointID: "" } });
  setup.mirrors.lookAtEngine();
  await until("the mirror to go", () => assert.deepEqual(setup.engine.removed, [idOf("1")]));
  setup.state.items.delete("network/1");
  await until("the trouble", () => assert.equal(setup.told()?.troubles.length, 1));
  assert.deepEqual(setup.engine.removed, [idOf("1")]);
});

test("M02 what the engine says against a mirror is told, and it is tried again", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  setup.engine.refusal = new FairwayError("unavailable", "IPv4 cannot be switched off");
  const { network } = setup.wanted("blue");
  const troubles = [{ network, trouble: "IPv4 cannot be switched off" }];
  await until("the trouble", () => assert.deepEqual(setup.told()?.troubles, troubles));
  setup.engine.refusal = undefined;
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
});

test("M11 an engine without mirrors gets none", async () => {
  const setup = start({ isWanted: false });
  await using _ = setup.mirrors;
  setup.wanted("blue");
  await until("a report", () => assert.deepEqual(setup.told(), { troubles: [], uses: [] }));
  assert.deepEqual(setup.engine.made, []);
});

test("M03 a mirror that somebody removed stays away for a while and is put back", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  const item = setup.wanted("blue");
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
  setup.handle(item, "1");
  await until("all to be well", () => assert.deepEqual(setup.told(), { troubles: [], uses: [] }));
  await new Promise((resolve) => setImmediate(resolve));
  setup.mirrors.look();
  await setup.engine.removeNetwork(idOf("1"));
  setup.state.items.delete("network/1");
  const removedAt = performance.now();
  await until("the mirror to be back", () => assert.equal(setup.engine.made.length, 2));
  assert.ok(performance.now() - removedAt >= 150, "not at once");
});

test("M03 a network in removal goes only by the center's word, and never under a container, started or not", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  for (const digit of ["1", "2", "3", "4"]) setup.engine.add(digit, `net${digit}`, "fairway");
  const networkOf = (digit: string) => ({ network: v7(), name: `net${digit}` });
  setup.handle(networkOf("1"), "1", "asked");
  for (const digit of ["2", "3", "4"]) setup.handle(networkOf(digit), digit, "now");
  setup.container("stopped", "exited", { net2: { NetworkID: idOf("2"), EndpointID: "" } });
  setup.container("new", "created", { net3: { NetworkID: "", EndpointID: "" } });
  await until("the removal", () => assert.deepEqual(setup.engine.removed, [idOf("4")]));
  await setup.looks(3);
  assert.deepEqual(setup.engine.removed, [idOf("4")]);
  setup.state.items.delete("network/4");
  await until("the report", () =>
    assert.deepEqual(setup.told()?.uses, [
      { engineId: idOf("1"), containers: [] },
      { engineId: idOf("2"), containers: ["stopped"] },
      { engineId: idOf("3"), containers: ["new"] },
    ]),
  );
  setup.engine.containersThere.length = 0;
  await until("the others to go", () =>
    assert.deepEqual(setup.engine.removed.toSorted(), [idOf("2"), idOf("3"), idOf("4")]),
  );
});

test("O05 nothing is made or removed while the center's word is old", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  setup.state.isFresh = false;
  setup.wanted("blue");
  setup.engine.add("2", "red", "fairway");
  setup.handle({ network: v7(), name: "red" }, "2", "now");
  for (let round = 0; round < 10; round++) setup.mirrors.look();
  assert.equal(setup.engine.looks, 0);
  setup.state.isFresh = true;
  await until("both", () =>
    assert.deepEqual([setup.engine.made.length, setup.engine.removed.length], [1, 1]),
  );
});

test("M03 a network that the engine does not let go, and a container with a very long name, keep no other network", async () => {
  const setup = start();
  await using _ = setup.mirrors;
  for (const digit of ["1", "2", "3"]) {
    setup.engine.add(digit, `net${digit}`, "fairway");
    setup.handle({ network: v7(), name: `net${digit}` }, digit, "now");
  }
  setup.engine.stuck.add(idOf("1"));
  setup.container("x".repeat(300), "exited", { net2: { NetworkID: idOf("2"), EndpointID: "" } });
  await until("the removal", () => assert.deepEqual(setup.engine.removed, [idOf("3")]));
  await until("the report", () => {
    const uses: { engineId: string; containers: string[] }[] = setup.told()?.uses ?? [];
    assert.deepEqual(uses.find(({ engineId }) => engineId === idOf("2"))?.containers, [
      `${"x".repeat(254)}…`,
    ]);
  });
});

test("S05 a machine takes only the names that its configuration says, and the others are told with the reason", async () => {
  const setup = start({ names: "shared-.*|blue" });
  await using _ = setup.mirrors;
  setup.wanted("shared-1");
  const squatter = setup.wanted("app_default", { labels: { "com.docker.compose.project": "app" } });
  setup.wanted("not-shared-1");
  setup.mirrors.look();
  await until("what is told", () => assert.equal(setup.told()?.troubles.length, 2));
  assert.deepEqual(
    setup.engine.made.map(({ Name }) => Name),
    ["shared-1"],
  );
  const { trouble } = setup
    .told()
    .troubles.find((each: { network: string }) => each.network === squatter.network);
  assert.equal(
    trouble,
    "this machine takes only networks whose names match shared-.*|blue (docker.mirrorNames)",
  );
});
