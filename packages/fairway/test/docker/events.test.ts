import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../agent/chassis.ts";
import { root } from "../center.ts";
import { EdgeUnderTest } from "./fixture.ts";

const networkId = "1cf131d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bba9";
const containerId = "4a62c79426588572a7d132cd1d1a3bfaec2ca72b6c5cc524e6d1843f53ed36d6";
const endpointId = "25f3c6fdf5fd119240a9bf0accc6b347e472085952e058a9619d356499e5de14";

const network = {
  Id: networkId,
  Name: "blue",
  Labels: { team: "web" },
  Options: { mtu: "1400" },
  Attachable: true,
  IPAM: {
    Driver: "fairway",
    Options: { site: "a" },
    Config: [
      { Subnet: "10.1.0.0/24", IPRange: "10.1.0.128/25", Gateway: "10.1.0.1" },
      { Subnet: "fd01::/64" },
    ],
  },
};
const container = {
  Id: containerId,
  Name: "/web",
  Config: { Labels: { tier: "front" } },
  NetworkSettings: {
    Networks: {
      blue: { NetworkID: networkId, EndpointID: endpointId, Aliases: ["www", "4a62c7942658"] },
      bridge: { NetworkID: "fecb9353", EndpointID: "545a3095", Aliases: null },
    },
  },
};
const facts = {
  containerId,
  containerName: "web",
  names: ["web", "4a62c7942658", "www"],
  labels: { tier: "front" },
  groups: [],
};

/** An edge whose center knows the network and an endpoint on it, as after the engine's calls. */
async function startKnown() {
  await using stack = new AsyncDisposableStack();
  const edge = stack.use(await EdgeUnderTest.start());
  await edge.network(["10.1.0.0/24", "fd01::/64"], {}, { networkId });
  await edge.done("NetworkDriver.CreateEndpoint", {
    NetworkID: networkId,
    EndpointID: endpointId,
    Interface: { Address: "10.1.0.7/24", AddressIPv6: "", MacAddress: "" },
    Options: {},
  });
  stack.move();
  return edge;
}

/** What the center shows of the endpoint. */
const endpointOf = (edge: EdgeUnderTest) =>
  edge.center.service.endpoints.list({}, root)[0] ?? assert.fail("there is no endpoint");

/** What the center shows of the network. */
const networkOf = (edge: EdgeUnderTest) =>
  edge.center.service.networks.list({}, root)[0] ?? assert.fail("there is no network");

test("a network's name and labels are told after the engine's event", async () => {
  await using edge = await startKnown();
  await until("the stream", () =>
    assert.ok(edge.lines.some(({ message }) => message.includes("are followed"))),
  );
  edge.engine.answers.set(`/networks/${networkId}`, network);
  edge.engine.say("network", "create", "0000", { name: "other", type: "bridge" });
  edge.engine.say("network", "create", networkId, { name: "blue", type: "fairway" });
  await until("the description", () => assert.equal(edge.center.calls("describeDockerNetwork").length, 1));
  assert.deepEqual(edge.center.calls("describeDockerNetwork"), [
    [
      { host: "host", networkId },
      {
        name: "blue",
        labels: { team: "web" },
        options: { mtu: "1400" },
        ipamOptions: { site: "a" },
        ranges: [{ cidr: "10.1.0.0/24", range: "10.1.0.128/25" }],
        gateways: ["10.1.0.0/24"],
        attachable: true,
      },
    ],
  ]);
  await until("the center's word", () => assert.equal(networkOf(edge).name, "blue"));
  assert.deepEqual(networkOf(edge).labels, { team: "web" });
});

test("a container's names and labels are told when it is connected and when it is renamed", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  edge.engine.answers.set("/networks", [network]).set(`/containers/${containerId}/json`, container);
  edge.engine.say("network", "connect", networkId, { container: containerId, name: "blue", type: "fairway" });
  const key = { host: "host", networkId, endpointId };
  await until("the description", () =>
    assert.deepEqual(edge.center.calls("describeDockerEndpoint"), [[key, facts]]),
  );
  edge.engine.answers.set(`/containers/${containerId}/json`, { ...container, Name: "/shop" });
  edge.engine.say("container", "rename", containerId, { name: "shop", oldName: "/web" });
  await until("the new name", () => {
    const [, told] = edge.center.calls("describeDockerEndpoint").at(-1) ?? [];
    assert.equal((told as typeof facts).containerName, "shop");
  });
  await until("the center's word", () => assert.equal(endpointOf(edge).engine?.containerName, "shop"));
  const { names, labels } = endpointOf(edge);
  assert.deepEqual([[...names].sort(), labels], [["4a62c7942658", "shop", "www"], { tier: "front" }]);
});

test("N12 what is said of a container's ports goes with it, also when it was removed while nobody looked", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  edge.engine.answers.set("/networks", [network]).set(`/containers/${containerId}/json`, container);
  edge.engine.answers.set("/containers/json", [{ ...container, State: "running" }]);
  const { containerPorts, dockerEndpoints } = edge.center.service;
  const key = { host: "host", networkId, endpointId };
  const isSaid = () => containerPorts.list("host", root).includes(containerId);
  const say = async () => {
    edge.engine.say("network", "connect", networkId, { container: containerId, type: "fairway" });
    await until("its name", () => assert.equal(endpointOf(edge).engine?.containerId, containerId));
    const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 } as const];
    await dockerEndpoints.publish(key, { ports }, root);
    const from = ["10.0.0.0/8"];
    await containerPorts.restrict("web", { protocol: "tcp", hostPort: 8080, from }, root);
    assert.ok(isSaid());
  };
  await say();
  edge.engine.breakStreams();
  await until("the stream again", () => assert.ok(edge.engine.isFollowed));
  assert.ok(isSaid(), "the engine has it");
  edge.engine.say("container", "destroy", "0".repeat(64), { name: "other" });
  edge.engine.say("container", "destroy", containerId, { name: "web" });
  await until("its end", () => assert.ok(!isSaid()));
  assert.deepEqual(
    edge.center.calls("forgetContainer").map(([told]) => told),
    [{ host: "host", containerId }],
    "the center is asked of its own alone",
  );
  await say();
  edge.engine.answers.set("/containers/json", []);
  edge.engine.breakStreams();
  await until("its end", () => assert.ok(!isSaid()));
});

test("M05 the agent is told a container's own name servers when it is connected, and that it is gone", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  const withServers = { ...container, HostConfig: { Dns: ["192.0.2.53", "192.0.2.54"] } };
  edge.engine.answers.set("/networks", [network]).set(`/containers/${containerId}/json`, withServers);
  const connect = () =>
    edge.engine.say("network", "connect", networkId, { container: containerId, type: "fairway" });
  const { nameServers } = edge.agent;
  connect();
  await until("the servers", () =>
    assert.deepEqual([...nameServers], [[containerId, ["192.0.2.53", "192.0.2.54"]]]),
  );
  edge.engine.say("container", "destroy", containerId, { name: "web" });
  await until("their end", () => assert.equal(nameServers.size, 0));
  connect();
  await until("the servers again", () => assert.equal(nameServers.size, 1));
  // It was removed while nobody followed the engine.
  edge.engine.breakStreams();
  await until("their end after a look at everything", () => assert.equal(nameServers.size, 0));
  edge.engine.answers.set("/containers/json", [{ ...container, State: "running" }]);
  edge.engine.breakStreams();
  await until("the servers of one that was there before", () => assert.equal(nameServers.size, 1));
});

test("A07 labels and names that the center cannot keep are left out and told to the log, the others are kept", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  const wrong = { nul: "a\0b", "nul\0": "", half: "\ud83d", long: "v".repeat(4097), ["k".repeat(256)]: "" };
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`l${at}`, "é".repeat(4096)]));
  const Labels = { ...wrong, tier: "front", "": "😀", ...many };
  const Aliases = [
    "www",
    "a".repeat(256),
    "n\0",
    "\ude00",
    ...Array.from({ length: 70 }, (_, at) => `alias${at}`),
  ];
  const Networks = { blue: { NetworkID: networkId, EndpointID: endpointId, Aliases } };
  edge.engine.answers
    .set("/networks", [{ ...network, Labels, Options: { note: "\0" } }])
    .set("/containers/json", [{ ...container, State: "running" }])
    .set(`/containers/${containerId}/json`, {
      ...container,
      Config: { Labels },
      NetworkSettings: { Networks },
    });
  edge.engine.breakStreams();
  await until("the description", () => assert.equal(edge.center.calls("describeDockerEndpoint").length, 1));
  await until("the center's word", () => assert.equal(endpointOf(edge).labels["tier"], "front"));
  const { labels, names } = endpointOf(edge);
  assert.equal(labels[""], "😀");
  assert.ok(Object.keys(wrong).every((name) => labels[name] === undefined));
  assert.equal(names.length, 64);
  for (const name of ["web", "4a62c7942658", "www", "alias0"]) assert.ok(names.includes(name), name);
  const [, told] = edge.center.calls("describeDockerEndpoint")[0] ?? [];
  assert.ok(Buffer.byteLength(JSON.stringify(told)) < 500_000, "it fits into a request");
  assert.equal(networkOf(edge).name, "blue", "the center took what was left of the network");
  const [, network1] = edge.center.calls("describeDockerNetwork").at(-1) ?? [];
  assert.deepEqual((network1 as { options: object }).options, {});
  const lines = edge.lines.filter(({ message }) => message.startsWith("not all of a"));
  assert.match(JSON.stringify(lines), /label \\"nul\\".*label \\"half\\".*name/);
});

test("X03 what happened while the engine was away is caught up with", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  edge.engine.answers.set("/networks", [network]).set(`/containers/${containerId}/json`, container);
  edge.engine.answers.set("/containers/json", [{ ...container, State: "running" }]);
  edge.engine.breakStreams();
  await until("the description", () => assert.equal(edge.center.calls("describeDockerEndpoint").length, 1));
  assert.deepEqual(edge.center.calls("describeDockerNetwork").at(-1)?.[0], { host: "host", networkId });
  assert.equal(edge.agent.versions.get("docker"), "28.5.2");
});

test("a network that the engine removed is deleted, also where its call was lost", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  edge.engine.say("network", "destroy", networkId, { name: "blue", type: "fairway" });
  await until("the deletion", () =>
    assert.deepEqual(edge.center.calls("deleteDockerNetwork"), [[{ host: "host", networkId }]]),
  );
  await until("the center's word", () => assert.deepEqual(edge.center.service.networks.list({}, root), []));
});

test("X03 a container that the engine cannot show, one of unexpected shape and an event that is none keep no other's names away", async () => {
  await using edge = await startKnown();
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  const [broken, odd] = ["b".repeat(64), "0".repeat(64)];
  const listed = [broken, odd, containerId].map((Id) => ({ ...container, Id, State: "running" }));
  edge.engine.answers
    .set("/networks", [network, { Id: 7 }, null])
    .set("/containers/json", [
      { ...container, Id: "c".repeat(64), NetworkSettings: null, HostConfig: 7, Names: "web", State: null },
      "no container",
      ...listed,
    ]);
  edge.engine.broken.add(`/containers/${broken}/json`);
  edge.engine.answers.set(`/containers/${odd}/json`, { Id: odd, Name: 7, Config: null, NetworkSettings: [] });
  edge.engine.answers.set(`/containers/${containerId}/json`, container);
  const described = () => edge.center.calls("describeDockerEndpoint").length;
  edge.engine.breakStreams();
  await until("the description after a look", () => assert.equal(described(), 1));
  await until("the stream", () => assert.ok(edge.engine.isFollowed));
  const connect = (container: string) =>
    edge.engine.say("network", "connect", networkId, { container, name: "blue", type: "fairway" });
  for (const line of [
    "no JSON",
    "7",
    "null",
    '{"Type":"network"}',
    '{"Type":"network","Action":"create","Actor":7}',
  ])
    edge.engine.write(line);
  connect(broken);
  connect(odd);
  connect(containerId);
  await until("the description after an event", () => assert.equal(described(), 2));
  const notList = () => edge.lines.filter(({ error }) => /\/networks.* with 500/.test(String(error))).length;
  edge.engine.broken.add("/networks");
  edge.engine.say("container", "rename", containerId, { name: "other" });
  await until("the engine's failure", () => assert.equal(notList(), 1));
  edge.engine.broken.delete("/networks");
  connect(containerId);
  await until("the description after that", () => assert.equal(described(), 3));
  const streams = edge.lines.filter(({ message }) => message.includes("are not followed at the moment"));
  assert.equal(streams.length, 1, "the stream broke once, when the engine broke it");
  const notTold = edge.lines.filter(({ message }) => message === "a fact of the engine's was not reported");
  assert.ok(notTold.some(({ error }) => String(error).includes("unexpected end of JSON input")));
});
