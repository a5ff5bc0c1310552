import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { targetOf } from "../../src/api/connection.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";

type Environment = Readonly<Record<string, string>>;

async function load(yaml: string, environment: Environment = {}): Promise<Config> {
  const directory = await mkdtemp(join(tmpdir(), "fairway-config-"));
  const file = join(directory, "f.yaml");
  try {
    await writeFile(file, yaml);
    return loadConfig(file, environment);
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(file, "f.yaml");
    throw error;
  } finally {
    await rm(directory, { recursive: true });
  }
}

test("O01 an empty file is enough", async () => {
  const { center, api, addresses, log } = await load("");
  assert.equal(center.northbound, "unix:/run/ovn/ovnnb_db.sock");
  assert.equal(api.target, "unix:/run/fairway/api.sock");
  assert.deepEqual(addresses.pools, [{ cidr: "10.128.0.0/9", size: 24 }]);
  assert.deepEqual(log, { level: "info", format: "text" });
});

test("O01 the file wins over defaults, the environment over the file", async () => {
  const yaml = "host: { name: node-1 }\nlog:\n  level: warn\n  format: json\n";
  const config = await load(yaml, {
    FAIRWAY_LOG_LEVEL: "debug",
    FAIRWAY_CENTER_ENABLED: "true",
    FAIRWAY_ADDRESSES_POOLS: "[{ cidr: 10.7.0.0/16, size: 26 }]",
    FAIRWAY_OPENVSWITCH_BRIDGE: "123",
    FAIRWAY_LAB: "somebody else's",
  });
  assert.equal(config.host.name, "node-1");
  assert.deepEqual(config.log, { level: "debug", format: "json" });
  assert.deepEqual(config.addresses.pools, [{ cidr: "10.7.0.0/16", size: 26 }]);
  assert.equal(config.openvswitch.bridge, "123");
});

test("the API's socket moves its target along", async () => {
  const config = await load("api: { socket: /tmp/api.sock }");
  assert.deepEqual(targetOf(config.api), { target: "unix:/tmp/api.sock", tls: undefined });
});

test("A01 the port of VLCP's calls is off until it is named", async () => {
  assert.equal((await load("")).api.vlcp, undefined);
  assert.equal((await load("api: { vlcp: 8081 }")).api.vlcp, 8081);
  assert.equal((await load("", { FAIRWAY_API_VLCP: "8081" })).api.vlcp, 8081);
  for (const wrong of ["0", "65536", "true", "'8081 '", "127.0.0.1:8081"])
    await assert.rejects(load(`api: { vlcp: ${wrong} }`), /api\.vlcp/, wrong);
});

test("a host without center names one and shows its certificate", async () => {
  const yaml =
    "center: { enabled: false }\napi: { target: 'https://192.0.2.1:6643', ca: /a, cert: /b, key: /c }";
  const tls = { ca: "/a", cert: "/b", key: "/c" };
  assert.deepEqual(targetOf((await load(yaml)).api), { target: "https://192.0.2.1:6643", tls });
});

const mistakes: readonly { what: string; yaml: string; environment?: Environment; message: string }[] = [
  {
    what: "a misspelt key",
    yaml: "log:\n  level: info\n  fromat: json\n",
    message: 'f.yaml:3:3: unknown key "fromat" in log; did you mean "format"?',
  },
  {
    what: "flat networks without a wire",
    yaml: "defaults:\n  mode: flat\n",
    message:
      "f.yaml:2:3: defaults.physical-network is missing; it must name a physical network where mode is flat, and be left out where it is not",
  },
  {
    what: "a misspelt section",
    yaml: "# mine\nopenvswich: {}\n",
    message: 'f.yaml:2:1: unknown key "openvswich"; did you mean "openvswitch"?',
  },
  {
    what: "a key that resembles none",
    yaml: "docker: { colour: red }",
    message: 'f.yaml:1:11: unknown key "colour" in docker; known here: socket, plugin, mirror, mirrorNames',
  },
  {
    what: "a wrong value",
    yaml: "log:\n  level: loud\n",
    message: 'f.yaml:2:10: log.level must be one of "debug", "info", "warn", "error"; it is "loud"',
  },
  {
    what: "every wrong value at once",
    yaml: "host:\n  name: a_b\ncenter:\n  enabled: maybe\n",
    message:
      'f.yaml:2:9: host.name must be one DNS label, e.g. node-1; it is "a_b"\n' +
      'f.yaml:4:12: center.enabled must be a boolean; it is "maybe"',
  },
  {
    what: "a missing part of a list's item",
    yaml: "center:\n  listen:\n    - { address: 192.0.2.1, port: 6643, ca: /a, cert: /b }\n",
    message: "f.yaml:3:7: center.listen[0].key is missing; it must be a string",
  },
  {
    what: "a pool that cannot be cut",
    yaml: "addresses: { pools: [{ cidr: 10.0.0.0/16, size: 8 }] }",
    message:
      "f.yaml:1:49: addresses.pools[0].size must be a prefix length between that of the pool's cidr and that of a " +
      "single address; it is 8",
  },
  {
    what: "a list where a section must be",
    yaml: "- log\n",
    environment: { FAIRWAY_LOG_LEVEL: "debug" },
    message: "f.yaml:1:1: the content must be an object with named fields; it is a list of 1",
  },
  {
    what: "broken YAML",
    yaml: "log:\n  level: [info\n",
    message:
      "f.yaml:3:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  },
  {
    what: "a key that stands twice",
    yaml: "log: {}\nlog: {}\n",
    message: "f.yaml:2:1: not YAML: Map keys must be unique",
  },
  {
    what: "a wrong value of the environment",
    yaml: "",
    environment: { FAIRWAY_LOG_LEVEL: "loud" },
    message:
      'environment FAIRWAY_LOG_LEVEL: log.level must be one of "debug", "info", "warn", "error"; it is "loud"',
  },
  {
    what: "a misspelt variable",
    yaml: "",
    environment: { FAIRWAY_LOG_LEVLE: "debug" },
    message: "environment: unknown variable FAIRWAY_LOG_LEVLE; did you mean FAIRWAY_LOG_LEVEL?",
  },
  {
    what: "an https target without certificates",
    yaml: "api:\n  target: https://192.0.2.1\n  ca: /a\n  cert: /b\n",
    message: "f.yaml:2:3: api.key is missing; https://192.0.2.1 needs api.ca, api.cert and api.key",
  },
  {
    what: "a host that knows no center",
    yaml: "center: { enabled: false }",
    message:
      "f.yaml:1:1: api.target must be https://HOST:PORT of a center, since center.enabled is false here",
  },
];

for (const { what, yaml, environment, message } of mistakes) {
  test(`O01 ${what} is named with its place and what would be right`, async () => {
    await assert.rejects(load(yaml, environment), { code: "invalid", message });
  });
}

test("O01 a file that was asked for must be there", () => {
  const message = "cannot read /nowhere/fairway.yaml: there is no such file";
  assert.throws(() => loadConfig("/nowhere/fairway.yaml", {}), { code: "invalid", message });
});

test("O01 every unknown key is named, each with what was likely meant", async () => {
  const message =
    'f.yaml:2:3: unknown key "fromat" in log; did you mean "format"?\n' +
    'f.yaml:3:3: unknown key "colour" in log; known here: level, format';
  await assert.rejects(load("log:\n  fromat: json\n  colour: red\n"), { code: "invalid", message });
});

test("B01 the driver has one name until others are named, each known, each once, and fairway among them", async () => {
  assert.deepEqual((await load(""))["driver-names"], ["fairway"]);
  const all = "[fairway, vlcp, nuage, nuage-ipam, ovs, opencontrail]";
  assert.equal((await load(`driver-names: ${all}`))["driver-names"].length, 6);
  assert.deepEqual((await load("", { FAIRWAY_DRIVER_NAMES: "[fairway, ovs]" }))["driver-names"], [
    "fairway",
    "ovs",
  ]);
  const wrong: readonly (readonly [string, RegExp])[] = [
    [
      "driver-names: [fairway, vlpc]",
      /f\.yaml:1:\d+: driver-names\[1\] must be one of .*"vlcp".*; it is "vlpc"/,
    ],
    ["driver-names: [vlcp]", /driver-names must have fairway, .*; it is a list of 1/],
    ["driver-names: []", /driver-names must have fairway/],
    ["driver-names: [fairway, ovs, ovs]", /driver-names must have each name once/],
    ["driver-names: vlcp", /driver-names must be an array; it is "vlcp"/],
    [
      "docker: { plugin: /run/docker/plugins/vlcp.sock }\ndriver-names: [fairway, vlcp]",
      /f\.yaml:2:\d+: driver-names must not have vlcp: docker\.plugin, .*vlcp\.sock, gives that name to fairway already/,
    ],
  ];
  for (const [yaml, said] of wrong) await assert.rejects(load(yaml), said, yaml);
});
