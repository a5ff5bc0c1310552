import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkout } from "./bundle.ts";
import { unpackPinned } from "./pinned-binaries.ts";

const versionOf = async (name: string): Promise<string> =>
  JSON.parse(await readFile(join(checkout, "node_modules", name, "package.json"), "utf8")).version;

/** Unpacks an archive that is in the cache already, with this content. */
async function unpack(name: string, content: string): Promise<void> {
  await using scratch = await mkdtempDisposable(join(tmpdir(), "fairway-pins-"));
  await writeFile(join(scratch.path, `${name.replace("/", "+")}.tgz`), content);
  const target = join(scratch.path, "unpacked");
  try {
    await unpackPinned(name, target, scratch.path);
  } finally {
    assert.equal(existsSync(target), false, "nothing is unpacked");
  }
}

test("O08 an archive that is not the pinned one is refused before it is unpacked, on each machine and in the installed version", async () => {
  for (const machine of ["x64", "arm64"])
    for (const name of [
      `node-linux-${machine}@${await versionOf("node")}`,
      `@koromix/koffi-linux-${machine}@${await versionOf("koffi")}`,
    ])
      await assert.rejects(
        unpack(name, "another program"),
        new RegExp(
          `is not the ${name} that packaging/binaries\\.json pins: its SHA-256 is 60f787c0[0-9a-f]{56} and must be [0-9a-f]{64}; do not ship it`,
        ),
      );
});

test("O08 an archive that nobody pinned is refused with the line that would pin it", async () => {
  await assert.rejects(
    unpack("nothing@1.0.0", "another program"),
    /^Error: packaging\/binaries\.json has no SHA-256 of nothing@1\.0\.0; once you trust \/.*, add "nothing@1\.0\.0": "60f787c0[0-9a-f]{56}"$/,
  );
});
