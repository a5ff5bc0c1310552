import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Folder, files } from "./imports.ts";

/** The documents of the plugins; absent in continuous integration. */
const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../../../shared/seeds");

const names = (notes: readonly string[]) => notes.map((note) => note.split(": ").slice(1, 3).join(" "));

test("B01 Nuage's file is Fairway's: base64 is decoded, and each key that has no place is told with what has it", async () => {
  await using folder = await Folder.make();
  const { config, notes } = await folder.imported("nuage", await folder.write("n.yaml", files.nuage));
  assert.deepEqual(config["driver-names"], ["fairway", "nuage", "nuage-ipam"]);
  assert.equal(config.openvswitch.socket, "/var/run/openvswitch/db.sock");
  assert.equal(config.openvswitch.bridge, "br-int");
  assert.equal(config.docker.socket, "/var/run/docker.sock");
  assert.equal(config.docker.mirror, true);
  assert.equal(config.log.level, "debug");
  assert.deepEqual(
    names(notes),
    [
      [3, "vrsbridge"],
      [5, "logfilesize"],
      [6, "scope"],
      [7, "numofretries"],
      [8, "timeinterval"],
      [9, "username"],
      [10, "password"],
      [11, "organization"],
      [12, "url"],
      [13, "pluginversion"],
    ].map(([line, key]) => `n.yaml:${line} ${key}`),
  );
  const told = notes.join("\n");
  assert.match(told, /username: csproot was for the VSD/);
  assert.match(told, /organization: csp was where .* --ipam-opt organization=/);
  assert.match(told, /url: not needed: 127\.0\.0\.1:8443 was the VSD/);
  assert.doesNotMatch(told, /csproot2017|Y3Nwcm9vdDIwMTc/);
});

test("B01 Nuage's older spellings, its scope local and a level that it did not know mean what they meant", async () => {
  await using folder = await Folder.make();
  const older = files.nuage
    .replace("vrssocketfile", "vrsendpoint")
    .replace("dockersocketfile", "dockerdndpoint")
    .replace('"global"', "local")
    .replace('"Debug"', "Loud")
    .replace('"v1"', "v2");
  const { config, notes } = await folder.imported("nuage", await folder.write("n.yaml", older));
  assert.equal(config.docker.socket, "/var/run/docker.sock");
  assert.equal(config.docker.mirror, false);
  assert.equal(config.log.level, "warn");
  const told = notes.join("\n");
  assert.match(told, /loglevel: "Loud" is none of Debug, Info, Warn, Error; the plugin took Warn/);
  assert.match(told, /scope: local: .*`-o scope=host`/);
  assert.match(told, /pluginversion: v2: .*nuage:latest/);
});

test("B01 each configuration that Nuage's document prints can be imported", async (t) => {
  const file = join(seeds, "nuage-libnetwork.rst");
  if (!existsSync(file)) return t.skip(`skipped: no documents in ${seeds}`);
  const blocks = readFileSync(file, "utf8").match(/^ +vrs(?:socketfile|endpoint):[^]*?^ +url:.*$/gm) ?? [];
  assert.equal(blocks.length, 3);
  await using folder = await Folder.make();
  for (const block of blocks) {
    const { config } = await folder.imported("nuage", await folder.write("n.yaml", block));
    assert.ok(config["driver-names"].includes("nuage-ipam"));
    assert.equal(config.log.level, /loglevel: +"(\w+)"/.exec(block)?.[1]?.toLowerCase());
  }
});

test("B01 VLCP's file is Fairway's: its API's port, its logger's level, its MTU; no key is dropped, no password told", async () => {
  await using folder = await Folder.make();
  const { config, notes } = await folder.imported("vlcp", await folder.write("vlcp.conf", files.vlcp));
  assert.deepEqual(config["driver-names"], ["fairway", "vlcp"]);
  assert.equal(config.api.vlcp, 8081);
  assert.equal(config.log.level, "warn");
  assert.equal(config.defaults.mtu, 1450);
  assert.equal(config.docker.plugin, "/run/docker/plugins/fairway.sock");
  assert.deepEqual(
    names(notes),
    [
      [2, "module.jsonrpcserver.ovsdb"],
      [3, "module.jsonrpcserver.client"],
      [5, "module.httpserver.url"],
      [8, "module.redisdb.url"],
      [9, "proxy.kvstorage"],
      [10, "server.logging.version"],
      [11, "server.logging.handlers"],
      [16, "module.l2switch.learning"],
      [17, "module.l3router.enable_router_forward"],
      [19, "server.startup"],
    ].map(([line, key]) => `vlcp.conf:${line} ${key}`),
  );
  const told = notes.join("\n");
  assert.match(told, /module\.l3router\.enable_router_forward: `fairway router gateway set`/);
  assert.doesNotMatch(told, /hidden/);
});

test("B01 VLCP's sockets elsewhere, and an API on every address or none", async () => {
  await using folder = await Folder.make();
  const elsewhere = files.vlcp
    .replace("/run/docker/plugins/vlcp.sock", "/srv/plugins/sdn.sock")
    .replace("localhost:8081", "0.0.0.0:9000");
  const { config, notes } = await folder.imported("vlcp", await folder.write("vlcp.conf", elsewhere));
  assert.equal(config.docker.plugin, "/srv/plugins/fairway.sock");
  assert.equal(config.api.vlcp, 9000);
  assert.match(notes.join("\n"), /listens on 127\.0\.0\.1 alone, not on 0\.0\.0\.0/);
  assert.match(notes.join("\n"), /Docker knew the plugin as sdn; here it is vlcp/);
  const none = files.vlcp.replace("'tcp://localhost:8081'", "None");
  assert.equal(
    (await folder.imported("vlcp", await folder.write("vlcp.conf", none))).config.api.vlcp,
    undefined,
  );
});

test("B01 OpenContrail's file is Fairway's, and its password is told to nobody", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("opencontrail.conf", files.opencontrail);
  const { config, notes } = await folder.imported("opencontrail", file);
  assert.deepEqual(config["driver-names"], ["fairway", "opencontrail"]);
  assert.equal(config.docker.mirror, true);
  assert.equal(config.log.level, "debug");
  assert.deepEqual(
    names(notes),
    ["api_server", "api_port", "admin_user", "admin_password", "admin_tenant", "scope"].map(
      (key, at) => `opencontrail.conf:${key === "scope" ? 8 : at + 2} ${key}`,
    ),
  );
  assert.doesNotMatch(notes.join("\n"), /hidden/);
});
