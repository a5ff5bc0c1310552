import assert from "node:assert/strict";
import { test } from "node:test";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, type MadeEndpoint, type MadeNetwork, root, TestCenter } from "../../center.ts";

const strangers = (error: unknown) => error instanceof FairwayError && error.code === "not_found";
const unknown = { known: false, addresses: [] };

async function named(center: TestCenter, endpoint: MadeEndpoint, container: string, ...aliases: string[]) {
  const containerId = container.replace(/[^0-9a-f]/g, "0").padEnd(64, "0");
  const names = [container, ...aliases, containerId.slice(0, 12)];
  const facts = { containerId, containerName: container, names };
  await center.service.dockerEndpoints.describe(endpoint.key, facts, root);
  return containerId;
}

async function network(center: TestCenter, host: string, name: string, cidr: string): Promise<MadeNetwork> {
  const made = await center.network(host, cidr);
  await center.service.dockerNetworks.describe(host, made.id, { name }, root);
  return made;
}

/** A second host's handle of a network. */
async function joined(
  center: TestCenter,
  host: string,
  blue: MadeNetwork,
  cidr: string,
): Promise<MadeNetwork> {
  await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
  const id = engineId();
  const subnets = [{ space: "", cidr, gateway: blue.gateway }];
  await center.service.dockerNetworks.create(host, id, { subnets, options: { network: blue.uuid } }, root);
  return { ...blue, id };
}

test("M05 a container's name, alias and short id are known on its network, on every host, in any case", async () => {
  await using center = await TestCenter.start();
  const blue = await network(center, "h1", "blue", "10.1.0.0/24");
  const onH2 = await joined(center, "h2", blue, "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const db = await center.endpoint("h2", onH2);
  const id = await named(center, web, "web", "www", "Shop");
  const asker = { host: "h2", network: blue.uuid, address: db.ip };
  for (const name of ["web", "www", "shop", "WEB", id.slice(0, 12), "web.blue", "www.Blue"])
    assert.deepEqual(
      center.service.names.resolve(asker, name, root),
      { known: true, addresses: [web.ip] },
      name,
    );
  for (const name of ["we", "web.red", "blue", ".blue", id])
    assert.deepEqual(center.service.names.resolve(asker, name, root), unknown, name);
  assert.deepEqual(center.service.names.reverseLookup(asker, web.ip, root), {
    known: true,
    names: ["web.blue"],
  });
  assert.deepEqual(center.service.names.reverseLookup(asker, "10.1.0.99", root), { known: true, names: [] });
  assert.deepEqual(center.service.names.reverseLookup(asker, "10.9.0.1", root), { known: false, names: [] });
});

test("M05 names follow their container: told, changed and gone", async () => {
  await using center = await TestCenter.start();
  const blue = await network(center, "h1", "blue", "10.1.0.0/24");
  const [web, db] = [await center.endpoint("h1", blue), await center.endpoint("h1", blue)];
  const asker = { host: "h1", network: blue.uuid, address: db.ip };
  const resolve = (name: string) => center.service.names.resolve(asker, name, root);
  assert.deepEqual(resolve("web"), unknown);
  await named(center, web, "web");
  assert.deepEqual(resolve("web").addresses, [web.ip]);
  await named(center, web, "shop");
  assert.deepEqual(resolve("web"), unknown);
  assert.deepEqual(resolve("shop").addresses, [web.ip]);
  await center.service.dockerEndpoints.delete(web.key, root);
  assert.deepEqual(resolve("shop"), unknown);
});

test("M05 several containers of one alias are all named", async () => {
  await using center = await TestCenter.start();
  const blue = await network(center, "h1", "blue", "10.1.0.0/24");
  const [one, two] = [await center.endpoint("h1", blue), await center.endpoint("h1", blue)];
  await named(center, one, "web-1", "web");
  await named(center, two, "web-2", "web");
  const asker = { host: "h1", network: blue.uuid, address: two.ip };
  const { addresses } = center.service.names.resolve(asker, "web", root);
  assert.deepEqual([...addresses].sort(), [one.ip, two.ip].sort());
});

test("M05 who is on two networks sees the names of both; who is on one sees nothing of the other, also of equal CIDR", async () => {
  await using center = await TestCenter.start();
  const [red, blue] = [
    await network(center, "h1", "red", "10.1.0.0/24"),
    await network(center, "h1", "blue", "10.1.0.0/24"),
  ];
  const [inRed, inBlue] = [await center.endpoint("h1", red), await center.endpoint("h1", blue)];
  await named(center, inRed, "only-red");
  await named(center, inBlue, "only-blue");
  const fromRed = { host: "h1", network: red.uuid, address: inRed.ip };
  assert.deepEqual(center.service.names.resolve(fromRed, "only-blue", root), unknown);
  assert.deepEqual(center.service.names.resolve(fromRed, "only-blue.blue", root), unknown);

  const [onRed, onBlue] = [await center.endpoint("h1", red), await center.endpoint("h1", blue)];
  await named(center, onRed, "both");
  await named(center, onBlue, "both");
  const fromBoth = { host: "h1", network: red.uuid, address: onRed.ip };
  assert.deepEqual(center.service.names.resolve(fromBoth, "only-red", root).addresses, [inRed.ip]);
  assert.deepEqual(center.service.names.resolve(fromBoth, "only-blue", root).addresses, [inBlue.ip]);
  assert.deepEqual(center.service.names.resolve(fromBoth, "both", root).addresses, [onRed.ip]);
  assert.deepEqual(center.service.names.resolve(fromBoth, "both.blue", root).addresses, [onBlue.ip]);
});

test("only a host's own containers may ask, and only the host itself asks for them", async () => {
  await using center = await TestCenter.start();
  const blue = await network(center, "h1", "blue", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await named(center, web, "web");
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const ask = (host: string, address: string, caller = root) =>
    center.service.names.resolve({ host, network: blue.uuid, address }, "web", caller);
  assert.throws(() => ask("h2", web.ip), strangers);
  assert.throws(() => ask("h1", "10.1.0.200"), strangers);
  assert.throws(() => ask("h1", blue.gateway), strangers);
  const h2 = { ...root, caller: { kind: "host", name: "h2" } } as const;
  assert.throws(() => ask("h1", web.ip, h2), /h2 may not act for host h1/);
});

test("M05 a host is told all names on the networks that it has containers on, and on no other", async () => {
  await using center = await TestCenter.start();
  const blue = await network(center, "h1", "blue", "10.1.0.0/24");
  const onH2 = await joined(center, "h2", blue, "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const id = await named(center, web, "web", "www", "alias");
  assert.throws(() => center.service.names.list("h2", blue.uuid, root), strangers);
  await center.endpoint("h2", onH2);
  const { called, bearers } = center.service.names.list("h2", blue.uuid, root);
  assert.deepEqual(called, ["blue"]);
  const [bearer] = bearers;
  assert.deepEqual([bearers.length, bearer?.names[0], bearer?.addresses], [1, "web", [web.ip]]);
  assert.deepEqual(new Set(bearer?.names), new Set(["web", "www", "alias", id.slice(0, 12)]));
});
