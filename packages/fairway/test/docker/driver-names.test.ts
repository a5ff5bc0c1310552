import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { servePlugin } from "@fairway/docker-plugin";
import { physicalNetworkSpec } from "../../src/center/schemas/physical-network-spec.ts";
import { DriverNames } from "../../src/docker/driver-names.ts";
import { type DriverName, driverNames } from "../../src/driver-names.ts";
import { silent } from "../../src/logger.ts";
import { until } from "../agent/chassis.ts";
import { levelOptions, makeLevels, makeNetwork } from "../center/tenancy/levels.ts";
import { engineId, root } from "../center.ts";
import { EdgeUnderTest } from "./fixture.ts";

const sockets = async (directory: string) =>
  (await readdir(directory)).filter((name) => name !== "docker.sock").sort();

/** What each plugin told the engine that it is. */
const roles: Readonly<Record<DriverName, readonly string[]>> = {
  fairway: ["NetworkDriver", "IpamDriver"],
  vlcp: ["NetworkDriver", "IpamDriver"],
  nuage: ["NetworkDriver"],
  "nuage-ipam": ["IpamDriver"],
  ovs: ["NetworkDriver"],
  opencontrail: ["NetworkDriver"],
};

/** What VLCP's users call their tunnels. */
async function makeVxlan({ center }: EdgeUnderTest): Promise<void> {
  const spec = physicalNetworkSpec.parse({ type: "overlay", ranges: ["10000-11000"] });
  await center.service.physicalNetworks.create("vxlan", spec, {}, root);
}

/** A process that listens on a path and dies without removing it. @param umask of the socket. */
function leaveDeadSocket(path: string, umask: number): void {
  const listen =
    "require('net').createServer().listen(process.argv[2], () => process.kill(process.pid, 'SIGKILL'))";
  spawnSync(process.execPath, [
    "-e",
    `process.umask(Number(process.argv[1])); ${listen}`,
    String(umask),
    path,
  ]);
}

/** A plugin that is not Fairway's. */
async function foreignPlugin(directory: string, name: string): Promise<Server> {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ Implements: ["NetworkDriver"] })),
  );
  server.listen(join(directory, `${name}.sock`));
  await once(server, "listening");
  return server;
}

test("B01 each name has a socket, and is what its plugin was; without names there is fairway alone", async () => {
  await using alone = await EdgeUnderTest.start();
  assert.deepEqual(await sockets(alone.directory), ["fairway.sock"]);
  const edge = await EdgeUnderTest.start(undefined, { driverNames });
  await using _edge = edge;
  for (const name of driverNames) {
    const answer = await edge.done("Plugin.Activate", {}, name);
    assert.deepEqual(answer, { Implements: roles[name], Vendor: "Fairway" }, name);
    if (roles[name].includes("NetworkDriver"))
      assert.equal((await edge.done("NetworkDriver.GetCapabilities", {}, name))["Scope"], "local", name);
  }
  const { status } = await edge.call("IpamDriver.RequestPool", {}, "nuage");
  assert.equal(status, 404, "its IPAM driver is nuage-ipam");
});

test("B01 networks made under several names are one list, and each call is answered under every name", async () => {
  await using edge = await EdgeUnderTest.start(undefined, { driverNames });
  await makeVxlan(edge);
  const made = [
    ["vlcp", "vlcp", { physicalnetwork: "vxlan" }],
    ["nuage", "nuage-ipam", {}],
    ["ovs", "fairway", { "net.gopher.ovs.bridge.mtu": "1300" }],
    ["opencontrail", "vlcp", { rt: "64512:100" }],
    ["fairway", "fairway", {}],
  ] as const;
  const ids: string[] = [];
  for (const [at, [driver, ipam, options]] of made.entries())
    ids.push((await edge.network([`10.${at + 1}.0.0/24`], options, { driver, ipam })).networkId);
  const networks = edge.center.service.networks.list({}, root);
  assert.equal(networks.length, made.length);
  const driverOf = (id: string) =>
    networks.flatMap(({ engines }) => engines).find((engine) => engine.engineId === id)?.driver;
  assert.deepEqual(
    ids.map(driverOf),
    made.map(([driver]) => driver),
  );
  assert.equal(networks.find(({ engines }) => engines[0]?.driver === "ovs")?.mtu.asked, 1300);
  // An engine asks by its network's driver. What it would ask another one is no other network's.
  const endpoint = {
    NetworkID: ids[0],
    EndpointID: engineId(),
    Interface: { Address: "10.1.0.9/24", AddressIPv6: "", MacAddress: "" },
    Options: {},
  };
  await edge.done("NetworkDriver.CreateEndpoint", endpoint, "ovs");
  await edge.done("NetworkDriver.DeleteEndpoint", endpoint, "vlcp");
  for (const id of ids) await edge.done("NetworkDriver.DeleteNetwork", { NetworkID: id }, "opencontrail");
  assert.deepEqual(edge.center.service.networks.list({}, root), []);
});

test("B01 Nuage's command joins the subnet that was made beforehand, through its two drivers", async () => {
  await using edge = await EdgeUnderTest.start(undefined, {
    driverNames: ["fairway", "nuage", "nuage-ipam"],
  });
  const name = `${await makeLevels(edge.center.center, "Enterprise", "Domain", "Zone")}/Subnet 2`;
  await makeNetwork(edge.center.center, name, "10.21.59.0/24", "10.21.59.1");
  const ipamOptions = levelOptions(name);
  const { networkId } = await edge.network(
    ["10.21.59.0/24"],
    {},
    { driver: "nuage", ipam: "nuage-ipam", ipamOptions },
  );
  const [engine] = edge.center.service.networks.show(name, root).engines;
  assert.deepEqual([engine?.engineId, engine?.driver, engine?.handle], [networkId, "nuage", "joined"]);
});

test("B01 what means nothing here is logged and shown with its network, what would be dangerous to ignore is refused", async () => {
  await using edge = await EdgeUnderTest.start(undefined, { driverNames });
  await makeVxlan(edge);
  const options = { physicalnetwork: "vxlan", "subnet:lease_time": "60" };
  const { networkId } = await edge.network(["10.1.0.0/24"], options, { driver: "vlcp" });
  const reason = "subnet:lease_time: containers ask no DHCP server";
  const logged = edge.lines.find(({ ignored }) => ignored !== undefined);
  assert.deepEqual([logged?.level, logged?.["driver"], logged?.["ignored"]], ["warn", "vlcp", [reason]]);
  await edge.center.service.dockerNetworks.describe("host", networkId, { name: "blue", options }, root);
  assert.deepEqual(edge.center.service.networks.show("blue", root).engines[0]?.ignored, [reason]);
  const refused = async (driver: DriverName, generic: Record<string, string>) => {
    const made = edge.network([], generic, { driver });
    return made.then(
      () => "made",
      (error: Error) => error.message,
    );
  };
  assert.match(await refused("vlcp", {}), /option physicalnetwork is missing: .*--driver fairway/);
  assert.match(await refused("nuage", { zone: "Z" }), /option zone does not work: .*--ipam-opt zone=/);
  const bind = { "net.gopher.ovs.bridge.mode": "flat", "net.gopher.ovs.bridge.bind_interface": "eth2" };
  assert.match(
    await refused("ovs", bind),
    /no physical network has interface eth2 on this host; .*physical-port create lan eth2/,
  );
  assert.equal(edge.center.service.networks.list({}, root).length, 1, "nothing half made");
});

test("B01 a name that another plugin has is that plugin's; the others answer, and it comes when that one is gone", async () => {
  let foreign: Server | undefined;
  await using edge = await EdgeUnderTest.start(undefined, {
    driverNames: ["fairway", "ovs", "vlcp"],
    prepare: async (directory) => {
      foreign = await foreignPlugin(directory, "ovs");
    },
  });
  assert.deepEqual(await edge.done("Plugin.Activate", {}, "ovs"), { Implements: ["NetworkDriver"] });
  for (const name of ["fairway", "vlcp"] as const)
    assert.equal((await edge.done("Plugin.Activate", {}, name))["Vendor"], "Fairway");
  const said = edge.lines.find(({ level, loop }) => level === "warn" && String(loop).endsWith(" ovs"));
  assert.match(String(said?.["reason"]), /another process listens on .*ovs\.sock already; stop it first/);
  // Networks of that driver are the other plugin's: the engine is not asked for them.
  const network = {
    Id: "1".repeat(64),
    Name: "theirs",
    Driver: "ovs",
    IPAM: { Driver: "default", Config: [] },
  };
  edge.engine.answers.set("/networks", [network]);
  await until("the engine's events", () => assert.ok(edge.engine.isFollowed));
  edge.engine.say("network", "create", network.Id, { type: "ovs", name: "theirs" });
  edge.engine.say("network", "destroy", network.Id, { type: "ovs", name: "theirs" });
  await until("the report", () => assert.ok(edge.center.calls("reportForeignNetworks").length > 0));
  assert.deepEqual(edge.center.calls("deleteDockerNetwork"), []);
  foreign?.closeAllConnections();
  foreign?.close();
  await until("the name", async () =>
    assert.equal((await edge.done("Plugin.Activate", {}, "ovs"))["Vendor"], "Fairway"),
  );
});

test("B01 what a killed one left of a name that is not configured any more goes", async () => {
  let serving: AsyncDisposable | undefined;
  await using next = await EdgeUnderTest.start(undefined, {
    driverNames: ["fairway"],
    prepare: async (path) => {
      leaveDeadSocket(join(path, "vlcp.sock"), 0o177);
      leaveDeadSocket(join(path, "nuage.sock"), 0o022);
      serving = await servePlugin({ socketPath: join(path, "ovs.sock"), ipam: {} as never });
      assert.deepEqual(await sockets(path), ["nuage.sock", "ovs.sock", "vlcp.sock"]);
    },
  });
  assert.deepEqual(
    await sockets(next.directory),
    ["fairway.sock", "nuage.sock", "ovs.sock"],
    "what is alive stays, and what no Fairway made",
  );
  await serving?.[Symbol.asyncDispose]();
});

test("B01 the drivers of a mirror are those of the name, as far as this host has them", async () => {
  await using edge = await EdgeUnderTest.start();
  const pluginSocket = join(edge.directory, "own.sock");
  const names: readonly DriverName[] = ["fairway", "nuage", "opencontrail"];
  await using drivers = new DriverNames({ pluginSocket, names, logger: silent });
  assert.deepEqual(drivers.pairFor("nuage"), { network: "own", ipam: "own" }, "before it answers");
  assert.deepEqual(drivers.networks, []);
  await drivers.open((_, socketPath) => servePlugin({ socketPath, ipam: {} as never }));
  const pairs = ["nuage", "opencontrail", "vlcp", "nuage-ipam", "another", undefined].map((name) => {
    const { network, ipam } = drivers.pairFor(name);
    return `${network} ${ipam}`;
  });
  assert.deepEqual(pairs, ["nuage own", "opencontrail own", "own own", "own own", "own own", "own own"]);
  assert.deepEqual([drivers.networks, drivers.ipams], [["own", "nuage", "opencontrail"], ["own"]]);
});

test("B01 sockets end with the process", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-names-"));
  const drivers = new DriverNames({
    pluginSocket: join(directory.path, "fairway.sock"),
    names: ["fairway", "vlcp", "nuage-ipam"],
    logger: silent,
  });
  await drivers.open((_, socketPath) => servePlugin({ socketPath, ipam: {} as never }));
  assert.deepEqual(await sockets(directory.path), ["fairway.sock", "nuage-ipam.sock", "vlcp.sock"]);
  await drivers.close(0);
  assert.deepEqual(await sockets(directory.path), []);
});
