import assert from "node:assert/strict";
import { test } from "node:test";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";

/** A network that two engines have. */
async function joinedNetwork(center: TestCenter): Promise<MadeNetwork> {
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const joins = { subnets: [], options: { network: "blue" } };
  await center.service.dockerNetworks.create("h2", engineId(), joins, root);
  return blue;
}

test("O03 what does not work on a host stands in the status of the network or endpoint until it says otherwise", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  for (const host of ["h1", "h2"]) await service.hosts.register(host, { systemId: `system-${host}` }, root);
  const blue = await joinedNetwork(center);
  const [web, db] = [await center.endpoint("h1", blue), await center.endpoint("h1", blue)];
  const tell = (host: string, networks: string[], endpoints: string[], caller = root.caller) =>
    service.troubles.report(
      host,
      {
        networks: networks.map((network) => ({ network, reason: "no way out" })),
        endpoints: endpoints.map((endpoint) => ({ endpoint, reason: "no port" })),
      },
      { ...root, caller },
    );
  const status = () => [
    service.networks.show(blue.uuid, root).status,
    ...[web, db].map(({ uuid }) => service.endpoints.show(uuid, root).status),
  ];
  await tell("h1", [blue.uuid], [web.uuid]);
  await tell("h2", [blue.uuid], [db.uuid]);
  assert.deepEqual(status(), [{ "on h1": "no way out", "on h2": "no way out" }, { "on h1": "no port" }, {}]);
  await tell("h2", [], []);
  await tell("h1", [], [db.uuid]);
  assert.deepEqual(status(), [{}, {}, { "on h1": "no port" }]);
  await assert.rejects(tell("h1", [], [], { kind: "host", name: "h2" }), { code: "forbidden" });
});

test("what a host told of a network ends with the host", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  for (const host of ["h1", "h2"]) await service.hosts.register(host, { systemId: `system-${host}` }, root);
  const blue = await joinedNetwork(center);
  await service.troubles.report(
    "h2",
    { networks: [{ network: blue.uuid, reason: "no" }], endpoints: [] },
    root,
  );
  await service.hosts.remove("h2", { dead: false }, root);
  assert.deepEqual(service.networks.show(blue.uuid, root).status, {});
});
