import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempDisposable, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { makeBundle } from "./bundle.ts";

const run = promisify(execFile);

test("the same sources give the same bundle, and it tells the version that it was stamped with", async () => {
  await using first = await mkdtempDisposable(join(tmpdir(), "fairway-bundle-"));
  await using second = await mkdtempDisposable(join(tmpdir(), "fairway-bundle-"));
  const { version } = await makeBundle(first.path);
  await makeBundle(second.path);
  assert.deepEqual(await filesOf(second.path), await filesOf(first.path));
  const { stdout } = await run(process.execPath, [join(first.path, "fairway.mjs"), "--version"]);
  assert.equal(stdout, `${version}\n`);
});

test("a stack of the bundle names the sources where Node reads its maps", async () => {
  await using made = await mkdtempDisposable(join(tmpdir(), "fairway-bundle-"));
  const { directory } = await makeBundle(made.path);
  const program = ["--enable-source-maps", join(directory, "fairway.mjs")];
  const env = { ...process.env, FAIRWAY_DEBUG: "1" };
  await assert.rejects(run(process.execPath, [...program, "-c", "/nowhere", "run"], { env }), {
    code: 1,
    stderr: /packages\/fairway\/src\/config\/load\.ts:\d+/,
  });
});

/** Every file below the folder with what is in it. */
async function filesOf(directory: string): Promise<Record<string, string>> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = found.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const contents = paths
    .toSorted()
    .map(async (path) => [path.slice(directory.length), await readFile(path, "latin1")]);
  return Object.fromEntries(await Promise.all(contents));
}
