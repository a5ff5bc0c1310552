import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureTree } from "../../lab/trees/tree.ts";
import { compareVersions, parseVersions, printVersions, readVersions } from "../../lab/trees/versions.ts";

test("a tree says which versions it has, as Debian's release does", async () => {
  const versions = await readVersions("debian12", await ensureTree("debian12"));
  assert.match(versions.get("docker.io") ?? "", /^20\.10\./);
  assert.match(versions.get("ovn-central") ?? "", /^23\.03\./);
  assert.deepEqual(parseVersions(`${printVersions(versions)}\n`), versions);
});

test("what differs from the record is said, package by package", () => {
  const recorded = parseVersions("ovn-central 26.03.1-1\nsocat 1.8\ngone 1\n");
  const versions = parseVersions("ovn-central 26.09.0-1\nsocat 1.8\nadded 2\n");
  assert.deepEqual(compareVersions(versions, recorded), [
    "ovn-central: 26.09.0-1, recorded 26.03.1-1",
    "gone: none, recorded 1",
    "added: 2, recorded none",
  ]);
});
