import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { derive } from "../../src/identity.ts";
import { root, TestCenter, until } from "../center.ts";

test("S03 ports ask for the chassis of their host, and for another one when that gets another name", async () => {
  await using center = await TestCenter.start();
  await using client = new OvsdbClient({ remotes: [center.server.remote] });
  await using northbound = new Replica<Tables>(client, schema, { tables: { Logical_Switch_Port: {} } });
  await northbound.synced();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const web = await center.endpoint("h1", blue);
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const there = await center.join("h2", blue);
  await center.service.dockerNetworks.requestHostAccess("h2", there.id, root);
  const host = (name: string) => center.store.view.find("Host", "byName", name)[0]?._uuid ?? "";
  const [leg, afar] = [derive("leg", blue.uuid), derive("reach", blue.uuid, host("h2"))];
  const optionsOf = (port: string) => northbound.table("Logical_Switch_Port").get(port)?.options;
  const asks = (port: string, options: Readonly<Record<string, string>>) =>
    until(() => isDeepStrictEqual(optionsOf(port), options));
  await asks(web.uuid, { "requested-chassis": "system-h1" });
  await asks(afar, { "requested-chassis": "system-h2" });
  await asks(leg, {});

  await center.service.hosts.register("h1", { systemId: "renamed-h1" }, root);
  await asks(web.uuid, { "requested-chassis": "renamed-h1" });
  await center.service.hosts.register("h2", { systemId: "renamed-h2" }, root);
  await asks(afar, { "requested-chassis": "renamed-h2" });

  await center.service.hosts.register("h1", { systemId: "two,names" }, root);
  await asks(web.uuid, {});
});
