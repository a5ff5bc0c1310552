import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { libraries, makeLibraries } from "./libraries.ts";

const run = promisify(execFile);

/** Builds and packs under a umask, and works with the archives. */
async function packed<Result>(
  umask: number,
  work: (archives: readonly string[], directory: string) => Promise<Result>,
): Promise<Result> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-libraries-"));
  const before = process.umask(umask);
  try {
    return await work(await makeLibraries(join(directory.path, "npm")), directory.path);
  } finally {
    process.umask(before);
  }
}

const hashes = (archives: readonly string[]) =>
  Promise.all(
    archives.map(async (path) => {
      const hash = createHash("sha256").update(await readFile(path));
      return `${basename(path)} ${hash.digest("hex")}`;
    }),
  );

/** What an archive holds has its modules, their types and its papers, and what its manifest names. */
async function checkContent(library: string, archive: string): Promise<void> {
  const files = (await run("tar", ["-tzf", archive])).stdout.trim().split("\n");
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
  assert.deepEqual(sources, [], library);
  const papers = ["README.md", "CHANGELOG.md", "LICENSE", "package.json"].map((file) => `package/${file}`);
  const types = files.filter((file) => file.endsWith(".js")).map((file) => file.replace(/\.js$/, ".d.ts"));
  const { stdout } = await run("tar", ["-xzOf", archive, "package/package.json"]);
  const manifest = JSON.parse(stdout);
  assert.equal(manifest.name, `@fairway/${library}`);
  assert.equal(manifest.private, undefined);
  assert.deepEqual(manifest.engines, { node: ">=20.18.1" });
  const entries = Object.values<Record<string, string>>(manifest.exports).flatMap((entry) =>
    Object.values(entry),
  );
  const named = entries.map((file) => file.replace("./", "package/"));
  for (const file of [...papers, ...types, ...named]) assert.ok(files.includes(file), `${library}: ${file}`);
  const imports = await run("tar", ["-xzOf", archive, "--wildcards", "*.js", "*.d.ts"]);
  assert.doesNotMatch(imports.stdout, /(?:from |import\()"\.[^"]*\.ts"/, library);
  const readme = await run("tar", ["-xzOf", archive, "package/README.md"]);
  assert.doesNotMatch(readme.stdout, /\]\(\.\.\//, library);
}

test("O15 two builds are the same bytes, whatever the umask; an archive has modules, types and papers, and no TypeScript that could be run", async () => {
  const first = await packed(0o022, async (archives) => {
    assert.equal(archives.length, libraries.length);
    for (const library of libraries)
      await checkContent(library, archives.find((path) => path.includes(`fairway-${library}-`)) ?? "");
    return hashes(archives);
  });
  assert.deepEqual(await packed(0o077, hashes), first);
});
