import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { ApiUnderTest } from "../../fairway/test/bad-input/api-under-test.ts";

test("A03 the README's example prints what the README says, against a center", async () => {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const block = (language: string) => readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
  await using api = await ApiUnderTest.start();
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-readme-"));
  const library = join(import.meta.dirname, "../src/node/index.ts");
  const example = join(directory.path, "example.ts");
  await writeFile(join(directory.path, "package.json"), '{"type":"module"}');
  await writeFile(example, block("ts").replace("@fairway/client/node", library));
  // The center is in this process, which must go on meanwhile.
  const run = spawn(process.execPath, [example, `unix:${api.socketPath}`], { timeout: 30_000 });
  const [out, err] = await Promise.all([text(run.stdout), text(run.stderr), once(run, "close")]);
  assert.equal(err, "");
  assert.equal(out, block("text"));
});
