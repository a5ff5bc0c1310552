import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { keysOf } from "../../src/config/keys.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";
import { FairwayError } from "../../src/errors.ts";
import { type Field, fieldsOf, nameOf, withValue } from "./fields.ts";
import { wrongInputs } from "./wrong-inputs.ts";

const path = ["relative/path", "", "C:\\fairway"];
const subnet = ["10.0.0.0", "10.0.0.0/33", "text"];

/** By key, `[0]` for each item of a list: wrong values of the right type. A key without an entry fails the test. */
const wrongValues: Readonly<Record<string, readonly unknown[]>> = {
  "host.name": ["a_b", "a.b", "-a", "", "a".repeat(64)],
  "host.state": path,
  "center.enabled": ["yes", 1],
  "center.listen[0].address": ["localhost", "10.0.0.0/8", ""],
  "center.listen[0].port": [0, 65_536, 1.5],
  "center.listen[0].ca": path,
  "center.listen[0].cert": path,
  "center.listen[0].key": path,
  "center.authority": path,
  "center.database": path,
  "center.northbound": ["/run/ovn/ovnnb_db.sock", "ssl:host", "http://host:1", ""],
  "center.southbound": ["/run/ovn/ovnsb_db.sock", "ssl:host", "http://host:1", ""],
  "api.socket": path,
  "api.target": ["http://host:1", "host:6640", "unix:api.sock", "https://", ""],
  "api.vlcp": [0, 65_536, 80.5, "http"],
  "api.vlcpToken": ["relative/path", 7],
  "api.ca": path,
  "api.cert": path,
  "api.key": path,
  "docker.socket": path,
  "docker.plugin": path,
  "docker.mirror": ["off", 0, ""],
  "tenancy.create": ["on", 0, ""],
  "docker.mirrorNames": ["(", "shared-[", ""],
  "driver-names[0]": ["VLCP", "bridge", ""],
  "openvswitch.socket": path,
  "openvswitch.bridge": ["", "a-name-of-16-char", "br/int", "br int"],
  "addresses.pools": [[]],
  "addresses.pools[0].cidr": subnet,
  "addresses.pools[0].size": [0, 129, 8],
  "addresses.reserved[0]": subnet,
  "addresses.reservation": ["5", "1 h", -1],
  "hosts.grace": [0, "1 h", 31_536_001],
  "hosts.reach[0]": subnet,
  "hosts.services": ["none", "NAMES", ""],
  "names.intercept": ["off", 0, ""],
  "defaults.mode": ["bridge", "NAT", ""],
  "defaults.mtu": [67, 65_536, 1500.5],
  "defaults.physical-network": ["", "x".repeat(64)],
  "defaults.bridge": ["", "x".repeat(16), "a b"],
  "defaults.subnet": ["172.18.40.0", "172.18.40.0/33", ""],
  "defaults.gateway": ["172.18.40", "", "172.18.40.1/24"],
  "hosts.mtu": [67, 65_536, 1500.5, ""],
  "publish.from": [[]],
  "publish.from[0]": ["10.0.0.1/8", "10.0.0.0/33", "text", ""],
  "defaults.port-security": ["on", "MAC", ""],
  "log.level": ["loud", "INFO", ""],
  "log.format": ["xml", ""],
};

/** A configuration in which every list has an item. */
const example = {
  center: { listen: [{ address: "192.0.2.1", port: 6640, ca: "/a", cert: "/b", key: "/c" }] },
  addresses: { pools: [{ cidr: "10.128.0.0/9", size: 24 }], reserved: ["10.50.0.0/16"] },
  hosts: { reach: ["8.8.8.0/24"] },
  "driver-names": ["fairway"],
};

const fields = fieldsOf(configSchema).filter(({ path }) => path.length > 0);
const isLeaf = ({ description }: Field) =>
  description.properties === undefined && description.items === undefined;

describe("bad input in the configuration", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-bad-input-"));
  });
  after(() => rm(directory, { recursive: true }));

  /** One line, which begins with the place and names the key and what would be right. */
  async function assertRefused(content: unknown, key: string): Promise<void> {
    const file = join(directory, "f.yaml");
    await writeFile(file, JSON.stringify(content, null, 1));
    const error = refusal(() => loadConfig(file, {}));
    assert.match(error, new RegExp(`^${file}:\\d+:\\d+: `));
    assert.ok(error.includes(key), `"${error}" names ${key}`);
    assert.match(error, /must |known here|did you mean/, "and what would be right");
  }

  for (const field of fields) {
    const name = nameOf(field.path);
    test(`O01 ${name}: a wrong type or value is named with its place and what would be right`, async () => {
      // A list is as long as its writer likes, a text too: the writer is root.
      const description = { maxItems: Infinity, ...field.description };
      for (const { value } of wrongInputs({ ...field, description })) {
        if (value === undefined && !name.includes("].")) continue;
        await assertRefused(withValue(example, field.path, value), name);
      }
      if (isLeaf(field)) assert.ok(wrongValues[name] !== undefined, `say which values of ${name} are wrong`);
      for (const value of wrongValues[name] ?? [])
        await assertRefused(withValue(example, field.path, value), name);
    });
  }

  test("O01 an unknown key is named in every section, with what is known there", async () => {
    for (const { path } of fields.filter(({ description }) => description.properties !== undefined))
      await assertRefused(withValue(example, [...path, "nonsense"], 1), 'unknown key "nonsense"');
  });

  test("O01 a key that stands twice is named with its place", async () => {
    for (const { path } of keysOf(configSchema)) {
      const [section, key] = path;
      const file = join(directory, "twice.yaml");
      await writeFile(file, `${section}:\n  ${key}: x\n  ${key}: y\n`);
      assert.equal(
        refusal(() => loadConfig(file, {})),
        `${file}:3:3: not YAML: Map keys must be unique`,
      );
    }
  });

  test("every case is about a key that there is", () => {
    const names = new Set(fields.map(({ path }) => nameOf(path)));
    assert.deepEqual(
      Object.keys(wrongValues).filter((name) => !names.has(name)),
      [],
    );
  });
});

function refusal(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    assert.ok(error instanceof FairwayError && error.code === "invalid", String(error));
    return error.message;
  }
  return assert.fail("nothing was refused");
}
