import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { itemsOf, mirror, mirrorsOf, refused, statusOf, withBlue } from "./mirrored-networks.ts";

test("M02 a network of the cluster is for every engine but its own, with all that was said of it", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const blue = await center.network("h1", "10.1.0.0/24", { gateway: "10.1.0.9", internal: true });
  assert.deepEqual(await mirrorsOf(center, "h2"), [], "its name is not known yet");
  const facts = {
    name: "blue",
    labels: { team: "web" },
    options: { mtu: "1300", "subnet:x-note": "a" },
    ipamOptions: { site: "north" },
    ranges: [{ cidr: "10.1.0.0/24", range: "10.1.0.128/25" }],
    gateways: ["10.1.0.0/24"],
    attachable: true,
  };
  await center.service.dockerNetworks.describe("h1", blue.id, facts, root);
  const [item] = (await itemsOf(center, "h2")).filter(({ kind }) => kind === "mirror");
  const { name, labels, options, ipamOptions, attachable } = facts;
  assert.deepEqual(item, {
    key: `mirror/${blue.uuid}`,
    kind: "mirror",
    network: blue.uuid,
    name,
    labels,
    options,
    ipamOptions,
    attachable,
    internal: true,
    subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.9", range: "10.1.0.128/25" }],
  });
  assert.deepEqual(await mirrorsOf(center, "h1"), []);
});

test("M02 a host that joins later is told of what was there, and of changes while it listens", async () => {
  const { center, blue } = await withBlue("h1");
  await using _ = center;
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const end = new AbortController();
  const told: HostItem[] = [];
  for await (const message of center.hostStates.follow("h2", undefined, end.signal)) {
    if (message.type === "snapshot") {
      told.push(...message.items);
      const red = await center.network("h1", "10.2.0.0/24");
      await center.service.dockerNetworks.describe("h1", red.id, { name: "red" }, root);
    } else if (message.type === "change") told.push(...message.set);
    if (told.length === 2) break;
  }
  assert.deepEqual(
    told.map((item) => item.kind === "mirror" && item.name),
    ["blue", "red"],
  );
  assert.ok(
    told.every(({ key }) => key.startsWith("mirror/")),
    `${blue.uuid} and another`,
  );
});

test("M02 a mirror is a handle of its network with its pool and its gateway, and its addresses differ", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const handle = await mirror(center, "h2", blue);
  const shown = center.service.networks.show("blue", root);
  assert.deepEqual(shown.engines.map(({ host, name, handle }) => `${host} ${name} ${handle}`).sort(), [
    "h1 blue made",
    "h2 blue mirrored",
  ]);
  const [one, two] = [await center.endpoint("h1", blue), await center.endpoint("h2", handle)];
  assert.notEqual(one.ip, two.ip);
  assert.deepEqual(await mirrorsOf(center, "h2"), ["blue"], "and it stays wanted");
});

test("M02 a network of Compose's is private unless it says otherwise; scope=host keeps any so", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const labels = { "com.docker.compose.project": "shop" };
  const make = async (cidr: string, options: Record<string, string>) => {
    const { service } = center;
    await service.hosts.register("h1", { systemId: "s1" }, root);
    const { uuid } = await service.dockerNetworks.create(
      "h1",
      engineId(),
      { options, managed: false, subnets: [{ space: "LocalDefault", cidr }] },
      root,
    );
    return service.networks.show(uuid, root);
  };
  const describe = (
    network: Awaited<ReturnType<typeof make>>,
    name: string,
    labels: Record<string, string>,
  ) =>
    center.service.dockerNetworks.describe("h1", network.engines[0]?.engineId ?? "", { name, labels }, root);
  await describe(await make("10.1.0.0/24", {}), "shop_default", labels);
  await describe(await make("10.2.0.0/24", { scope: "cluster" }), "shop_shared", labels);
  await describe(await make("10.3.0.0/24", { scope: "host" }), "alone", {});
  assert.deepEqual(await mirrorsOf(center, "h2"), ["shop_shared"]);
  const listed = center.service.networks
    .list({}, root)
    .map(({ name, scope, status }) => [name, scope, status]);
  assert.deepEqual(listed, [
    ["alone@h1", "host", {}],
    ["shop_default@h1", "host", {}],
    ["shop_shared", "cluster", {}],
  ]);
  assert.equal(center.service.networks.show("shop_default", root).name, "shop_default@h1");
});

test("M02 a name that is taken is told with its taker, and passes to who waits for it", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const twin = await center.network("h2", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h2", twin.id, { name: "blue" }, root);
  assert.deepEqual(statusOf(center, twin), { cluster: "name taken by h1" });
  assert.equal(center.service.networks.show("blue@h2", root).uuid, twin.uuid);
  assert.deepEqual(await mirrorsOf(center, "h3"), ["blue"]);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.equal(center.service.networks.show("blue", root).uuid, twin.uuid);
  assert.deepEqual(statusOf(center, twin), {});
  assert.deepEqual(await mirrorsOf(center, "h1"), ["blue"]);
});

test("M02 what an engine cannot have stands in the network's status until it says otherwise", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const troubles = [{ network: blue.uuid, trouble: "another network is called blue there" }];
  await center.service.mirrors.report("h2", { troubles, uses: [] }, root);
  assert.deepEqual(statusOf(center, blue), { "mirror on h2": "another network is called blue there" });
  await center.service.mirrors.report("h2", { troubles: [], uses: [] }, root);
  assert.deepEqual(statusOf(center, blue), {});
});

test("M11 engines without mirrors join by name, and the network ends with the last of them", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const options = { network: "blue" };
  const id = engineId();
  await center.service.dockerNetworks.create("h2", id, { subnets: [], options }, root);
  await center.service.dockerNetworks.describe("h2", id, { name: "blue", options }, root);
  await center.service.dockerNetworks.delete("h1", blue.id, root);
  assert.deepEqual(statusOf(center, blue), {}, "it is h2's now");
  assert.equal(center.service.networks.show("blue", root).originHost, "h2");
  await center.service.dockerNetworks.delete("h2", id, root);
  assert.equal(center.service.status.show().counts.networks, 0);
});

test("M11 who inherits a network under another name does not rename it", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const options = { network: "blue" };
  const id = engineId();
  await center.service.dockerNetworks.create("h2", id, { subnets: [], options }, root);
  await center.service.dockerNetworks.describe("h2", id, { name: "azure", options }, root);
  await center.service.hosts.remove("h1", { dead: false }, root);
  await center.service.dockerNetworks.describe("h2", id, { name: "azure", options }, root);
  assert.equal(center.service.networks.show(blue.uuid, root).name, "blue");
  assert.equal(center.service.networks.show("blue", root).originHost, "h2");
  assert.deepEqual(await mirrorsOf(center, "h3"), ["blue"]);
});

test("D16 a mirror takes from the far end of what Docker's own IPAM hands out, within its range", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const id = engineId();
  const subnets = [{ space: "LocalDefault", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
  const { uuid } = await center.service.dockerNetworks.create("h1", id, { managed: false, subnets }, root);
  const ranges = [{ cidr: "10.1.0.0/24", range: "10.1.0.64/26" }];
  await center.service.dockerNetworks.describe("h1", id, { name: "blue", ranges }, root);
  const pool = center.service.networks.show(uuid, root).subnets[0]?.uuid ?? "";
  const handle = await mirror(center, "h2", { id, uuid, pool, gateway: "10.1.0.1" });
  const far = await center.endpoint("h2", handle);
  assert.equal(far.ip, "10.1.0.127");
  await center.service.dockerEndpoints.describe(far.key, { containerName: "far" }, root);
  const key = { host: "h1", networkId: id, endpointId: engineId() };
  await assert.rejects(
    center.service.dockerEndpoints.create(key, { addresses: ["10.1.0.127"] }, root),
    refused("conflict", /10\.1\.0\.127 is already in use by container far on host h2/),
  );
});

test("S05 a name that a terminal misreads is not put into other engines, and the status says so", async () => {
  await using center = await TestCenter.start();
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const bad = [
    "red\u001b[2J",
    "my net",
    "blue\n",
    "evil\u202eknab",
    "tab\t",
    "nb\u00a0sp",
    "c1\u009b",
    "z\u200bw",
    "x".repeat(256),
  ];
  const shown: Record<string, string>[] = [];
  for (const [at, name] of bad.entries()) {
    const made = await center.network("h1", `10.1.${at}.0/24`);
    await center.service.dockerNetworks.describe("h1", made.id, { name }, root);
    shown.push(statusOf(center, made));
  }
  assert.deepEqual(await mirrorsOf(center, "h2"), []);
  for (const status of shown)
    assert.match(status["mirrors"] ?? "", /name .*must be 1 to 255 .*without white space/);
  for (const [at, name] of ["blue", "my_net-1.x", "a/b", "größe"].entries()) {
    const made = await center.network("h1", `10.2.${at}.0/24`);
    await center.service.dockerNetworks.describe("h1", made.id, { name }, root);
    assert.deepEqual(statusOf(center, made), {}, name);
  }
  assert.equal((await mirrorsOf(center, "h2")).length, 4);
});

test("S05 a network of such a name that says scope=host has nothing to be told", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  await service.hosts.register("h1", { systemId: "s1" }, root);
  const id = engineId();
  const subnets = [{ space: "LocalDefault", cidr: "10.1.0.0/24" }];
  const made = await service.dockerNetworks.create(
    "h1",
    id,
    { options: { scope: "host" }, managed: false, subnets },
    root,
  );
  await service.dockerNetworks.describe("h1", id, { name: "my net" }, root);
  assert.deepEqual(service.networks.show(made.uuid, root).status, {});
});
