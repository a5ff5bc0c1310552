import assert from "node:assert/strict";
import { test } from "node:test";
import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { root, TestCenter, until } from "../center.ts";
import { Bindings } from "./bindings.ts";

const wish = { addresses: [], labels: {}, options: {} };

async function startWithPort(more: { readonly host?: string } = {}) {
  const center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const port = await center.service.ports.create(
    { ...wish, name: "vm1", network: blue.uuid, ...more },
    {},
    root,
  );
  await center.settled();
  return { center, blue, port };
}

test("I09 DHCP answers a port that was made by name, and no container; its options go with the network's last port", async () => {
  const { center, blue, port } = await startWithPort();
  await using _center = center;
  await using client = new OvsdbClient({ remotes: [center.server.remote] });
  await using northbound = new Replica<Tables>(client, schema, {
    tables: { Logical_Switch_Port: {}, DHCP_Options: {}, Logical_Router_Port: {} },
  });
  await northbound.synced();
  const web = await center.endpoint("h1", blue);
  await center.settled();
  const optionsOf = (uuid: string) => northbound.table("Logical_Switch_Port").get(uuid)?.dhcpv4_options;
  const [row] = northbound.table("DHCP_Options").rows();
  assert.ok(row);
  await until(() => optionsOf(port.uuid) === row._uuid);
  await until(() => northbound.table("Logical_Switch_Port").get(web.uuid) !== undefined);
  assert.equal(optionsOf(web.uuid), null);
  assert.deepEqual(northbound.table("Logical_Switch_Port").get(port.uuid)?.options, {});
  assert.equal(row.cidr, "10.1.0.0/24");
  assert.equal(row.options["router"], "10.1.0.1");
  assert.equal(row.options["classless_static_route"], "{169.254.53.53/32,10.1.0.1, 0.0.0.0/0,10.1.0.1}");
  await center.service.ports.remove("vm1", {}, root);
  await until(() => northbound.table("DHCP_Options").size === 0);
  await until(() => northbound.table("Logical_Switch_Port").get(port.uuid) === undefined);
});

test("A05 a port is where OVN's Southbound says that it is plugged, and a moment after that nowhere", async () => {
  const { center, blue, port } = await startWithPort();
  await using _center = center;
  await using bindings = await Bindings.of(center);
  await bindings.add(port.uuid, {});
  const [one, two] = [await bindings.chassis("system-h1"), await bindings.chassis("system-h2")];
  const isOn = (host: string | null) => until(() => center.service.ports.show("vm1", root).host === host);
  await bindings.set(port.uuid, { chassis: one, up: true });
  await isOn("h1");
  assert.equal(center.service.ports.show("vm1", root).plugged, true);
  // Whoever has it: nobody is to blame, and it is not taken back.
  await bindings.set(port.uuid, { chassis: two });
  await isOn("h2");
  assert.equal(bindings.get(port.uuid).chassis, two);
  assert.deepEqual(center.service.status.show().foreignBindings, []);
  const host = center.store.view.find("Host", "byName", "h2")[0]?._uuid ?? "";
  const [address] = center.store.view.find("Address", "byEndpoint", port.uuid);
  assert.equal(address?.host, host);
  // A chassis that starts again has let go of it for a moment only.
  await bindings.set(port.uuid, { chassis: null, up: false });
  await bindings.set(port.uuid, { chassis: two, up: true });
  await isOn("h2");
  await bindings.set(port.uuid, { chassis: null, up: false });
  await isOn(null);
  assert.ok(blue);
});

test("A05 a port that may be on one host alone is kept from others", async () => {
  const { center, port } = await startWithPort({ host: "h2" });
  await using _center = center;
  await using bindings = await Bindings.of(center);
  const options = { "requested-chassis": "system-h2" };
  await bindings.add(port.uuid, options);
  const [one, two] = [await bindings.chassis("system-h1"), await bindings.chassis("system-h2")];
  await bindings.set(port.uuid, { chassis: two });
  await bindings.set(port.uuid, { chassis: one });
  await bindings.becomes(port.uuid, two);
  assert.match(
    center.service.status.show().foreignBindings[0]?.what ?? "",
    /^claims ports of other hosts: port vm1/,
  );
  assert.equal(center.service.ports.show("vm1", root).host, "h2");
});
