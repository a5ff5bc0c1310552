import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ReachedPort } from "../../../src/center/schemas/endpoint.ts";
import { compileHostItem } from "../../../src/compile/host/items.ts";
import { anywhere } from "../../../src/publish-from.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";

const ports: ReachedPort[] = [
  { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 },
  { protocol: "udp", port: 53, hostAddress: null, hostPort: 53 },
];
const lan = ["10.0.0.0/8"];

describe("who may reach published ports", () => {
  let center: TestCenter;
  let blue: MadeNetwork;
  before(async () => {
    center = await TestCenter.start();
    blue = await center.network("h1", "10.1.0.0/24");
  });
  after(() => center[Symbol.asyncDispose]());

  const freeAddress = async () => {
    const asked = { purpose: "unspecified" } as const;
    const { address } = await center.service.poolAddresses.request("h1", blue.pool, asked, root);
    return address.split("/")[0] ?? "";
  };
  /** What an engine's CreateEndpoint and ProgramExternalConnectivity do. */
  const start = async (option?: string) => {
    const { dockerEndpoints } = center.service;
    const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
    const options = option === undefined ? {} : { "fairway.publish-from": option };
    const made = await dockerEndpoints.create(key, { addresses: [await freeAddress()], options }, root);
    await dockerEndpoints.publish(key, { ports }, root);
    return { key, ...made };
  };
  const isCalled = (
    key: Awaited<ReturnType<typeof start>>["key"],
    containerName: string,
    containerId: string,
  ) => center.service.dockerEndpoints.describe(key, { containerName, containerId }, root);
  const restrict = (
    reference: string,
    from: string[] | null,
    hostPort = 8080,
    protocol: "tcp" | "udp" = "tcp",
  ) => center.service.containerPorts.restrict(reference, { protocol, hostPort, from }, root);
  /** Of the ports in their order: what the API shows, which is what the host is told. */
  const fromOf = (endpoint: string) => {
    const shown = center.service.endpoints.show(endpoint, root).ports;
    const { view } = center.store;
    const [{ _uuid: host } = assert.fail()] = view.find("Host", "byName", "h1");
    const item = compileHostItem(view, host, `published/${endpoint}`);
    assert.deepEqual(item?.kind === "published" ? item.ports : [], shown);
    return shown.map(({ from }) => from);
  };

  test("N12 an endpoint's option holds for all its ports, from its first moment on", async () => {
    const open = await start();
    assert.equal(open.publishFrom, undefined);
    assert.deepEqual(fromOf(open.endpoint), [undefined, undefined]);
    const { endpoint, publishFrom } = await start("10.0.0.0/8,2001:db8::7");
    assert.deepEqual(publishFrom, { from: ["10.0.0.0/8", "2001:db8::7/128"], ports: [] });
    assert.deepEqual(fromOf(endpoint), [publishFrom?.from, publishFrom?.from]);
    for (const wrong of ["", "10.0.0.1/8", "10.0.0.0/33", "lan", "10.0.0.0/8,,", "fe80::1%eth0"])
      await assert.rejects(start(wrong), {
        code: "invalid",
        message: /fairway\.publish-from=.*it takes subnets/,
      });
  });

  test("N12 what is said of a port holds for the container, until it is gone; the rest stays", async () => {
    const [web, again, other] = [engineId(), engineId(), engineId()];
    const first = await start("192.0.2.0/24");
    await isCalled(first.key, "web", web);
    const shown = await restrict("web", lan);
    assert.deepEqual(
      shown.ports.map(({ from }) => from),
      [lan, ["192.0.2.0/24"]],
      "in the order of protocols",
    );
    await restrict("web", [...anywhere]);
    assert.deepEqual(fromOf(first.endpoint).at(0), anywhere);
    await restrict("web", null);
    assert.deepEqual(fromOf(first.endpoint).at(0), ["192.0.2.0/24"]);
    await restrict("web", lan);
    await center.service.dockerEndpoints.delete(first.key, root);
    const second = await start();
    assert.deepEqual(second.publishFrom?.ports, [{ protocol: "tcp", port: 80, from: [] }], "nobody's yet");
    await isCalled(second.key, "web", web);
    assert.deepEqual(fromOf(second.endpoint).at(0), lan);
    const stranger = await start();
    await isCalled(stranger.key, "web2", other);
    assert.deepEqual(fromOf(stranger.endpoint), [undefined, undefined]);
    assert.deepEqual(center.service.containerPorts.list("h1", root), [web]);
    await center.service.containerPorts.forget("h1", web, root);
    assert.deepEqual(fromOf(second.endpoint), [undefined, undefined]);
    assert.deepEqual(center.service.containerPorts.list("h1", root), []);
    await center.service.containerPorts.forget("h1", again, root);
  });

  test("N12 a container whose engine has not named it yet: a port of which something is said is nobody's", async () => {
    const db = engineId();
    const known = await start();
    await isCalled(known.key, "db", db);
    await restrict("db", [...anywhere]);
    const { endpoint, publishFrom } = await start("10.0.0.0/8");
    assert.deepEqual(publishFrom, { from: lan, ports: [{ protocol: "tcp", port: 80, from: [] }] });
    assert.deepEqual(fromOf(endpoint), [[], lan]);
    await center.service.containerPorts.forget("h1", db, root);
  });

  test("N12 what a host had is known again by a center that has lost it, and is the container's when that is known", async () => {
    const [cache, id] = [engineId(), engineId()];
    const [tcp] = ports.map((port) => ({ ...port, from: lan }));
    const claimed = {
      endpointId: id,
      addresses: ["10.1.0.200"],
      mac: "02:42:0a:01:00:63",
      ports: [tcp ?? assert.fail()],
    };
    await center.service.claims.claim("h1", blue.id, { endpoints: [claimed] }, root);
    const listed = center.service.endpoints.list({ network: blue.uuid }, root);
    const { uuid } = listed.find(({ engine }) => engine?.endpointId === id) ?? assert.fail();
    assert.deepEqual(fromOf(uuid), [lan]);
    const key = { host: "h1", networkId: blue.id, endpointId: id };
    await isCalled(key, "cache", cache);
    assert.deepEqual(fromOf(uuid), [lan]);
    assert.deepEqual(center.service.containerPorts.list("h1", root), [cache]);
    await center.service.dockerEndpoints.delete(key, root);
    assert.deepEqual(center.service.containerPorts.list("h1", root), [cache], "it is stopped");
    await center.service.containerPorts.forget("h1", cache, root);
  });

  test("N12 who names no published port is told which there are", async () => {
    const { key, endpoint } = await start();
    await isCalled(key, "app", engineId());
    await assert.rejects(restrict("app", lan, 81), {
      code: "not_found",
      message: "app is not published on port 81/tcp of its host; it is on 8080/tcp, 53/udp",
    });
    await assert.rejects(restrict("nobody", lan), { code: "not_found" });
    await center.service.dockerEndpoints.publish(key, { ports: [] }, root);
    await assert.rejects(restrict("app", lan), /it is on none$/);
    assert.deepEqual(fromOf(endpoint), []);
  });
});
