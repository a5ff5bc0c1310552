import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
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

test("a command that asks the center loads none of the schemas", async () => {
  await using made = await mkdtempDisposable(join(tmpdir(), "fairway-bundle-"));
  const { directory } = await makeBundle(made.path);
  const hooks = join(made.path, "hooks.mjs");
  const note = "load: (url, context, next) => (console.log(url), next(url, context))";
  await writeFile(hooks, `import { registerHooks } from "node:module";\nregisterHooks({ ${note} });\n`);
  const program = ["--import", hooks, join(directory, "fairway.mjs"), "--socket", join(made.path, "none")];
  const failed: unknown = await run(process.execPath, [...program, "status"]).catch(
    (error: unknown) => error,
  );
  const { stdout } = failed as { readonly stdout: string };
  const loaded = [...stdout.matchAll(/^file:.*\.mjs$/gm)].map(([url]) => url);
  const chunks = await Promise.all(loaded.map((url) => readFile(new URL(url), "utf8")));
  const hold = (text: string) => chunks.some((chunk) => chunk.includes(text));
  assert.ok(hold('"operation": "listHosts"'), "the client is there");
  assert.ok(!hold("class ZodError") && !hold("ZodObject"), "zod is not");
});

test("what of libraries nobody uses is not in the bundle: zod's other languages, undici's other clients", async () => {
  await using made = await mkdtempDisposable(join(tmpdir(), "fairway-bundle-"));
  const { directory } = await makeBundle(made.path);
  const sources = Object.keys(await filesOf(directory)).filter((path) => path.endsWith(".mjs.map"));
  const maps = (await Promise.all(sources.map((path) => readFile(join(directory, path), "utf8")))).join("");
  assert.ok(maps.includes("zod/v4/locales/en.js"));
  assert.ok(!maps.includes("zod/v4/locales/de.js"));
  assert.ok(maps.includes("undici/lib/dispatcher/pool.js"));
  assert.ok(!maps.includes("undici/lib/mock/mock-agent.js"));
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
