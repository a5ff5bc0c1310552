import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compileHostItem } from "../../../src/compile/host/items.ts";
import { engineId, type MadeEndpoint, type MadeNetwork, root, TestCenter, until } from "../../center.ts";

describe("ports published of containers that run", () => {
  let center: TestCenter;
  let blue: MadeNetwork;
  let red: MadeNetwork;
  before(async () => {
    center = await TestCenter.start();
    blue = await center.network("h1", "10.1.0.0/24");
    red = await center.network("h1", "10.2.0.0/24", { internal: true });
  });
  after(() => center[Symbol.asyncDispose]());

  const started = async (
    containerName: string,
    containerId: string,
    network = blue,
  ): Promise<MadeEndpoint> => {
    const made = await center.endpoint("h1", network);
    await center.service.dockerEndpoints.describe(made.key, { containerName, containerId }, root);
    return made;
  };
  const wish = (hostPort: number, more: object = {}) =>
    ({ protocol: "tcp", port: 80, hostPort, ...more }) as const;
  const publish = (name: string, hostPort: number, more: object = {}) =>
    center.service.publications.publish(name, wish(hostPort, more), root);
  const unpublish = (name: string, hostPort: number) =>
    center.service.publications.unpublish(name, wish(hostPort), root);
  const rows = () => [...center.store.view.rows("Publication")];
  /** What the host says of the port that is asked for next. */
  const hostSays = async (trouble: string | null) => {
    await until(() => rows().some(({ told }) => told === null));
    const publications = rows().map(({ _uuid }) => ({ publication: _uuid, trouble }));
    await center.service.publications.report("h1", { publications }, root);
  };
  const items = () => {
    const { view } = center.store;
    const [{ _uuid: host } = assert.fail()] = view.find("Host", "byName", "h1");
    return rows().flatMap(({ _uuid }) => compileHostItem(view, host, `published/${_uuid}`) ?? []);
  };

  test("N14 a port is published when its host holds it, follows the container's endpoints, and goes with the container", async () => {
    const web = engineId();
    const first = await started("web", web);
    const [shown] = await Promise.all([publish("web", 8080, { from: ["10.0.0.0/8"] }), hostSays(null)]);
    const port = { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080, from: ["10.0.0.0/8"] };
    assert.deepEqual(shown.ports, [{ ...port, by: "fairway" }]);
    assert.deepEqual(await publish("web", 8080), shown, "it is so already");
    const [item] = items();
    assert.deepEqual(item, {
      key: `published/${rows()[0]?._uuid}`,
      kind: "published",
      publication: rows()[0]?._uuid,
      endpoint: first.uuid,
      network: blue.uuid,
      addresses: [first.ip],
      ports: [port],
    });
    await center.service.dockerEndpoints.delete(first.key, root);
    assert.deepEqual(items(), [], "it is stopped");
    const second = await started("web", web);
    assert.deepEqual(
      items().map((each) => each.kind === "published" && each.endpoint),
      [second.uuid],
    );
    const impostor = engineId();
    await started("web2", impostor);
    assert.equal(items().length, 1);
    await center.service.containerPorts.forget("h1", web, root);
    assert.deepEqual([rows(), items()], [[], []]);
  });

  test("N14 a port that somebody has is refused, by the center's word or by the host's, and nothing is left", async () => {
    await started("app", engineId());
    const db = await started("db", engineId());
    const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 5432 } as const];
    await center.service.dockerEndpoints.publish(db.key, { ports }, root);
    await assert.rejects(publish("app", 5432), {
      code: "conflict",
      message: "Port 5432/tcp of host h1 is in use by container db; publish another one",
    });
    const inUse = "Port 22/tcp of this host is in use by sshd (process 7); publish another one";
    const [refused] = await Promise.allSettled([
      publish("app", 22, { from: ["10.0.0.0/8"] }),
      hostSays(inUse),
    ]);
    assert.equal(refused.status === "rejected" && String(refused.reason.message), `host h1: ${inUse}`);
    assert.deepEqual(rows(), []);
    assert.equal(center.store.view.count("Container_Port", "byHost", rows()[0]?.host ?? ""), 0);
    await assert.rejects(unpublish("db", 5432), {
      code: "conflict",
      message: /^port 5432\/tcp of db was published by its engine/,
    });
    await assert.rejects(unpublish("db", 1), { code: "not_found" });
    await Promise.all([publish("app", 8088), hostSays(null)]);
    await assert.rejects(publish("app", 8088, { port: 81 }), /is in use by container app/);
    await assert.rejects(publish("db", 8088), /is in use by container app/);
    await unpublish("app", 8088);
    assert.deepEqual(rows(), []);
  });

  test("N14 a network that nothing leads into, several networks, and what is no container", async () => {
    const both = engineId();
    await started("lonely", engineId(), red);
    await assert.rejects(publish("lonely", 8080), { code: "unsupported", message: /nothing leads into it$/ });
    await started("both", both);
    await started("both", both, red);
    await assert.rejects(publish("both", 8080), { code: "invalid", message: /say on which by --network$/ });
    await assert.rejects(publish("both", 8080, { network: "none" }), { code: "not_found" });
    const { name } = center.service.networks.show(blue.uuid, root);
    await Promise.all([publish("both", 8080, { network: name }), hostSays(null)]);
    await unpublish("both", 8080);
    const { service } = center;
    await service.networks.create({ name: "lan", subnets: [{ cidr: "10.3.0.0/24" }] }, {}, root);
    const spec = { name: "vm", network: "lan", addresses: [], labels: {}, options: {} };
    await service.ports.create(spec, {}, root);
    await assert.rejects(publish("vm", 8080), { code: "invalid", message: /of a container that runs/ });
  });
});
