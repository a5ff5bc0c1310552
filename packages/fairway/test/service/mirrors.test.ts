import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostItem } from "../../src/api/types.ts";
import { FairwayError } from "../../src/errors.ts";
import { unowned } from "../../src/service/owners.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

/** What a host is told to have now. */
async function itemsOf(center: TestCenter, host: string): Promise<readonly HostItem[]> {
  const end = new AbortController();
  for await (const message of center.hostStates.follow(host, undefined, end.signal))
    if (message.type === "snapshot") return message.items;
  return assert.fail("there was no snapshot");
}

async function mirrorsOf(center: TestCenter, host: string): Promise<readonly string[]> {
  return (await itemsOf(center, host)).flatMap((item) => (item.kind === "mirror" ? item.name : []));
}

async function removalOf(center: TestCenter, host: string): Promise<readonly string[]> {
  const items = await itemsOf(center, host);
  return items.flatMap((item) => (item.kind === "network" && item.removal !== null ? item.removal : []));
}

/** What an engine does that is told to mirror a network, until its event. */
async function mirror(
  center: TestCenter,
  host: string,
  network: MadeNetwork,
  name = "blue",
): Promise<MadeNetwork> {
  const options = { mirror: network.uuid };
  const { service } = center;
  const subnets = service.showNetwork(network.uuid, root).subnets;
  for (const { cidr } of subnets) {
    const family = cidr.includes(":") ? 6 : 4;
    const { pool } = await service.requestPool(host, { space: "any", family, cidr, options }, root);
    await service.requestAddress(host, pool, { purpose: "gateway" }, root);
  }
  const id = engineId();
  const asked = subnets.map(({ cidr, gateway }) => ({ space: "any", cidr, ...(gateway && { gateway }) }));
  await service.createDockerNetwork(host, id, { subnets: asked, options }, root);
  await service.describeDockerNetwork(host, id, { name, options }, root);
  return { ...network, id };
}

/** A center with hosts, and a network called blue on the first. */
async function withBlue(...hosts: readonly string[]): Promise<{ center: TestCenter; blue: MadeNetwork }> {
  const center = await TestCenter.start();
  for (const host of hosts) await center.service.registerHost(host, { systemId: `system-${host}` }, root);
  const blue = await center.network(hosts[0] ?? "h1", "10.1.0.0/24");
  await center.service.describeDockerNetwork(hosts[0] ?? "h1", blue.id, { name: "blue" }, root);
  return { center, blue };
}

const statusOf = (center: TestCenter, network: MadeNetwork) =>
  center.service.showNetwork(network.uuid, root).status;

test("M02 a network of the cluster is for every engine but its own, with all that was said of it", async () => {
  await using center = await TestCenter.start();
  await center.service.registerHost("h2", { systemId: "s2" }, root);
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
  await center.service.describeDockerNetwork("h1", blue.id, facts, root);
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
  await center.service.registerHost("h2", { systemId: "s2" }, root);
  const end = new AbortController();
  const told: HostItem[] = [];
  for await (const message of center.hostStates.follow("h2", undefined, end.signal)) {
    if (message.type === "snapshot") {
      told.push(...message.items);
      const red = await center.network("h1", "10.2.0.0/24");
      await center.service.describeDockerNetwork("h1", red.id, { name: "red" }, root);
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
  const shown = center.service.showNetwork("blue", root);
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
  await center.service.registerHost("h2", { systemId: "s2" }, root);
  const labels = { "com.docker.compose.project": "shop" };
  const make = async (cidr: string, options: Record<string, string>) => {
    const { service } = center;
    await service.registerHost("h1", { systemId: "s1" }, root);
    const { uuid } = await service.createDockerNetwork(
      "h1",
      engineId(),
      { options, managed: false, subnets: [{ space: "LocalDefault", cidr }] },
      root,
    );
    return service.showNetwork(uuid, root);
  };
  const describe = (
    network: Awaited<ReturnType<typeof make>>,
    name: string,
    labels: Record<string, string>,
  ) => center.service.describeDockerNetwork("h1", network.engines[0]?.engineId ?? "", { name, labels }, root);
  await describe(await make("10.1.0.0/24", {}), "shop_default", labels);
  await describe(await make("10.2.0.0/24", { scope: "cluster" }), "shop_shared", labels);
  await describe(await make("10.3.0.0/24", { scope: "host" }), "alone", {});
  assert.deepEqual(await mirrorsOf(center, "h2"), ["shop_shared"]);
  const listed = center.service.listNetworks(root).map(({ name, scope, status }) => [name, scope, status]);
  assert.deepEqual(listed, [
    ["alone@h1", "host", {}],
    ["shop_default@h1", "host", {}],
    ["shop_shared", "cluster", {}],
  ]);
  assert.equal(center.service.showNetwork("shop_default", root).name, "shop_default@h1");
});

test("M02 a name that is taken is told with its taker, and passes to who waits for it", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const twin = await center.network("h2", "10.1.0.0/24");
  await center.service.describeDockerNetwork("h2", twin.id, { name: "blue" }, root);
  assert.deepEqual(statusOf(center, twin), { cluster: "name taken by h1" });
  assert.equal(center.service.showNetwork("blue@h2", root).uuid, twin.uuid);
  assert.deepEqual(await mirrorsOf(center, "h3"), ["blue"]);
  await center.service.deleteDockerNetwork("h1", blue.id, root);
  assert.equal(center.service.showNetwork("blue", root).uuid, twin.uuid);
  assert.deepEqual(statusOf(center, twin), {});
  assert.deepEqual(await mirrorsOf(center, "h1"), ["blue"]);
});

test("M02 what an engine cannot have stands in the network's status until it says otherwise", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const troubles = [{ network: blue.uuid, trouble: "another network is called blue there" }];
  await center.service.tellMirrors("h2", { troubles, uses: [] }, root);
  assert.deepEqual(statusOf(center, blue), { "mirror on h2": "another network is called blue there" });
  await center.service.tellMirrors("h2", { troubles: [], uses: [] }, root);
  assert.deepEqual(statusOf(center, blue), {});
});

test("M03 a mirror's removal is its engine's alone, and the engine is told to have it still", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const [two] = [await mirror(center, "h2", blue), await mirror(center, "h3", blue)];
  for (const _ of [1, 2]) await center.service.deleteDockerNetwork("h2", two.id, root);
  assert.deepEqual(
    center.service
      .showNetwork("blue", root)
      .engines.map(({ host }) => host)
      .sort(),
    ["h1", "h3"],
  );
  assert.deepEqual(await mirrorsOf(center, "h2"), ["blue"]);
  assert.deepEqual(await removalOf(center, "h3"), []);
});

test("M03 what its own engine removed goes on while a container is on it, running or stopped, and then goes everywhere", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const [two, three] = [await mirror(center, "h2", blue), await mirror(center, "h3", blue)];
  const web = await center.endpoint("h2", two);
  await center.service.describeDockerEndpoint(web.key, { containerName: "web" }, root);
  await center.service.deleteDockerNetwork("h1", blue.id, root);
  assert.deepEqual(await mirrorsOf(center, "h1"), [], "nobody gets it any more");
  assert.deepEqual([await removalOf(center, "h2"), await removalOf(center, "h3")], [["asked"], ["asked"]]);
  const use = (host: string, { id }: MadeNetwork, ...containers: string[]) =>
    center.service.tellMirrors(host, { troubles: [], uses: [{ engineId: id, containers }] }, root);
  await use("h2", two, "web", "old");
  await use("h3", three);
  assert.match(
    statusOf(center, blue)["removal"] ?? "",
    /^being removed; still used by old on h2, web on h2$/,
  );
  await center.service.forgetDockerEndpoint(web.key, root);
  assert.deepEqual(await removalOf(center, "h3"), ["asked"], "a stopped container still needs it");
  await use("h2", two);
  assert.deepEqual([await removalOf(center, "h2"), await removalOf(center, "h3")], [["now"], ["now"]]);
  await use("h3", three, "late");
  assert.deepEqual([await removalOf(center, "h2"), await removalOf(center, "h3")], [["asked"], ["asked"]]);
  await use("h3", three);
  await center.service.deleteDockerNetwork("h2", two.id, root);
  assert.equal(center.service.status().counts.networks, 1);
  await center.service.deleteDockerNetwork("h3", three.id, root);
  assert.deepEqual(center.service.status().counts, { hosts: 3, networks: 0, endpoints: 0, addresses: 0 });
});

test("M03 what was removed and joined again meanwhile stays, and is the joiner's", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const two = await mirror(center, "h2", blue);
  await center.service.deleteDockerNetwork("h1", blue.id, root);
  const options = { network: "blue" };
  const id = engineId();
  await center.service.createDockerNetwork("h1", id, { subnets: [], options }, root);
  await center.service.describeDockerNetwork("h1", id, { name: "blue", options }, root);
  assert.deepEqual(statusOf(center, blue), {});
  assert.deepEqual(await removalOf(center, "h2"), []);
  assert.deepEqual(await mirrorsOf(center, "h2"), ["blue"]);
  assert.equal(center.service.showNetwork("blue", root).originHost, "h1");
  await center.service.deleteDockerNetwork("h1", id, root);
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  assert.equal(two.uuid, blue.uuid);
});

/** What an engine does that makes a network without naming its subnet, until its event. */
async function makeAutomatic(
  center: TestCenter,
  host: string,
  facts: { readonly name: string; readonly labels?: Record<string, string> },
  options: Record<string, string> = {},
): Promise<MadeNetwork> {
  const { service } = center;
  const space = engineId();
  const { pool, cidr } = await service.requestPool(host, { space, family: 4 }, root);
  const { address } = await service.requestAddress(host, pool, { purpose: "gateway" }, root);
  const [gateway = ""] = address.split("/");
  const id = engineId();
  await service.createDockerNetwork(host, id, { options, subnets: [{ space, cidr, gateway }] }, root);
  const { uuid } = await service.describeDockerNetwork(host, id, facts, root);
  return { id, pool, uuid, gateway };
}

test("M03 what is made again in the same words while it is being removed is the same network", async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"])
    await center.service.registerHost(host, { systemId: `system-${host}` }, root);
  const blue = await makeAutomatic(center, "h1", { name: "blue" });
  const two = await mirror(center, "h2", blue);
  const web = await center.endpoint("h2", two);
  await center.service.deleteDockerNetwork("h1", blue.id, root);
  const again = await makeAutomatic(center, "h1", { name: "blue" });
  assert.equal(again.uuid, blue.uuid);
  assert.notEqual(again.pool, blue.pool);
  assert.deepEqual(statusOf(center, blue), {});
  assert.deepEqual(await removalOf(center, "h2"), []);
  const db = await center.endpoint("h1", again);
  assert.notEqual(db.ip, web.ip);
  assert.equal(center.service.status().counts.networks, 1);
  // And it ends as any other: with the pool that the engine knows, too.
  for (const { key, ip } of [db, web]) {
    await center.service.deleteDockerEndpoint(key, root);
    await center.service.releaseAddress(key.host, again.pool, ip, root);
  }
  await center.service.releaseAddress("h1", again.pool, again.gateway, root);
  await center.service.releasePool("h1", again.pool, root);
  await center.service.deleteDockerNetwork("h1", again.id, root);
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  await center.service.deleteDockerNetwork("h2", two.id, root);
  assert.equal(center.store.replica.table("Subnet").size, 0);
  assert.deepEqual(center.service.status().counts, { hosts: 2, networks: 0, endpoints: 0, addresses: 0 });
});

test("M03 a network that is made again and again leaves no pool behind, though its engine's releases are lost", async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"])
    await center.service.registerHost(host, { systemId: `system-${host}` }, root);
  let blue = await makeAutomatic(center, "h1", { name: "blue" });
  const two = await mirror(center, "h2", blue);
  await center.endpoint("h2", two);
  for (let round = 0; round < 3; round++) {
    await center.service.deleteDockerNetwork("h1", blue.id, root);
    assert.deepEqual(unowned(center.store.view), []);
    assert.equal(center.store.replica.table("Subnet").size, 1);
    blue = await makeAutomatic(center, "h1", { name: "blue" });
    assert.deepEqual(unowned(center.store.view), []);
  }
});

test("M03 what is made again in other words, or is in use at once, is another network that waits for the name", async () => {
  await using center = await TestCenter.start();
  for (const host of ["h1", "h2"])
    await center.service.registerHost(host, { systemId: `system-${host}` }, root);
  const blue = await makeAutomatic(center, "h1", { name: "blue" });
  const two = await mirror(center, "h2", blue);
  await center.service.deleteDockerNetwork("h1", blue.id, root);
  const labelled = await makeAutomatic(center, "h1", { name: "blue", labels: { team: "web" } });
  const optioned = await makeAutomatic(center, "h1", { name: "blue" }, { mtu: "1300" });
  const explicit = await center.network("h1", "10.9.0.0/24");
  await center.service.describeDockerNetwork("h1", explicit.id, { name: "blue" }, root);
  for (const other of [labelled, optioned, explicit]) {
    assert.notEqual(other.uuid, blue.uuid);
    assert.deepEqual(statusOf(center, other), {
      cluster: "name taken by h1, whose network is being removed",
    });
  }
  assert.deepEqual(await removalOf(center, "h2"), ["asked"]);
  for (const { id } of [optioned, explicit]) await center.service.deleteDockerNetwork("h1", id, root);
  await center.service.deleteDockerNetwork("h2", two.id, root);
  assert.equal(center.service.showNetwork("blue", root).uuid, labelled.uuid);
});

test("M03 a network whose removal was asked of the cluster goes from the engine that made it, too", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const two = await mirror(center, "h2", blue);
  const answer = await center.service.removeNetwork("blue", root);
  assert.match(answer.status["removal"] ?? "", /^being removed/);
  assert.deepEqual([await removalOf(center, "h1"), await removalOf(center, "h2")], [["asked"], ["asked"]]);
  for (const [host, { id }] of [
    ["h1", blue],
    ["h2", two],
  ] as const)
    await center.service.tellMirrors(host, { troubles: [], uses: [{ engineId: id, containers: [] }] }, root);
  assert.deepEqual([await removalOf(center, "h1"), await removalOf(center, "h2")], [["now"], ["now"]]);
  await assert.rejects(
    center.service.removeNetwork("blue", { ...root, caller: { kind: "host", name: "h2" } }),
    refused("forbidden", /h2/),
  );
});

test("M11 engines without mirrors join by name, and the network ends with the last of them", async () => {
  const { center, blue } = await withBlue("h1", "h2");
  await using _ = center;
  const options = { network: "blue" };
  const id = engineId();
  await center.service.createDockerNetwork("h2", id, { subnets: [], options }, root);
  await center.service.describeDockerNetwork("h2", id, { name: "blue", options }, root);
  await center.service.deleteDockerNetwork("h1", blue.id, root);
  assert.deepEqual(statusOf(center, blue), {}, "it is h2's now");
  assert.equal(center.service.showNetwork("blue", root).originHost, "h2");
  await center.service.deleteDockerNetwork("h2", id, root);
  assert.equal(center.service.status().counts.networks, 0);
});

test("M11 who inherits a network under another name does not rename it", async () => {
  const { center, blue } = await withBlue("h1", "h2", "h3");
  await using _ = center;
  const options = { network: "blue" };
  const id = engineId();
  await center.service.createDockerNetwork("h2", id, { subnets: [], options }, root);
  await center.service.describeDockerNetwork("h2", id, { name: "azure", options }, root);
  await center.service.removeHost("h1", { dead: false }, root);
  await center.service.describeDockerNetwork("h2", id, { name: "azure", options }, root);
  assert.equal(center.service.showNetwork(blue.uuid, root).name, "blue");
  assert.equal(center.service.showNetwork("blue", root).originHost, "h2");
  assert.deepEqual(await mirrorsOf(center, "h3"), ["blue"]);
});

test("D16 a mirror takes from the far end of what Docker's own IPAM hands out, within its range", async () => {
  await using center = await TestCenter.start();
  await center.service.registerHost("h1", { systemId: "s1" }, root);
  await center.service.registerHost("h2", { systemId: "s2" }, root);
  const id = engineId();
  const subnets = [{ space: "LocalDefault", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }];
  const { uuid } = await center.service.createDockerNetwork("h1", id, { managed: false, subnets }, root);
  const ranges = [{ cidr: "10.1.0.0/24", range: "10.1.0.64/26" }];
  await center.service.describeDockerNetwork("h1", id, { name: "blue", ranges }, root);
  const pool = center.service.showNetwork(uuid, root).subnets[0]?.uuid ?? "";
  const handle = await mirror(center, "h2", { id, uuid, pool, gateway: "10.1.0.1" });
  const far = await center.endpoint("h2", handle);
  assert.equal(far.ip, "10.1.0.127");
  await center.service.describeDockerEndpoint(far.key, { containerName: "far" }, root);
  const key = { host: "h1", networkId: id, endpointId: engineId() };
  await assert.rejects(
    center.service.createDockerEndpoint(key, { addresses: ["10.1.0.127"] }, root),
    refused("conflict", /10\.1\.0\.127 is already in use by container far on host h2/),
  );
});

test("S05 a name that a terminal misreads is not put into other engines, and the status says so", async () => {
  await using center = await TestCenter.start();
  await center.service.registerHost("h2", { systemId: "s2" }, root);
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
    await center.service.describeDockerNetwork("h1", made.id, { name }, root);
    shown.push(statusOf(center, made));
  }
  assert.deepEqual(await mirrorsOf(center, "h2"), []);
  for (const status of shown)
    assert.match(status["mirrors"] ?? "", /name .*must be 1 to 255 .*without white space/);
  for (const [at, name] of ["blue", "my_net-1.x", "a/b", "größe"].entries()) {
    const made = await center.network("h1", `10.2.${at}.0/24`);
    await center.service.describeDockerNetwork("h1", made.id, { name }, root);
    assert.deepEqual(statusOf(center, made), {}, name);
  }
  assert.equal((await mirrorsOf(center, "h2")).length, 4);
});

test("S05 a network of such a name that says scope=host has nothing to be told", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  await service.registerHost("h1", { systemId: "s1" }, root);
  const id = engineId();
  const subnets = [{ space: "LocalDefault", cidr: "10.1.0.0/24" }];
  const made = await service.createDockerNetwork(
    "h1",
    id,
    { options: { scope: "host" }, managed: false, subnets },
    root,
  );
  await service.describeDockerNetwork("h1", id, { name: "my net" }, root);
  assert.deepEqual(service.showNetwork(made.uuid, root).status, {});
});
