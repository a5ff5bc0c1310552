import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { extendConfiguration, shortenConfiguration } from "../../src/cluster/configuration-file.ts";
import { loadConfig } from "../../src/config/load.ts";

const listen = [{ address: "192.0.2.1", port: 6640, ca: "/a", cert: "/b", key: "/c" }];
const entries = [
  { path: ["host", "name"], value: "node-1" },
  { path: ["center", "listen"], value: listen },
];

describe("the configuration file", () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-configuration-"));
    file = join(directory, "etc/fairway.yaml");
  });
  after(() => rm(directory, { recursive: true }));

  test("is made where there is none, and goes when nothing of it is left", async () => {
    assert.equal(await extendConfiguration(file, entries, { dryRun: true }), true);
    assert.equal(existsSync(file), false);
    assert.equal(await extendConfiguration(file, entries), true);
    const { host, center } = loadConfig(file, {});
    assert.deepEqual([host.name, center.listen], ["node-1", listen]);
    assert.equal(await extendConfiguration(file, entries), false, "there is nothing more to say");
    await shortenConfiguration(file, entries);
    assert.equal(existsSync(file), false);
    await shortenConfiguration(file, entries);
  });

  test("keeps what stood there, comments too", async () => {
    const before = "# ours\nlog:\n  level: debug # for now\nhost: {}\n";
    await writeFile(file, before);
    await extendConfiguration(file, entries);
    const text = await readFile(file, "utf8");
    assert.ok(text.startsWith("# ours\nlog:\n  level: debug # for now\n"), text);
    assert.equal(loadConfig(file, {}).log.level, "debug");
    await shortenConfiguration(file, entries);
    assert.equal(await readFile(file, "utf8"), "# ours\nlog:\n  level: debug # for now\n");
  });

  test("that says something else is left alone, and its place is named", async () => {
    const before = "center:\n  listen: []\nhost:\n  name: other\n";
    await writeFile(file, before);
    await assert.rejects(extendConfiguration(file, entries), {
      code: "conflict",
      message: new RegExp(
        `^${file}:4:9: host\\.name says something else; .*"node-1"\n${file}:2:11: center\\.listen says`,
      ),
    });
    assert.equal(await readFile(file, "utf8"), before);
  });

  test("keeps what somebody changed since", async () => {
    await writeFile(file, "{}\n");
    await extendConfiguration(file, entries);
    await writeFile(file, (await readFile(file, "utf8")).replace("node-1", "node-2"));
    await shortenConfiguration(file, entries);
    assert.equal(loadConfig(file, {}).host.name, "node-2");
  });
});
