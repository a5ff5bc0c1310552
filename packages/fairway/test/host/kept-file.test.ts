import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KeptFile } from "../../src/host/kept-file.ts";
import { silent } from "../../src/logger.ts";
import { until } from "../center.ts";

async function directory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "fairway-kept-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test("what cannot be written now is written as soon as it can be", async () => {
  await using place = await directory();
  const folder = join(place.path, "folder");
  await writeFile(folder, "in the way");
  const path = join(folder, "kept.json");
  const accept = (json: unknown) => json as number;
  await using file = new KeptFile<number>({ path, accept, logger: silent, delayMs: 1 });
  let tries = 0;
  file.keep(() => ++tries);
  await until(() => tries > 1);
  await rm(folder);
  await until(() => existsSync(path));
  assert.equal(await readFile(path, "utf8"), String(tries));
});

test("what is kept is written at once for many changes, whole or not at all", async () => {
  await using place = await directory();
  const path = join(place.path, "kept.json");
  const accept = (json: unknown) => json as number;
  {
    await using file = new KeptFile<number>({ path, accept, logger: silent, delayMs: 1 });
    let written = 0;
    for (let value = 1; value <= 100; value++) file.keep(() => (written++, value));
    await until(() => written === 1);
    file.keep(() => 101);
  }
  assert.equal(await readFile(path, "utf8"), "101");
  assert.deepEqual(await readdir(place.path), ["kept.json"]);
});
