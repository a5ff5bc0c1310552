import assert from "node:assert/strict";
import { test } from "node:test";
import { listedContainer } from "../../src/docker/engine-objects.ts";
import { Mirrors, type MirrorsParts } from "../../src/docker/mirrors.ts";
import { FairwayError } from "../../src/errors.ts";
import { until } from "../agent/chassis.ts";
import { engineId, root } from "../center.ts";
import { EdgeCenter, hostName } from "./edge-center.ts";
import { idOf, onlyFairway } from "./engine-lists.ts";
import { recordingLogger } from "./fixture.ts";
import { MirroringEngine } from "./mirroring-engine.ts";

interface Wanted {
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly labels?: Record<string, string>;
  readonly options?: Record<string, string>;
  readonly ipamOptions?: Record<string, string>;
  readonly subnets?: readonly { readonly cidr: string; readonly gateway?: string; readonly range?: string }[];
}

/** A network that another host's engine made, and of which this one gets a mirror. */
interface Mirrored {
  readonly network: string;
  readonly name: string;
}

const other = "other";

/** A host in a cluster with another one, with an engine of the test's. */
async function start(parts: Partial<MirrorsParts> = {}) {
  await using stack = new AsyncDisposableStack();
  const center = stack.use(await EdgeCenter.start());
  const { service, api } = center;
  await service.hosts.register(other, { systemId: "other-chassis" }, root);
  const engine = new MirroringEngine();
  const state = await center.followState();
  const common = { api, engine, state, hostName, drivers: onlyFairway, logger: recordingLogger([]) };
  const mirrors = stack.use(new Mirrors({ ...common, isWanted: true, periodMs: 20, restMs: 200, ...parts }));
  state.onChange((keys) => mirrors.stateChanged(keys));
  const untilHandle = (id: string, name: string) =>
    until("the handle", () => assert.ok(state.hasNetwork(id, name)));
  const kept = stack.move();
  let last = 50;
  return {
    engine,
    center,
    state,
    mirrors,
    wanted: async (name: string, more: Wanted = {}): Promise<Mirrored> => {
      const { internal = false, options = {}, ipamOptions = {}, labels = {}, attachable = false } = more;
      const { subnets = [{ cidr: `10.${++last}.0.0/24`, gateway: `10.${last}.0.1` }] } = more;
      const id = engineId();
      for (const { cidr } of subnets) {
        const family = cidr.includes(":") ? 6 : 4;
        await service.pools.request(other, { space: name, family, cidr, options: {} }, root);
      }
      const given = subnets.map(({ cidr, gateway }) => ({ space: name, cidr, ...(gateway && { gateway }) }));
      const request = { subnets: given, internal, options };
      const { uuid } = await service.dockerNetworks.create(other, id, request, root);
      const ranges = subnets.flatMap(({ cidr, range }) => (range === undefined ? [] : [{ cidr, range }]));
      const gateways = subnets.flatMap(({ cidr, gateway }) => (gateway === undefined ? [] : cidr));
      const facts = { name, labels, options, ipamOptions, ranges, gateways, attachable };
      await service.dockerNetworks.describe(other, id, facts, root);
      return { network: uuid, name };
    },
    /** The engine's calls for the mirror that it has made come to the center. */
    handle: async ({ network, name }: Mirrored, digit: string) => {
      const [{ cidr, gateway } = { cidr: "", gateway: null }] = service.networks.show(network, root).subnets;
      const options = { mirror: network };
      const space = `mirror-${digit}`;
      await service.pools.request(hostName, { space, family: 4, cidr, options }, root);
      const subnets = [{ space, cidr, ...(gateway && { gateway }) }];
      const request = { subnets, internal: false, options };
      await service.dockerNetworks.create(hostName, idOf(digit), request, root);
      await service.dockerNetworks.describe(hostName, idOf(digit), { name, options }, root);
      await untilHandle(idOf(digit), name);
    },
    /** A network that this host's own engine made. */
    own: async (digit: string, name: string, removal: "asked" | "now") => {
      engine.add(digit, name, "fairway");
      await center.network(idOf(digit));
      await service.dockerNetworks.describe(hostName, idOf(digit), { name }, root);
      await untilHandle(idOf(digit), name);
      state.removals.set(idOf(digit), removal);
      mirrors.engineChanged();
    },
    /** The engine's call for a network that it has removed comes to the center. */
    forget: async (digit: string) => {
      await service.dockerNetworks.delete(hostName, idOf(digit), root);
      await until("the end of the handle", () => assert.ok(!state.hasNetwork(idOf(digit))));
    },
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
    told: () => center.calls("reportMirrors").at(-1)?.[1] as ReturnType<typeof JSON.parse>,
    looks: async (count: number) => {
      const goal = engine.looks + count;
      await until(`${count} looks`, () => assert.ok(engine.looks >= goal));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

test("M02 a mirror has all that was said of its network, and what ties it to it", async () => {
  await using setup = await start();
  const item = await setup.wanted("blue", {
    internal: true,
    attachable: true,
    labels: { team: "web" },
    options: { mtu: "1300" },
    ipamOptions: { site: "north" },
    subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.1", range: "10.1.0.128/25" }, { cidr: "fd01::/64" }],
  });
  const plain = await setup.wanted("v6only", { subnets: [{ cidr: "fd02::/64" }] });
  const none = await setup.wanted("bare", { subnets: [] });
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
  await using setup = await start();
  const item = await setup.wanted("blue");
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
  await setup.looks(5);
  await setup.handle(item, "1");
  const before = setup.engine.looks;
  for (let round = 0; round < 20; round++) setup.mirrors.compareSoon();
  await until("the report", () => assert.deepEqual(setup.told(), { troubles: [], uses: [] }));
  assert.ok(setup.engine.looks <= before + 2);
  assert.equal(setup.engine.made.length, 1);
});

test("M02 a name that the engine uses is left alone and told; when it is free the mirror comes", async () => {
  await using setup = await start();
  setup.engine.add("f", "blue");
  const { network } = await setup.wanted("blue");
  const trouble = `another network is called blue there (driver bridge, ${"f".repeat(12)})`;
  await until("the trouble", () => assert.deepEqual(setup.told()?.troubles, [{ network, trouble }]));
  assert.deepEqual([setup.engine.made, setup.engine.removed], [[], []]);
  setup.engine.networks.delete(idOf("f"));
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
  await until("no more trouble", () => assert.deepEqual(setup.told()?.troubles, []));
});

test("M02 of two networks that Docker 20.10 made under one name the mirror goes, unless a container is on it", async () => {
  await using setup = await start();
  const [blue, red] = [await setup.wanted("blue"), await setup.wanted("red")];
  await until("the mirrors", () => assert.equal(setup.engine.made.length, 2));
  await setup.handle(blue, "1");
  await setup.handle(red, "2");
  setup.engine.add("e", "blue");
  setup.engine.add("f", "red");
  setup.container("web", "exited", { red: { NetworkID: idOf("2"), EndpointID: "" } });
  setup.mirrors.engineChanged();
  await until("the mirror to go", () => assert.deepEqual(setup.engine.removed, [idOf("1")]));
  await setup.forget("1");
  await until("the trouble", () => assert.equal(setup.told()?.troubles.length, 1));
  assert.deepEqual(setup.engine.removed, [idOf("1")]);
});

test("M02 what the engine says against a mirror is told, and it is tried again", async () => {
  await using setup = await start();
  setup.engine.refusal = new FairwayError("unavailable", "IPv4 cannot be switched off");
  const { network } = await setup.wanted("blue");
  const troubles = [{ network, trouble: "IPv4 cannot be switched off" }];
  await until("the trouble", () => assert.deepEqual(setup.told()?.troubles, troubles));
  setup.engine.refusal = undefined;
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
});

test("M11 an engine without mirrors gets none", async () => {
  await using setup = await start({ isWanted: false });
  await setup.wanted("blue");
  await until("a report", () => assert.deepEqual(setup.told(), { troubles: [], uses: [] }));
  assert.deepEqual(setup.engine.made, []);
});

test("M03 a mirror that somebody removed stays away for a while and is put back", async () => {
  await using setup = await start();
  const item = await setup.wanted("blue");
  await until("the mirror", () => assert.equal(setup.engine.made.length, 1));
  await setup.handle(item, "1");
  await until("all to be well", () => assert.deepEqual(setup.told(), { troubles: [], uses: [] }));
  await new Promise((resolve) => setImmediate(resolve));
  setup.mirrors.compareSoon();
  await setup.engine.removeNetwork(idOf("1"));
  await setup.forget("1");
  const removedAt = performance.now();
  await until("the mirror to be back", () => assert.equal(setup.engine.made.length, 2));
  assert.ok(performance.now() - removedAt >= 150, "not at once");
});

test("M03 a network in removal goes only by the center's word, and never under a container, started or not", async () => {
  await using setup = await start();
  setup.container("stopped", "exited", { net2: { NetworkID: idOf("2"), EndpointID: "" } });
  setup.container("new", "created", { net3: { NetworkID: "", EndpointID: "" } });
  await setup.own("1", "net1", "asked");
  for (const digit of ["2", "3", "4"]) await setup.own(digit, `net${digit}`, "now");
  await until("the removal", () => assert.deepEqual(setup.engine.removed, [idOf("4")]));
  await setup.looks(3);
  assert.deepEqual(setup.engine.removed, [idOf("4")]);
  await setup.forget("4");
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
  await using setup = await start();
  setup.state.isStale = true;
  await setup.wanted("blue");
  await setup.own("2", "red", "now");
  for (let round = 0; round < 10; round++) setup.mirrors.compareSoon();
  assert.equal(setup.engine.looks, 0);
  setup.state.isStale = false;
  await until("both", () =>
    assert.deepEqual([setup.engine.made.length, setup.engine.removed.length], [1, 1]),
  );
});

test("M03 a network that the engine does not let go, and a container with a very long name, keep no other network", async () => {
  await using setup = await start();
  setup.engine.stuck.add(idOf("1"));
  setup.container("x".repeat(300), "exited", { net2: { NetworkID: idOf("2"), EndpointID: "" } });
  for (const digit of ["1", "2", "3"]) await setup.own(digit, `net${digit}`, "now");
  await until("the removal", () => assert.deepEqual(setup.engine.removed, [idOf("3")]));
  await until("the report", () => {
    const uses: { engineId: string; containers: string[] }[] = setup.told()?.uses ?? [];
    assert.deepEqual(uses.find(({ engineId }) => engineId === idOf("2"))?.containers, [
      `${"x".repeat(254)}…`,
    ]);
  });
});

test("S05 a machine takes only the names that its configuration says, and the others are told with the reason", async () => {
  await using setup = await start({ names: "shared-.*|blue" });
  await setup.wanted("shared-1");
  const squatter = await setup.wanted("app_default", {
    options: { scope: "cluster" },
    labels: { "com.docker.compose.project": "app" },
  });
  await setup.wanted("not-shared-1");
  setup.mirrors.compareSoon();
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
